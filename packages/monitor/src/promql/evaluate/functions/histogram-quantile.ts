// histogram_quantile over classic histograms: series with cumulative counts, one a bucket, told apart by the label `le`.
// Within a bucket observations are taken to be spread evenly. Tiny falls between buckets, which come from summing
// floating-point rates, are evened out; real ones are forced up, with an info.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

import { type Labels, labelsKey, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { CallArguments } from '../call-arguments.ts';
import { mergeEqual } from '../distinct.ts';
import { parseFloatLabel } from '../floats.ts';
import { dropLabels, hasAnyStep, type SeriesStream, type StepSeries } from '../series.ts';

const BUCKET_LABEL = 'le';
const NOT_IDENTITY = new Set([BUCKET_LABEL]);
const NOT_IN_RESULT = new Set([BUCKET_LABEL, METRIC_NAME]);
const STEPS_BETWEEN_CLOCK_READS = 64;
const TINY_RELATIVE = 1e-12;
const LEAST_NORMAL = 2 ** -1022;
const FORCED_MESSAGE =
  'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';

interface Bucket {
  readonly upperBound: number;
  readonly counts: StepSeries;
}

interface Histogram {
  readonly labels: Labels;
  readonly buckets: Bucket[];
}

/** Histograms of different names are different ones, although the result has no name: it can hold equal series. */
export function histogramQuantile(call: CallArguments): SeriesStream {
  return mergeEqual(quantiles(call), call.context.budget);
}

async function* quantiles(call: CallArguments): SeriesStream {
  const wanted = await call.scalar(0);
  call.context.notes.warnOfQuantiles(call.nodes[0]!.span, wanted);
  const histograms = new Map<string, Histogram>();
  let held = 0;
  try {
    for await (const series of call.vector(1)) {
      if (!addBucket(call, histograms, series)) continue;
      call.context.budget.hold(1, call.grid.count);
      held++;
    }
    for (const histogram of histograms.values()) {
      const result = await quantileOverSteps(call, histogram, wanted);
      if (hasAnyStep(result.present)) yield result;
    }
  } finally {
    call.context.budget.release(held, held * call.grid.count);
  }
}

function addBucket(call: CallArguments, histograms: Map<string, Histogram>, series: StepSeries): boolean {
  const bound = labelValue(series.labels, BUCKET_LABEL);
  const upperBound = parseFloatLabel(bound);
  if (upperBound === undefined) {
    const name = labelValue(series.labels, METRIC_NAME);
    const forMetric = name === '' ? '' : ` for metric name ${JSON.stringify(name)}`;
    call.context.notes.warn(
      call.nodes[1]!.span,
      `bucket label "${BUCKET_LABEL}" is missing or has a malformed value of ${JSON.stringify(bound)}${forMetric}`,
    );
    return false;
  }
  const key = labelsKey(dropLabels(series.labels, NOT_IDENTITY));
  let histogram = histograms.get(key);
  if (histogram === undefined) {
    histogram = { labels: dropLabels(series.labels, NOT_IN_RESULT), buckets: [] };
    histograms.set(key, histogram);
  }
  histogram.buckets.push({ upperBound, counts: series });
  return true;
}

async function quantileOverSteps(
  call: CallArguments,
  histogram: Histogram,
  quantiles: Float64Array,
): Promise<StepSeries> {
  const stepCount = quantiles.length;
  const result = {
    labels: histogram.labels,
    values: new Float64Array(stepCount),
    present: new Uint8Array(stepCount),
  };
  const buckets = histogram.buckets.sort((a, b) => a.upperBound - b.upperBound);
  const bounds = new Float64Array(buckets.length);
  const counts = new Float64Array(buckets.length);
  for (let step = 0; step < stepCount; step++) {
    if (step % STEPS_BETWEEN_CLOCK_READS === 0 && call.context.budget.isDue()) await call.context.budget.pause();
    const filled = gather(buckets, step, bounds, counts);
    if (filled === 0) continue;
    result.present[step] = 1;
    result.values[step] = bucketQuantile(quantiles[step]!, bounds, counts, filled, () =>
      call.context.notes.inform(call.nodes[1]!.span, FORCED_MESSAGE),
    );
  }
  return result;
}

/** Collects the buckets present at a step, those with the same bound added up; says how many there are. */
function gather(buckets: readonly Bucket[], step: number, bounds: Float64Array, counts: Float64Array): number {
  let filled = 0;
  for (const { upperBound, counts: series } of buckets) {
    if (series.present[step] === 0) continue;
    if (filled > 0 && bounds[filled - 1] === upperBound) {
      counts[filled - 1] = counts[filled - 1]! + series.values[step]!;
    } else {
      bounds[filled] = upperBound;
      counts[filled++] = series.values[step]!;
    }
  }
  return filled;
}

/** Over the first `filled` buckets in order of their bounds; `counts` is changed. */
function bucketQuantile(
  quantile: number,
  bounds: Float64Array,
  counts: Float64Array,
  filled: number,
  onForced: () => void,
): number {
  if (Number.isNaN(quantile)) return NaN;
  if (quantile < 0) return -Infinity;
  if (quantile > 1) return Infinity;
  const last = filled - 1;
  if (bounds[last] !== Infinity) return NaN;
  if (makeMonotonic(counts, filled)) onForced();
  const observations = counts[last]!;
  if (filled < 2 || observations === 0) return NaN;
  let rank = quantile * observations;
  const index = firstAtLeast(counts, last, rank);
  if (index === last) return bounds[last - 1]!;
  if (index === 0 && bounds[0]! <= 0) return bounds[0]!;
  let lower = 0;
  let inBucket = counts[index]!;
  if (index > 0) {
    lower = bounds[index - 1]!;
    inBucket -= counts[index - 1]!;
    rank -= counts[index - 1]!;
  }
  return lower + (bounds[index]! - lower) * (rank / inBucket);
}

/** The first of `end` ascending counts that reaches the rank; `end` when none does. */
function firstAtLeast(counts: Float64Array, end: number, rank: number): number {
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (counts[middle]! >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Says whether a fall of more than rounding had to be removed. */
function makeMonotonic(counts: Float64Array, filled: number): boolean {
  let forced = false;
  let previous = counts[0]!;
  for (let index = 1; index < filled; index++) {
    const current = counts[index]!;
    if (current === previous) continue;
    if (almostEqual(previous, current)) {
      counts[index] = previous;
    } else if (current < previous) {
      counts[index] = previous;
      forced = true;
    } else {
      previous = current;
    }
  }
  return forced;
}

function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  const magnitude = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || magnitude < LEAST_NORMAL) return difference < TINY_RELATIVE * LEAST_NORMAL;
  return difference / Math.min(magnitude, Number.MAX_VALUE) < TINY_RELATIVE;
}
