// What one store exports, another imports: every format with labels, values and times of every kind, through real stores.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { exportHistory } from '../export/export-history.ts';
import { EXPORT_FORMATS, type ExportFormat, newTotals } from '../export/interface.ts';
import { type Labels, labelsFrom, METRIC_NAME } from '../model/labels.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../model/staleness.ts';
import { InlinePacker } from '../storage/embedded/chunks/testing/inline-packer.ts';
import { openEmbeddedStore } from '../storage/embedded/open.ts';
import type { Queryable, Store } from '../storage/interface.ts';
import { detectFormat } from './detect-format.ts';
import { importLines } from './import-lines.ts';
import type { LineFormat } from './interface.ts';

const NOW_MS = 1_700_000_000_000;
const ALL = { minTimeMs: -(2 ** 50), maxTimeMs: 2 ** 50 };

type Value = number | 'stale';
type History = ReadonlyMap<string, ReadonlyMap<number, Value>>;

async function openStore(t: TestContext): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-round-trip-'));
  const clock = { nowMs: () => NOW_MS };
  const packer = new InlinePacker();
  const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'normal', clock, packer });
  t.after(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return store;
}

const keyOf = (labels: Labels) => JSON.stringify(labels.map(({ name, value }) => [name, value]));

async function fill(store: Store, history: History): Promise<void> {
  const refs = await store.resolveSeries([...history.keys()].map((key) => labelsFrom(JSON.parse(key))));
  for (const [index, samples] of [...history.values()].entries()) {
    const values = new Float64Array(samples.size);
    const bits = bitsOf(values);
    for (const [at, value] of [...samples.values()].entries()) {
      if (value === 'stale') writeStaleAt(bits, at);
      else values[at] = value;
    }
    const timestampsMs = Float64Array.from(samples.keys());
    await store.append({ refs: new Uint32Array(samples.size).fill(refs[index]!), timestampsMs, values });
  }
}

async function contentOf(store: Queryable): Promise<History> {
  const history = new Map<string, ReadonlyMap<number, Value>>();
  for await (const { labels, timestampsMs, values } of store.select({ ...ALL, matchers: [] })) {
    const bits = bitsOf(values);
    const samples = Array.from(timestampsMs, (time, at): [number, Value] => [
      time,
      isStaleAt(bits, at) ? 'stale' : values[at]!,
    ]);
    history.set(keyOf(labels), new Map(samples));
  }
  return sorted(history);
}

function sorted(history: History): History {
  const series = [...history].filter(([, samples]) => samples.size > 0);
  const inOrder = series.map(([key, samples]) => [key, new Map([...samples].sort(([a], [b]) => a - b))] as const);
  return new Map(inOrder.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function pass(from: Store, to: Store, format: ExportFormat): Promise<void> {
  const pieces: Buffer[] = [];
  const request = { ...ALL, format, matcherSets: [], isFragment: false };
  for await (const piece of exportHistory(from, request, newTotals())) pieces.push(piece);
  const text = Buffer.concat(pieces);
  const detected = detectFormat(text);
  if (text.length > 0 && text.toString() !== '# EOF\n') assert.equal(detected, format, text.toString().slice(0, 500));
  await importLines({
    chunks: (async function* () {
      yield text;
    })(),
    format: format as LineFormat,
    from: { offset: 0, lines: 0, header: undefined },
    appender: to,
    nowMs: NOW_MS,
    skipsBadLines: false,
    signal: new AbortController().signal,
    onStored: () => {},
  });
}

/** What a format has no form for. */
function kept(history: History, format: ExportFormat): History {
  const rest = new Map<string, ReadonlyMap<number, Value>>();
  for (const [key, samples] of history) {
    const isKept = (value: Value) =>
      format === 'influx' ? value !== 'stale' && Number.isFinite(value) : format !== 'openmetrics' || value !== 'stale';
    rest.set(key, new Map([...samples].filter(([, value]) => isKept(value))));
  }
  return sorted(rest);
}

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
/** What the line protocol changes is told in its format page. */
const mildText = text.filter((value) => !/\n|\\$/.test(value));
/** InfluxDB has tags of its own. */
const RESERVED = ['time', '_field', '_measurement', METRIC_NAME];
const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,10}$/).filter((word) => !RESERVED.includes(word));
const value = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom<Value>('stale', Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 1e308),
);
const samples = fc.array(fc.tuple(fc.integer({ min: -1_000_000, max: 2_000_000_000_000 }), value), {
  minLength: 1,
  maxLength: 20,
});

function historyOf(labelText: fc.Arbitrary<string>): fc.Arbitrary<History> {
  const pairs = fc.dictionary(name, labelText, { maxKeys: 4 });
  const series = fc.tuple(name, pairs, samples);
  return fc.array(series, { minLength: 1, maxLength: 8 }).map((all) => {
    const history = new Map<string, ReadonlyMap<number, Value>>();
    for (const [metric, labels, rows] of all) {
      const own = labelsFrom([...Object.entries(labels), [METRIC_NAME, metric]]);
      const inTime = rows.filter(([time]) => time <= NOW_MS);
      history.set(keyOf(own), new Map(inTime.sort(([a], [b]) => a - b)));
    }
    return sorted(history);
  });
}

for (const format of EXPORT_FORMATS) {
  test(`${format}: what is exported is imported as it was`, async (t) => {
    const mapped = historyOf(format === 'influx' ? mildText : text);
    await fc.assert(
      fc.asyncProperty(mapped, async (history) => {
        const [from, to] = [await openStore(t), await openStore(t)];
        await fill(from, history);
        assert.deepEqual(await contentOf(from), history);
        await pass(from, to, format);
        assert.deepEqual(await contentOf(to), kept(history, format));
        await Promise.all([from.close(), to.close()]);
      }),
      { numRuns: 25 },
    );
  });
}
