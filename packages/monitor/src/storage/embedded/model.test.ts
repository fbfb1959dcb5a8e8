import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { labelsFromRecord } from '../../model/labels.ts';
import type { RejectReason, Store } from '../interface.ts';
import { openEmbeddedStore } from './open.ts';

const START_MS = 1_700_000_000_000;
const RETENTION_MS = 1000;
const SERIES = 70;

type Command =
  | { readonly kind: 'append'; readonly rows: readonly (readonly [series: number, ageMs: number, value: number])[] }
  | { readonly kind: 'time'; readonly advanceMs: number }
  | { readonly kind: 'maintain' | 'pause' | 'restart' };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      rows: fc.array(
        fc.tuple(
          fc.nat(SERIES - 1),
          fc.oneof({ weight: 9, arbitrary: fc.nat(20) }, fc.nat(2 * RETENTION_MS)),
          fc.oneof(fc.nat(3), fc.double()),
        ),
        { maxLength: 40 },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('time' as const), advanceMs: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('maintain' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

/** The store in a few lines: what it must hold and answer. */
class Model {
  readonly samples = new Map<number, [timeMs: number, value: number][]>();
  floorMs = Number.NEGATIVE_INFINITY;

  append(series: number, timeMs: number, value: number, nowMs: number): RejectReason | undefined {
    if (timeMs < nowMs - RETENTION_MS) return 'too_old';
    const own = this.samples.get(series) ?? [];
    const latest = own.at(-1);
    if (latest !== undefined && timeMs < latest[0]) return 'out_of_order';
    if (latest !== undefined && timeMs === latest[0]) return Object.is(value, latest[1]) ? undefined : 'duplicate';
    this.samples.set(series, [...own, [timeMs, value]]);
    return undefined;
  }

  read(series: number, minMs: number, maxMs: number): readonly [number, number][] {
    const own = this.samples.get(series) ?? [];
    return own.filter(([timeMs]) => timeMs >= Math.max(minMs, this.floorMs) && timeMs <= maxMs);
  }
}

it('holds and answers what a plain list of samples would, through seals, retention and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const directory = mkdtempSync(join(tmpdir(), 'chainpulse-model-'));
      try {
        await run(directory, commands);
      } finally {
        rmSync(directory, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
});

async function run(directory: string, commands: readonly Command[]): Promise<void> {
  let nowMs = START_MS;
  const model = new Model();
  const open = () =>
    openEmbeddedStore({
      directory,
      retentionMs: RETENTION_MS,
      durability: 'normal',
      clock: { nowMs: () => nowMs },
      limits: { headAgeMaxMs: 50, headSamplesMax: 60, chunkCacheBytes: 2000 },
    });
  let store = await open();
  const labels = Array.from({ length: SERIES }, (_, index) => labelsFromRecord({ index: String(index) }));
  // Asked for once: they stay good through retention, as a source keeps them.
  let refs = await store.resolveSeries(labels);
  for (const next of commands) {
    switch (next.kind) {
      case 'append':
        await appendBoth(store, model, refs, next.rows, nowMs);
        break;
      case 'time':
        nowMs += next.advanceMs;
        break;
      case 'maintain':
        await store.maintain(nowMs);
        model.floorMs = nowMs - RETENTION_MS;
        break;
      case 'pause':
        // A turn for a seal that goes on by itself.
        await setImmediate();
        break;
      case 'restart':
        await store.close();
        store = await open();
        model.floorMs = nowMs - RETENTION_MS;
        refs = await store.resolveSeries(labels);
        break;
    }
    await compare(store, model, -1e15, 1e15);
  }
  await compare(store, model, nowMs - 100, nowMs - 50);
  await store.close();
}

async function appendBoth(
  store: Store,
  model: Model,
  refs: Uint32Array,
  rows: readonly (readonly [number, number, number])[],
  nowMs: number,
): Promise<void> {
  const rejected = { out_of_order: 0, duplicate: 0, too_old: 0, invalid: 0, series_limit: 0 };
  let acceptedSamples = 0;
  for (const [series, ageMs, value] of rows) {
    const reason = model.append(series, nowMs - ageMs, value, nowMs);
    if (reason === undefined) acceptedSamples++;
    else rejected[reason]++;
  }
  const outcome = await store.append({
    refs: Uint32Array.from(rows, ([series]) => refs[series]!),
    timestampsMs: Float64Array.from(rows, ([, ageMs]) => nowMs - ageMs),
    values: Float64Array.from(rows, ([, , value]) => value),
  });
  assert.deepEqual(outcome, { acceptedSamples, rejectedSamples: rejected });
}

async function compare(store: Store, model: Model, minTimeMs: number, maxTimeMs: number): Promise<void> {
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
