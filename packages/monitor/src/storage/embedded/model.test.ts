import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { labelsFromRecord } from '../../model/labels.ts';
import type { AppendOutcome, LocalStore } from '../interface.ts';
import { InlinePacker } from './chunks/testing/inline-packer.ts';
import { openEmbeddedStore } from './open.ts';

const START_MS = 1_700_000_000_000;
/** Windows are a minute wide with so short a retention, so that there are several of them. */
const RETENTION_MS = 20 * 60_000;
const SERIES = 300;
const RUNS = Number(process.env['STORE_MODEL_RUNS'] ?? 60);

type Row = readonly [series: number, ageMs: number, value: number];

type Command =
  | { readonly kind: 'append'; readonly rows: readonly Row[] }
  | { readonly kind: 'time'; readonly advanceMs: number }
  | {
      readonly kind: 'delete';
      readonly from: number;
      readonly to: number;
      readonly ages: readonly [number, number] | undefined;
    }
  | { readonly kind: 'maintain' | 'pause' | 'restart' | 'clean' };

const ageMs = fc.oneof(
  { weight: 6, arbitrary: fc.nat(20) },
  { weight: 2, arbitrary: fc.nat(120_000) },
  { weight: 1, arbitrary: fc.nat(2 * RETENTION_MS) },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      rows: fc.array(
        fc.tuple(
          // Few series get most of the samples, so that times meet.
          fc.oneof(fc.nat(4), fc.nat(SERIES - 1)),
          ageMs,
          fc.oneof(fc.nat(3), fc.double()),
        ),
        { maxLength: 60 },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('time' as const), advanceMs: fc.oneof(fc.nat(200), fc.nat(300_000)) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      from: fc.nat(10),
      to: fc.nat(SERIES),
      ages: fc.option(fc.tuple(ageMs, ageMs), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('maintain' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clean' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

/** The store in a few lines: what it must hold and answer. */
class Model {
  readonly #samples = Array.from({ length: SERIES }, () => new Map<number, number>());
  floorMs = Number.NEGATIVE_INFINITY;

  /** 'conflict': another value is there, which stays; the store may notice that or not. */
  append(series: number, timeMs: number, value: number, nowMs: number): 'accepted' | 'too_old' | 'conflict' {
    if (timeMs < nowMs - RETENTION_MS) return 'too_old';
    const own = this.#samples[series]!;
    const known = own.get(timeMs);
    if (known !== undefined) return Object.is(value, known) ? 'accepted' : 'conflict';
    own.set(timeMs, value);
    return 'accepted';
  }

  delete(from: number, to: number, minMs: number, maxMs: number): void {
    for (const own of this.#samples.slice(from, to)) {
      for (const timeMs of own.keys()) if (timeMs >= minMs && timeMs <= maxMs) own.delete(timeMs);
    }
  }

  read(series: number, minMs: number, maxMs: number): readonly [number, number][] {
    const own = [...this.#samples[series]!].filter(
      ([timeMs]) => timeMs >= Math.max(minMs, this.floorMs) && timeMs <= maxMs,
    );
    return own.sort(([one], [other]) => one - other);
  }
}

it('holds and answers what a plain map of samples would, whatever comes in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const directory = mkdtempSync(join(tmpdir(), 'chainpulse-model-'));
      try {
        await run(directory, commands);
      } finally {
        rmSync(directory, { recursive: true });
      }
    }),
    { numRuns: RUNS },
  );
});

const LABELS = Array.from({ length: SERIES }, (_, index) => labelsFromRecord({ index: String(index) }));

async function run(directory: string, commands: readonly Command[]): Promise<void> {
  let nowMs = START_MS;
  const model = new Model();
  const open = () =>
    openEmbeddedStore({
      directory,
      retentionMs: RETENTION_MS,
      durability: 'normal',
      clock: { nowMs: () => nowMs },
      packer: new InlinePacker(),
      onNotice: (message) => assert.fail(message),
      limits: {
        headAgeMaxMs: 50,
        headSamplesMax: 60,
        chunkCacheBytes: 2000,
        idleAfterMs: 90_000,
        coldCacheBytes: 2000,
      },
    });
  let store = await open();
  let refs = await store.resolveSeries(LABELS);
  for (const next of commands) {
    switch (next.kind) {
      case 'append':
        refs = await appendBoth(store, model, refs, next.rows, nowMs);
        break;
      case 'time':
        nowMs += next.advanceMs;
        break;
      case 'delete':
        await deleteBoth(store, model, next, nowMs);
        break;
      case 'maintain':
        await store.maintain(nowMs);
        model.floorMs = nowMs - RETENTION_MS;
        break;
      case 'clean':
        await store.cleanTombstones();
        break;
      case 'pause':
        // A turn for a seal that goes on by itself.
        await setImmediate();
        break;
      case 'restart':
        await store.close();
        store = await open();
        model.floorMs = nowMs - RETENTION_MS;
        break;
    }
    await compare(store, model, -1e15, 1e15);
  }
  await compare(store, model, nowMs - 60_000, nowMs - 50);
  await store.close();
}

/** Series that the store has moved out of memory meanwhile are resolved anew, as sources do. */
async function appendBoth(
  store: LocalStore,
  model: Model,
  refs: Uint32Array,
  rows: readonly Row[],
  nowMs: number,
): Promise<Uint32Array> {
  const expected = { accepted: 0, too_old: 0, conflict: 0 };
  for (const [series, age, value] of rows) expected[model.append(series, nowMs - age, value, nowMs)]++;
  let known = refs;
  let outcome = await appendRows(store, known, rows, nowMs);
  if (outcome.rejectedSamples.unknown_series > 0) {
    known = await store.resolveSeries(LABELS);
    outcome = await appendRows(store, known, rows, nowMs);
  }
  const { acceptedSamples, rejectedSamples } = outcome;
  const { duplicate, ...others } = rejectedSamples;
  assert.deepEqual(others, {
    out_of_order: 0,
    too_old: expected.too_old,
    invalid: 0,
    series_limit: 0,
    unknown_series: 0,
  });
  assert.equal(acceptedSamples + duplicate, expected.accepted + expected.conflict);
  assert.ok(duplicate <= expected.conflict);
  return known;
}

function appendRows(store: LocalStore, refs: Uint32Array, rows: readonly Row[], nowMs: number): Promise<AppendOutcome> {
  return store.append({
    refs: Uint32Array.from(rows, ([series]) => refs[series]!),
    timestampsMs: Float64Array.from(rows, ([, age]) => nowMs - age),
    values: Float64Array.from(rows, ([, , value]) => value),
  });
}

async function deleteBoth(
  store: LocalStore,
  model: Model,
  command: Extract<Command, { kind: 'delete' }>,
  nowMs: number,
) {
  const { from, to, ages } = command;
  const minTimeMs = ages === undefined ? Number.NEGATIVE_INFINITY : nowMs - Math.max(...ages);
  const maxTimeMs = ages === undefined ? Number.POSITIVE_INFINITY : nowMs - Math.min(...ages);
  const indexes = Array.from({ length: Math.max(0, to - from) }, (_, at) => String(from + at)).join('|');
  const matchers = [{ name: 'index', operator: '=~' as const, value: indexes }];
  if (indexes !== '') await store.deleteSeries({ matcherSets: [matchers], minTimeMs, maxTimeMs });
  model.delete(from, to, minTimeMs, maxTimeMs);
}

async function compare(store: LocalStore, model: Model, minTimeMs: number, maxTimeMs: number): Promise<void> {
  const found = new Map<number, [number, number][]>();
  for await (const { labels, timestampsMs, values } of store.select({ minTimeMs, maxTimeMs, matchers: [] })) {
    const index = Number(labels[0]?.value);
    assert.ok(!found.has(index), 'a series comes once');
    found.set(
      index,
      [...timestampsMs].map((timeMs, at) => [timeMs, values[at]!]),
    );
  }
  for (let series = 0; series < SERIES; series++) {
    assert.deepEqual(found.get(series) ?? [], model.read(series, minTimeMs, maxTimeMs), `series ${series}`);
  }
  const listed = await store.labelValues('index', { minTimeMs, maxTimeMs, matcherSets: [], limit: 0 });
  assert.deepEqual([...listed], [...found.keys()].map(String).sort());
}
