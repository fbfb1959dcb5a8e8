import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../model/labels.ts';
import { labelsPredicate } from '../model/matcher.ts';
import type { Queryable, SelectRequest } from '../storage/interface.ts';
import { createQueryEngine } from './engine.ts';
import { InMemoryQueryable } from './testing/in-memory-queryable.ts';
import { nativeHistogram, type WrittenHistogram } from './testing/native-histograms.ts';
import { asRecord } from './testing/questions.ts';

/** A store of native histograms, one every 15 s. */
function storeOf(series: Readonly<Record<string, readonly WrittenHistogram[]>>): Queryable {
  const samples = Object.entries(series).map(([name, histograms]) => ({
    labels: labelsFromRecord({ __name__: name }),
    timestampsMs: new Float64Array(),
    values: new Float64Array(),
    histograms: histograms.map((one, at) => ({ timestampMs: at * 15_000, histogram: nativeHistogram(one) })),
  }));
  return Object.assign(new InMemoryQueryable(), {
    async *select({ matchers }: SelectRequest) {
      const matches = labelsPredicate(matchers);
      yield* samples.filter(({ labels }) => matches(labels));
    },
  });
}

async function ask(queryable: Queryable, expression: string) {
  const result = await createQueryEngine({ queryable }).instant({ expression, timeMs: 30_000 });
  return { values: asRecord(result), warnings: result.warnings, infos: result.infos };
}

/** One bucket falls while the count rises: only the buckets tell that it was reset. */
const RESET = [{ positive: { 1: 4 } }, { positive: { 1: 1, 2: 5 } }];

test('a reset is seen from the buckets, which go only then', async () => {
  const expression = 'histogram_count(irate(h[1m])) * 15';
  assert.deepEqual((await ask(storeOf({ h: RESET }), expression)).values, { '': 6 });
  // Of a gauge it is not asked beforehand.
  const gauge = storeOf({ h: RESET.map((one) => ({ ...one, isGauge: true })) });
  assert.deepEqual((await ask(gauge, expression)).values, { '': 2 });
  assert.deepEqual((await ask(gauge, 'histogram_count(irate(h[1m:15s] offset 15s)) * 15')).values, { '': 6 });
});

test('a single sample tells of a reset, too, and contradicts one that was none', async () => {
  const store = storeOf({ reset: RESET, grown: [{ positive: { 1: 1 } }, { positive: { 1: 2 } }] });
  assert.deepEqual(await ask(store, 'histogram_count(reset - grown)'), {
    values: {},
    warnings: ['PromQL warning: conflicting counter resets during histogram subtraction (1:17)'],
    infos: [],
  });
  assert.deepEqual((await ask(store, 'histogram_stddev(reset - grown)')).warnings, []);
});

test('bounds of buckets that nobody reads need not be reconciled', async () => {
  const store = storeOf({
    h: [
      { positive: { 0: 1, 1: 2 }, customBounds: [1, 2] },
      { positive: { 0: 1, 1: 2 }, customBounds: [1, 3] },
    ],
  });
  const summed = 'sum_over_time(h[1m])';
  assert.deepEqual(await ask(store, `histogram_count(${summed})`), { values: { '': 6 }, warnings: [], infos: [] });
  assert.equal((await ask(store, `histogram_stddev(${summed})`)).infos.length, 1);
});

test('what is read without buckets is not taken for the same that is read with them', async () => {
  const store = storeOf({ h: [{ positive: { 1: 2, 2: 2 }, sum: 9 }] });
  const quantile = 'histogram_quantile(0.5, h)';
  assert.deepEqual((await ask(store, `histogram_count(h) + ${quantile}`)).values, { '': 6 });
  assert.deepEqual((await ask(store, `${quantile} + histogram_count(h)`)).values, { '': 6 });
});
