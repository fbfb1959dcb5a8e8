// How each recorded series behaves, which decides how it is carried on beyond the recording's end:
//   constant   one value: it stays
//   replayed   gauges: the same values again at another pace, each moved a little on its own grid
//   counted    counters and gauges that only rise: events, which go on from the last value
//   histogram  the buckets, count and sum of one classic histogram, which go on together
//   summed     a sum of observations that is alone: it goes on from the last value

import type { MetricType } from '../../packages/monitor/src/model/batch.ts';
import { labelsKey, labelValue, METRIC_NAME } from '../../packages/monitor/src/model/labels.ts';
import { commonDenominatorOf, commonStepOf, denominatorOf } from './grid.ts';
import type { RecordedSeries, Recording } from './recording.ts';

export type Behaviour =
  | { readonly kind: 'constant'; readonly series: number; readonly value: number }
  | { readonly kind: 'replayed'; readonly series: number; readonly variation: Variation }
  | { readonly kind: 'counted'; readonly series: number; readonly step: number }
  | {
      readonly kind: 'histogram';
      readonly buckets: readonly number[];
      readonly count: number;
      readonly sum: Sum | undefined;
    }
  | { readonly kind: 'summed'; readonly sum: Sum };

interface Variation {
  /** How far a value may be moved. */
  readonly amplitude: number;
  /** Whole numbers are multiples of it. */
  readonly step: number;
  /** One a scrape, as `denominatorOf` gives it. */
  readonly denominators: Float64Array;
}

/** How the sum of observations that were 0 or more, or any numbers, came to its bits. */
export interface Sum {
  readonly series: number;
  /**
   * 'exact': it stands on the grid. 'added': every observation stood on the grid, up to a noise, and the sum has the rounding
   * of every addition. 'free': there is no grid.
   */
  readonly form: 'exact' | 'added' | 'free';
  readonly denominator: number;
  /** How far an observation is off the grid, the standard deviation: differences of `performance.now()` are. */
  readonly noise: number;
}

/** A gauge that only rises is counted from so many rises on: fewer may be a level that was reached. */
const RISES_OF_A_COUNT = 10;
const VARIATION_OF_A_CHANGE = 0.25;
const ADDED_DENOMINATORS = [1e6, 1e9];
/** Parts of the grid that a sum may be off it, by rounding and noise. */
const OFF_THE_GRID_MAX = 0.05;

export interface BehaviouralRecording {
  readonly behaviours: readonly (readonly Behaviour[])[];
  /** By target: at which scrape a new process answered for the first time (1), the first one not counted. */
  readonly isRestart: readonly Uint8Array[];
}

/** By target. Every series is in exactly one behaviour. */
export function behavioursOf(recording: Recording): BehaviouralRecording {
  const types = new Map(recording.metadata.map(({ name, type }) => [name, type]));
  const isRestart = recording.targets.map((target) =>
    restartsOf(recording.series.slice(target.firstSeries, target.endSeries), target.timesMs.length),
  );
  const behaviours = recording.targets.map((target, index) => {
    const made: Behaviour[] = [];
    const histograms = new Map<string, HistogramParts>();
    for (let number = target.firstSeries; number < target.endSeries; number++) {
      const series = recording.series[number]!;
      if (addToHistogram(histograms, types, number, series)) continue;
      made.push(behaviourOf(number, series, typeOf(types, series), isRestart[index]!));
    }
    for (const parts of histograms.values()) {
      made.push(...histogramBehaviours(parts, recording.series, isRestart[index]!));
    }
    return made;
  });
  return { behaviours, isRestart };
}

function restartsOf(series: readonly RecordedSeries[], scrapes: number): Uint8Array {
  const restarts = new Uint8Array(scrapes);
  const start = series.find(({ labels }) => labelValue(labels, METRIC_NAME) === 'process_start_time_seconds');
  let before: number | undefined;
  for (let scrape = 0; scrape < scrapes; scrape++) {
    if (start === undefined || start.isPresent[scrape] === 0) continue;
    const value = start.values[scrape]!;
    if (before !== undefined && value !== before) restarts[scrape] = 1;
    before = value;
  }
  return restarts;
}

function typeOf(types: ReadonlyMap<string, MetricType>, { labels }: RecordedSeries): MetricType {
  return types.get(labelValue(labels, METRIC_NAME)) ?? 'unknown';
}

interface HistogramParts {
  readonly buckets: { readonly series: number; readonly bound: number }[];
  count: number | undefined;
  sum: number | undefined;
}

const HISTOGRAM_PART = /^(.*)_(bucket|count|sum)$/;

function addToHistogram(
  histograms: Map<string, HistogramParts>,
  types: ReadonlyMap<string, MetricType>,
  number: number,
  { labels }: RecordedSeries,
): boolean {
  const [, family = '', part] = HISTOGRAM_PART.exec(labelValue(labels, METRIC_NAME)) ?? [];
  if (types.get(family) !== 'histogram') return false;
  const key = family + labelsKey(labels.filter(({ name }) => name !== METRIC_NAME && name !== 'le'));
  let parts = histograms.get(key);
  if (parts === undefined) histograms.set(key, (parts = { buckets: [], count: undefined, sum: undefined }));
  if (part === 'count') parts.count = number;
  else if (part === 'sum') parts.sum = number;
  else parts.buckets.push({ series: number, bound: Number(labelValue(labels, 'le').replace('+Inf', 'Infinity')) });
  return true;
}

function histogramBehaviours(
  { buckets, count, sum }: HistogramParts,
  all: readonly RecordedSeries[],
  isRestart: Uint8Array,
): Behaviour[] {
  const ordered = [...buckets].sort((a, b) => a.bound - b.bound).map(({ series }) => series);
  const members = [...ordered, count, sum].filter((series) => series !== undefined);
  const last = ordered.at(-1);
  if (count === undefined || last === undefined || !isConsistent(ordered, count, all, isRestart)) {
    // One that the node empties now and then: its counts come again as they were, so that it stays consistent.
    return members.map((series) => replayed(series, all[series]!, series === sum ? VARIATION_OF_A_CHANGE : 0));
  }
  if (members.every((series) => valueOfConstant(all[series]!) !== undefined)) {
    return members.map((series) => ({ kind: 'constant', series, value: valueOfConstant(all[series]!)! }));
  }
  return [
    {
      kind: 'histogram',
      buckets: ordered,
      count,
      sum: sum === undefined ? undefined : sumOf(sum, all[sum]!, all[count]),
    },
  ];
}

/** Buckets are cumulative at every scrape and between scrapes, whole, and the last one is the count. */
function isConsistent(
  buckets: readonly number[],
  count: number,
  all: readonly RecordedSeries[],
  isRestart: Uint8Array,
): boolean {
  const last = all[buckets.at(-1)!]!;
  const { values: counts, isPresent } = all[count]!;
  let before = -1;
  for (let scrape = 0; scrape < counts.length; scrape++) {
    if (isPresent[scrape] !== last.isPresent[scrape]) return false;
    if (isRestart[scrape] === 1) before = -1;
    if (isPresent[scrape] === 0) continue;
    if (counts[scrape] !== last.values[scrape]) return false;
    let below = 0;
    for (const bucket of buckets) {
      const series = all[bucket]!;
      if (series.isPresent[scrape] === 0) return false;
      const rise = series.values[scrape]! - (before === -1 ? 0 : series.values[before]!);
      if (!Number.isInteger(rise) || rise < below) return false;
      below = rise;
    }
    before = scrape;
  }
  return true;
}

function behaviourOf(number: number, series: RecordedSeries, type: MetricType, isRestart: Uint8Array): Behaviour {
  const value = valueOfConstant(series);
  if (value !== undefined) return { kind: 'constant', series: number, value };
  const { rises, falls } = movesOf(series, isRestart);
  const isCounter = falls === 0 && (type === 'counter' || rises >= RISES_OF_A_COUNT);
  if (!isCounter) return replayed(number, series, VARIATION_OF_A_CHANGE);
  const values = [...presentValues(series)];
  if (values.every(Number.isSafeInteger)) return { kind: 'counted', series: number, step: commonStepOf(values) };
  return { kind: 'summed', sum: sumOf(number, series, undefined) };
}

function* presentValues({ values, isPresent }: RecordedSeries): Iterable<number> {
  for (let scrape = 0; scrape < values.length; scrape++) if (isPresent[scrape] === 1) yield values[scrape]!;
}

function valueOfConstant(series: RecordedSeries): number | undefined {
  let first: number | undefined;
  for (const value of presentValues(series)) {
    if (first === undefined) first = value;
    else if (!Object.is(value, first)) return undefined;
  }
  return first;
}

function movesOf({ values, isPresent }: RecordedSeries, isRestart: Uint8Array): { rises: number; falls: number } {
  let [rises, falls] = [0, 0];
  let before: number | undefined;
  for (let scrape = 0; scrape < values.length; scrape++) {
    if (isRestart[scrape] === 1) before = undefined;
    if (isPresent[scrape] === 0) continue;
    const value = values[scrape]!;
    if (before !== undefined && value > before) rises++;
    if (before !== undefined && !(value >= before)) falls++;
    before = value;
  }
  return { rises, falls };
}

function replayed(number: number, series: RecordedSeries, variation: number): Behaviour {
  const { values, isPresent } = series;
  const denominators = values.map((value, scrape) => (isPresent[scrape] === 1 ? denominatorOf(value) : 1));
  const whole = [...presentValues(series)].filter(Number.isSafeInteger);
  const changes: number[] = [];
  for (let scrape = 1; scrape < values.length; scrape++) {
    if (isPresent[scrape - 1] === 0 || isPresent[scrape] === 0) continue;
    const change = Math.abs(values[scrape]! - values[scrape - 1]!);
    if (change > 0 && Number.isFinite(change)) changes.push(change);
  }
  changes.sort((a, b) => a - b);
  const usualChange = changes[changes.length >> 1] ?? 0;
  return {
    kind: 'replayed',
    series: number,
    variation: { amplitude: variation * usualChange, step: commonStepOf(whole), denominators },
  };
}

function sumOf(number: number, series: RecordedSeries, count: RecordedSeries | undefined): Sum {
  const values = [...presentValues(series)];
  const exact = commonDenominatorOf(values);
  if (exact !== 0) return { series: number, form: 'exact', denominator: exact, noise: 0 };
  const added = ADDED_DENOMINATORS.find((denominator) =>
    values.every((value) => Math.abs(value * denominator - Math.round(value * denominator)) <= OFF_THE_GRID_MAX),
  );
  if (added === undefined) return { series: number, form: 'free', denominator: 0, noise: 0 };
  return { series: number, form: 'added', denominator: added, noise: noiseOf(series, count, added) };
}

/** What the sum's distance from the grid changes by with every observation, beyond the rounding of the additions. */
function noiseOf(series: RecordedSeries, count: RecordedSeries | undefined, denominator: number): number {
  const { values, isPresent } = series;
  let [squares, observations] = [0, 0];
  let [offBefore, valueBefore, countBefore] = [0, 0, 0];
  for (let scrape = 0; scrape < values.length; scrape++) {
    if (isPresent[scrape] === 0) continue;
    const value = values[scrape]!;
    const off = value - Math.round(value * denominator) / denominator;
    const counted = count?.values[scrape] ?? scrape;
    const isLater = scrape > 0 && isPresent[scrape - 1] === 1 && value > valueBefore && counted > countBefore;
    if (isLater) {
      const rounding = ((counted - countBefore) * ulpOf(value) ** 2) / 12;
      squares += Math.max(0, (off - offBefore) ** 2 - rounding);
      observations += counted - countBefore;
    }
    [offBefore, valueBefore, countBefore] = [off, value, counted];
  }
  const noise = observations === 0 ? 0 : Math.sqrt(squares / observations);
  const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return noise < ulpOf(largest) ? 0 : noise;
}

function ulpOf(value: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(value) || Number.MIN_VALUE)) - 52);
}
