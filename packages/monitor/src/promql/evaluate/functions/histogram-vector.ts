// What the functions of histograms do with an instant vector: native histograms one by one, classic ones gathered from their
// series, one a bucket, told apart by the label `le`. Where both have the same labels neither has a result.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { type Labels, labelsKey, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { ClassicBuckets } from '../../histogram/classic.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import { mergeEqual } from '../distinct.ts';
import { isOfRange } from '../evaluated-range.ts';
import { parseFloatLabel } from '../floats.ts';
import {
  ABSENT,
  dropLabels,
  FLOAT,
  HISTOGRAM,
  hasAnyStep,
  nameless,
  type SeriesStream,
  type StepSeries,
} from '../series.ts';
import { forName } from './histogram-forced.ts';

const BUCKET_LABEL = 'le';
const NOT_IDENTITY = new Set([BUCKET_LABEL]);
const STEPS_BETWEEN_CLOCK_READS = 32;

/** A value, and an info that it may need. */
interface Estimated {
  readonly value: number;
  readonly info?: string | undefined;
}

/** A number for each histogram: one series of the result for each. */
export interface Estimator {
  readonly native: (histogram: FloatHistogram, step: number) => Estimated;
  /** `name` is that of the metric where it may be told. */
  readonly classic: (buckets: ClassicBuckets, step: number, name: string) => number;
  /** At the other steps it has no results. */
  readonly isAt?: (step: number) => boolean;
  readonly relabel?: (labels: Labels) => Labels;
}

interface ClassicHistogram {
  readonly labels: Labels;
  readonly buckets: { readonly upperBound: number; readonly counts: StepSeries }[];
}

interface NativeResults {
  readonly series: StepSeries;
  /** One column an estimator. */
  readonly values: readonly Float64Array[];
  readonly present: Uint8Array;
  /** Step and text, in pairs: told only when the result stands. */
  readonly infos: { readonly step: number; readonly text: string }[];
}

interface Collected {
  readonly classics: Map<string, ClassicHistogram>;
  readonly natives: Map<string, NativeResults>;
  series: number;
  points: number;
}

/** `infoIndex`: the argument whose place the infos name. */
export interface HistogramCall {
  readonly call: CallArguments;
  readonly vectorIndex: number;
  readonly infoIndex: number;
  readonly estimators: readonly Estimator[];
}

/**
 * Histograms of different names are different ones, although the result has no name: it can hold equal series. Those of a single
 * moment stay as they are until names go at the end.
 */
export function overHistograms(histogramCall: HistogramCall): SeriesStream {
  const { context, grid, nodes } = histogramCall.call;
  const stream = estimates(histogramCall);
  const staysApart = context.features.delayedNameRemoval && !isOfRange(grid, context, nodes);
  return staysApart ? stream : mergeEqual(stream, context.budget);
}

/** The name that a note may tell: it is gone unless names are removed at the end. */
function knownName({ call }: Pick<HistogramCall, 'call'>, labels: Labels): string {
  return call.context.features.delayedNameRemoval ? labelValue(labels, METRIC_NAME) : '';
}

async function* estimates(histogramCall: HistogramCall): SeriesStream {
  const { call, vectorIndex } = histogramCall;
  const { budget } = call.context;
  const collected: Collected = { classics: new Map(), natives: new Map(), series: 0, points: 0 };
  try {
    for await (const series of call.vector(vectorIndex)) await collect(histogramCall, collected, series);
    for (const [key, native] of collected.natives) {
      const classic = collected.classics.get(key);
      const results = classic === undefined ? [] : await classicResults(histogramCall, classic, native);
      collected.classics.delete(key);
      yield* nativeSeries(histogramCall, native);
      yield* results;
    }
    for (const classic of collected.classics.values()) {
      yield* await classicResults(histogramCall, classic, undefined);
    }
  } finally {
    budget.release(collected.series, collected.points);
  }
}

async function collect(histogramCall: HistogramCall, collected: Collected, series: StepSeries): Promise<void> {
  const { call, estimators } = histogramCall;
  if (series.present.includes(HISTOGRAM)) {
    hold(call, collected, 1, call.grid.count * estimators.length);
    collected.natives.set(labelsKey(series.labels), await nativeResults(histogramCall, series));
  }
  if (series.present.includes(FLOAT) && addBucket(histogramCall, collected.classics, series)) {
    hold(call, collected, 1, call.grid.count);
  }
}

function hold({ context }: CallArguments, collected: Collected, series: number, points: number): void {
  context.budget.hold(series, points);
  collected.series += series;
  collected.points += points;
}

function addBucket(
  histogramCall: HistogramCall,
  histograms: Map<string, ClassicHistogram>,
  series: StepSeries,
): boolean {
  const { call, vectorIndex } = histogramCall;
  const bound = labelValue(series.labels, BUCKET_LABEL);
  const upperBound = parseFloatLabel(bound);
  if (upperBound === undefined) {
    call.context.notes.warn(
      call.nodes[vectorIndex]!.span,
      `bucket label "${BUCKET_LABEL}" is missing or has a malformed value of ${JSON.stringify(bound)}${forName(knownName(histogramCall, series.labels))}`,
    );
    return false;
  }
  const labels = dropLabels(series.labels, NOT_IDENTITY);
  const key = labelsKey(labels);
  let histogram = histograms.get(key);
  if (histogram === undefined) {
    histogram = { labels, buckets: [] };
    histograms.set(key, histogram);
  }
  histogram.buckets.push({ upperBound, counts: series });
  return true;
}

async function nativeResults({ call, estimators }: HistogramCall, series: StepSeries): Promise<NativeResults> {
  const { count: stepCount } = call.grid;
  const values = estimators.map(() => new Float64Array(stepCount));
  const present = new Uint8Array(stepCount);
  const infos: { step: number; text: string }[] = [];
  for (let step = 0; step < stepCount; step++) {
    if (step % STEPS_BETWEEN_CLOCK_READS === 0 && call.context.budget.isDue()) await call.context.budget.pause();
    if (series.present[step] !== HISTOGRAM) continue;
    present[step] = FLOAT;
    for (const [index, estimator] of estimators.entries()) {
      if (estimator.isAt?.(step) === false) continue;
      const { value, info } = estimator.native(series.histograms![step]!, step);
      values[index]![step] = value;
      if (info !== undefined) infos.push({ step, text: info });
    }
  }
  return { series, values, present, infos };
}

function* nativeSeries(histogramCall: HistogramCall, native: NativeResults): Generator<StepSeries> {
  const { call, estimators, infoIndex } = histogramCall;
  const { series, values, present, infos } = native;
  const name = forName(knownName(histogramCall, series.labels));
  const { span } = call.nodes[infoIndex]!;
  for (const { step, text } of infos) if (present[step] !== ABSENT) call.context.notes.inform(span, `${text}${name}`);
  const labels = nameless(series, call.context.features);
  for (const [index, estimator] of estimators.entries()) {
    yield* result(estimator, labels, values[index]!, present.slice());
  }
}

/** Where there is a native histogram of the same labels neither has a result. */
async function classicResults(
  histogramCall: HistogramCall,
  histogram: ClassicHistogram,
  native: NativeResults | undefined,
): Promise<StepSeries[]> {
  const { call, vectorIndex, estimators } = histogramCall;
  const { context, grid } = call;
  const buckets = histogram.buckets.sort((a, b) => a.upperBound - b.upperBound);
  const atStep = { bounds: new Float64Array(buckets.length), counts: new Float64Array(buckets.length), length: 0 };
  const values = estimators.map(() => new Float64Array(grid.count));
  const present = new Uint8Array(grid.count);
  const name = knownName(histogramCall, histogram.labels);
  for (let step = 0; step < grid.count; step++) {
    if (step % STEPS_BETWEEN_CLOCK_READS === 0 && context.budget.isDue()) await context.budget.pause();
    gather(buckets, step, atStep);
    if (atStep.length === 0) continue;
    if (native?.present[step] === FLOAT) {
      native.present[step] = ABSENT;
      const message = `vector contains a mix of classic and native histograms${forName(name)}`;
      context.notes.warn(call.nodes[vectorIndex]!.span, message);
      continue;
    }
    present[step] = FLOAT;
    for (const [index, estimator] of estimators.entries()) {
      if (estimator.isAt?.(step) === false) continue;
      values[index]![step] = estimator.classic(atStep, step, name);
    }
  }
  const labels = nameless(histogram, context.features);
  return estimators.flatMap((estimator, index) => [...result(estimator, labels, values[index]!, present.slice())]);
}

function* result(
  { isAt, relabel }: Estimator,
  { labels, ...name }: Pick<StepSeries, 'labels' | 'dropsName'>,
  values: Float64Array,
  present: Uint8Array,
): Generator<StepSeries> {
  if (isAt !== undefined) for (let step = 0; step < present.length; step++) if (!isAt(step)) present[step] = ABSENT;
  if (!hasAnyStep(present)) return;
  yield { labels: relabel === undefined ? labels : relabel(labels), ...name, values, present };
}

/** Collects the buckets present at a step, in the order of their bounds. */
function gather(buckets: ClassicHistogram['buckets'], step: number, into: ClassicBuckets): void {
  into.length = 0;
  for (const { upperBound, counts } of buckets) {
    if (counts.present[step] !== FLOAT) continue;
    into.bounds[into.length] = upperBound;
    into.counts[into.length++] = counts.values[step]!;
  }
}
