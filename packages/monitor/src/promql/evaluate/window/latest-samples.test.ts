import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../../../model/labels.ts';
import { bitsOf, writeStaleAt } from '../../../model/staleness.ts';
import type { SeriesSamples } from '../../../storage/interface.ts';
import { QueryNotes } from '../notes.ts';
import { ABSENT, FLOAT, HISTOGRAM } from '../series.ts';
import { latestAtSteps, latestTimesAtSteps } from './latest-samples.ts';
import { smoothedAtSteps } from './smoothed-samples.ts';
import { histogram, unboundedBudget, windows } from './testing/one-series.ts';
import { histogramColumns } from './usable-samples.ts';

const LABELS = labelsFromRecord({ __name__: 'sizes' });

/** A float at 10 s, a stale marker at 40 s; histograms at 20 and 50 s, and one at 70 s whose sum is a stale marker. */
function mixedSeries(): SeriesSamples {
  const values = Float64Array.of(7, 0);
  writeStaleAt(bitsOf(values), 1);
  const staleSum = new Float64Array(1);
  writeStaleAt(bitsOf(staleSum), 0);
  const sizes = histogram([1, 2]).toNative();
  return {
    labels: LABELS,
    timestampsMs: Float64Array.of(10_000, 40_000),
    values,
    histograms: [
      { timestampMs: 20_000, histogram: sizes },
      { timestampMs: 50_000, histogram: sizes },
      { timestampMs: 70_000, histogram: { ...sizes, sum: staleSum[0]! } },
    ],
  };
}

/** Every 10 s from 10 to 100 s, with a lookback of 25 s. */
const STEPS = windows({ from: 10, count: 10, stepSeconds: 10, rangeSeconds: 25 });

test('the latest sample is a float or a histogram; a stale marker of either ends both', async () => {
  const found = (await latestAtSteps(mixedSeries(), STEPS, unboundedBudget()))!;
  const kinds = [FLOAT, HISTOGRAM, HISTOGRAM, ABSENT, HISTOGRAM, HISTOGRAM, ABSENT, ABSENT, ABSENT, ABSENT];
  assert.deepEqual([...found.present], kinds);
  assert.equal(found.values[0], 7);
  assert.equal(found.histograms![4]!.count, 3);
});

test('the times of the latest samples, in seconds', async () => {
  const found = (await latestTimesAtSteps(mixedSeries(), STEPS, unboundedBudget()))!;
  assert.deepEqual([...found.values.subarray(0, 6)], [10, 20, 20, 0, 50, 50]);
  assert.deepEqual([...found.present], [FLOAT, FLOAT, FLOAT, ABSENT, FLOAT, FLOAT, ABSENT, ABSENT, ABSENT, ABSENT]);
});

test('windows have no stale markers', async () => {
  const { histograms = [] } = mixedSeries();
  assert.deepEqual([...(await histogramColumns(histograms, unboundedBudget()))!.timestampsMs], [20_000, 50_000]);
  assert.equal(await histogramColumns(histograms.slice(2), unboundedBudget()), undefined);
});

test('smoothed histograms lie between their neighbours; floats and histograms together have no value, but a warning', async () => {
  const notes = new QueryNotes('sizes smoothed');
  const place = { labels: LABELS, notes, noteSpan: { from: 0, to: 5 } };
  const [first, second] = [histogram([0, 2]).toNative(), histogram([4, 2]).toNative()];
  const series: SeriesSamples = {
    labels: LABELS,
    timestampsMs: Float64Array.of(90_000),
    values: Float64Array.of(1),
    histograms: [
      { timestampMs: 10_000, histogram: first },
      { timestampMs: 30_000, histogram: second },
    ],
  };
  const steps = { ...windows({ from: 15, count: 4, stepSeconds: 20, rangeSeconds: 45 }), aheadMs: 45_000 };
  const found = (await smoothedAtSteps(series, steps, place, unboundedBudget()))!;
  assert.deepEqual([...found.present], [HISTOGRAM, HISTOGRAM, ABSENT, ABSENT]);
  assert.deepEqual([...found.histograms![0]!.positive.counts], [1, 2]);
  assert.deepEqual([...found.histograms![1]!.positive.counts], [4, 2]);
  assert.deepEqual(notes.warnings(), [
    'PromQL warning: encountered a mix of histograms and floats for metric name "sizes" (1:1)',
  ]);
});
