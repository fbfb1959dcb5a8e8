import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mixedChanges, mixedFirstOverTime, mixedLastOverTime, mixedResets, mixedTimeOfLast } from './counts.ts';
import { mixedDelta, mixedIdelta, mixedIncrease, mixedIrate, mixedRate } from './histogram-rate.ts';
import { mixedAvgOverTime, mixedSumOverTime } from './histogram-sums.ts';
import { floats, histogram, histograms, mixedResults, type WindowResult, windows } from './testing/one-series.ts';
import type { MixedWindowFunction, RangeSeries } from './window-function.ts';

const NO_FLOATS = floats();
/** One window, (0 s, 60 s]. */
const ONE_MINUTE = windows({ from: 60, count: 1, stepSeconds: 1, rangeSeconds: 60 });

async function overMinute(window: MixedWindowFunction, series: Partial<RangeSeries>) {
  const { results, notes } = await mixedResults(window, { ...NO_FLOATS, ...series }, { times: ONE_MINUTE });
  return { result: bucketsOf(results[0]), notes };
}

function bucketsOf(result: WindowResult): unknown {
  return typeof result === 'object' ? [...result.positive.counts] : result;
}

const COUNTER = histograms([10, histogram([1, 2])], [30, histogram([3, 4])], [50, histogram([5, 10])]);

test('the rate of a histogram is that of each bucket', async () => {
  // Sampled over 40 s, 10 s to both edges: by half as much again.
  assert.deepEqual(await overMinute(mixedIncrease, COUNTER), { result: [6, 12], notes: [] });
  assert.deepEqual(await overMinute(mixedRate, COUNTER), { result: [0.1, 0.2], notes: [] });
  assert.deepEqual(await overMinute(mixedIrate, COUNTER), { result: [0.1, 0.3], notes: [] });
});

test('a restart adds what was there before it', async () => {
  const restarted = histograms([10, histogram([7, 2])], [30, histogram([9, 4])], [50, histogram([1, 1])]);
  // 1 - 7 + 9 and 1 - 2 + 4: not back beyond zero, which is 10 / 9 of the growth of 9 before the first.
  const { result } = await overMinute(mixedIncrease, restarted);
  assert.deepEqual(result, [4.5, 4.5]);
  assert.deepEqual((await overMinute(mixedIrate, restarted)).result, [0.05, 0.05]);
});

test('a histogram before a restart may have other buckets altogether', async () => {
  const changed = histograms(
    [10, histogram([9, 9], { bounds: [5, 10] })],
    [30, histogram([1, 1])],
    [50, histogram([3, 3])],
  );
  assert.deepEqual(await overMinute(mixedIncrease, changed), { result: [4.5, 4.5], notes: [] });
  const changedBack = histograms(
    [10, histogram([1, 1])],
    [50, histogram([3, 3], { bounds: [5, 10] })],
    [55, histogram([5, 5])],
  );
  const notes = [
    warning(
      'vector contains a mix of histograms with exponential and custom buckets schemas for metric name "requests"',
    ),
  ];
  assert.deepEqual(await overMinute(mixedIncrease, changedBack), { result: undefined, notes });
});

test('gauges and counters are told apart by a warning', async () => {
  const gauge = histograms([10, histogram([1, 1], { isGauge: true })], [50, histogram([3, 1], { isGauge: true })]);
  const noCounter = [warning('this native histogram metric is not a counter: "requests"')];
  const noGauge = [warning('this native histogram metric is not a gauge: "requests"')];
  assert.deepEqual((await overMinute(mixedRate, gauge)).notes, noCounter);
  assert.deepEqual((await overMinute(mixedIrate, gauge)).notes, noCounter);
  assert.deepEqual(await overMinute(mixedIdelta, gauge), { result: [2], notes: [] });
  assert.deepEqual((await overMinute(mixedDelta, gauge)).notes, []);
  assert.deepEqual((await overMinute(mixedDelta, COUNTER)).notes, noGauge);
  assert.deepEqual((await overMinute(mixedIdelta, COUNTER)).notes, noGauge);
});

test('a window of floats and histograms has no rate and no sum, but a warning', async () => {
  const mixed = { ...floats([20, 1], [40, 2]), ...COUNTER };
  const notes = [warning('encountered a mix of histograms and floats for metric name "requests"')];
  for (const window of [mixedRate, mixedIncrease, mixedDelta, mixedSumOverTime, mixedAvgOverTime]) {
    assert.deepEqual(await overMinute(window, mixed), { result: undefined, notes });
  }
  assert.deepEqual(await overMinute(mixedIrate, mixed), { result: undefined, notes });
});

test('irate looks at the last two samples alone', async () => {
  const floatsLast = { ...floats([52, 1], [54, 5]), ...COUNTER };
  assert.deepEqual(await overMinute(mixedIrate, floatsLast), { result: 2, notes: [] });
  const histogramsLast = { ...floats([20, 1]), ...COUNTER };
  assert.deepEqual(await overMinute(mixedIrate, histogramsLast), { result: [0.1, 0.3], notes: [] });
});

test('sums and averages of histograms', async () => {
  assert.deepEqual(await overMinute(mixedSumOverTime, COUNTER), { result: [9, 16], notes: [] });
  assert.deepEqual(await overMinute(mixedAvgOverTime, COUNTER), { result: [3, 16 / 3], notes: [] });
  const incompatible = histograms([10, histogram([1, 1])], [20, histogram([1, 1], { bounds: [5, 10] })]);
  assert.equal((await overMinute(mixedSumOverTime, incompatible)).result, undefined);
});

test('a change of the kind of sample is a change and a reset', async () => {
  const mixed = { ...floats([5, 1], [20, 1]), ...COUNTER };
  // Float, histogram, float, histogram, histogram.
  assert.deepEqual(await overMinute(mixedChanges, mixed), { result: 4, notes: [] });
  assert.deepEqual(await overMinute(mixedResets, mixed), { result: 3, notes: [] });
});

test('the first and the last sample are of either kind', async () => {
  const mixed = { ...floats([5, 7], [20, 8]), ...COUNTER };
  assert.deepEqual((await overMinute(mixedFirstOverTime, mixed)).result, 7);
  assert.deepEqual((await overMinute(mixedLastOverTime, mixed)).result, [5, 10]);
  assert.deepEqual((await overMinute(mixedTimeOfLast, mixed)).result, 50);
});

test('windows move over floats and histograms together', async () => {
  const series = { ...floats([70, 1], [80, 4]), ...COUNTER };
  const times = windows({ from: 40, count: 4, stepSeconds: 20, rangeSeconds: 35 });
  const { results } = await mixedResults(mixedLastOverTime, series, { times });
  assert.deepEqual(results.map(bucketsOf), [[3, 4], [5, 10], 4, 4]);
});

function warning(message: string): string {
  return `PromQL warning: ${message} (1:1)`;
}
