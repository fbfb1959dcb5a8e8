// Native histograms of every face: several schemas and zero buckets, also ones that change half way, negative buckets, float
// counts, custom bounds that differ, gauges, resets, NaN observations, empty ones, and series that hold floats as well.

import type { BucketSpan, NativeHistogram } from '../../../../../packages/monitor/src/model/batch.ts';
import type { RawSeries } from '../../remote-write.ts';
import type { Dice } from '../dice.ts';
import { type Sample, seriesOf, type TimedSample } from './columns.ts';
import { type Span, timesOf } from './float-series.ts';

const CUSTOM_SCHEMA = -53;

interface Layout {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly customBounds?: readonly number[];
}

interface Shape {
  /** That of a moment, from 0 to 1 over the whole time, for the instance of that number. */
  readonly layoutAt: (moment: number, instance: number) => Layout;
  readonly isGauge?: boolean;
  /** Counts are halves and not whole. */
  readonly hasFloatCounts?: boolean;
  readonly hasNegative?: boolean;
  readonly resets?: number;
  /**
   * Has only the buckets that it needs yet. The others have from the first on what they ever need: a chunk of Prometheus'
   * storage widens all its histograms to the buckets of the last, and empty buckets are not nothing.
   */
  readonly isGrowing?: boolean;
  /** What stands instead of the histogram at an index, if anything does. */
  readonly instead?: (index: number, dice: Dice) => Sample | 'missing' | undefined;
}

const CUSTOM: Layout = { schema: CUSTOM_SCHEMA, zeroThreshold: 0, customBounds: [0.1, 0.5, 1, 5] };
const OTHER_CUSTOM: Layout = { schema: CUSTOM_SCHEMA, zeroThreshold: 0, customBounds: [0.1, 1, 2.5, 5, 10] };
const SCHEMAS = [3, 0, -2, 8];

const SHAPES: Readonly<Record<string, Shape>> = {
  native_counter: { layoutAt: () => ({ schema: 2, zeroThreshold: 0.001 }) },
  native_resetting: { layoutAt: () => ({ schema: 1, zeroThreshold: 1e-128 }), resets: 0.1 },
  native_schemas: { layoutAt: (_, instance) => ({ schema: SCHEMAS[instance]!, zeroThreshold: 0 }) },
  native_changing: {
    layoutAt: (moment, instance) => ({
      schema: moment < 0.5 ? 3 : 1,
      zeroThreshold: moment < 0.3 + instance / 10 ? 0.01 : 0.25,
    }),
    hasNegative: true,
  },
  native_gauge: { layoutAt: () => ({ schema: 0, zeroThreshold: 0.5 }), isGauge: true, hasNegative: true },
  native_float_counts: { layoutAt: () => ({ schema: 1, zeroThreshold: 0.1 }), hasFloatCounts: true },
  native_custom: { layoutAt: () => CUSTOM, resets: 0.05 },
  native_custom_differing: { layoutAt: (moment, instance) => (moment < 0.5 && instance < 2 ? CUSTOM : OTHER_CUSTOM) },
  native_custom_or_not: { layoutAt: (moment) => (moment < 0.5 ? CUSTOM : { schema: 0, zeroThreshold: 0.001 }) },
  native_mixed: {
    layoutAt: () => ({ schema: 1, zeroThreshold: 0.001 }),
    instead: (index, dice) => (index % 9 > 5 ? dice.below(100) : undefined),
  },
  native_stale: {
    layoutAt: () => ({ schema: 0, zeroThreshold: 0.001 }),
    instead: (index) => (index % 17 === 12 ? 'stale' : index % 17 > 12 ? 'missing' : undefined),
  },
  native_sparse: {
    layoutAt: () => ({ schema: 0, zeroThreshold: 0 }),
    instead: (index) => (index % 11 === 0 ? undefined : 'missing'),
  },
  native_growing: { layoutAt: () => ({ schema: 2, zeroThreshold: 0.001 }), isGrowing: true, resets: 0.05 },
  native_empty: {
    layoutAt: () => ({ schema: 3, zeroThreshold: 0.001 }),
    isGrowing: true,
    instead: (index) => (index < 40 ? EMPTY : undefined),
  },
};

const EMPTY: NativeHistogram = {
  schema: 3,
  zeroThreshold: 0.001,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positiveSpans: [],
  positiveCounts: new Float64Array(0),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
};

export function nativeHistograms(dice: Dice, span: Span): RawSeries[] {
  const series = Object.entries(SHAPES).flatMap(([name, shape]) =>
    ['a', 'b', 'c'].map((instance, number) => {
      const labels = { __name__: name, job: 'synthetic', instance, zone: number % 2 === 0 ? 'x' : 'y' };
      return seriesOf(labels, samplesOf(shape, number, dice, span));
    }),
  );
  const besideClassic = { __name__: 'classic_latency_seconds', job: 'synthetic', instance: 'a', zone: 'x' };
  const partlyMixed = { __name__: 'classic_latency_seconds_bucket', job: 'synthetic', instance: 'a', zone: 'x' };
  return [
    ...series,
    ...[besideClassic, partlyMixed].map((labels) =>
      seriesOf(labels, samplesOf(SHAPES['native_counter']!, 0, dice, span)),
    ),
    ...withNaN(dice, span),
  ];
}

/** Of `a` the observations are partly NaN, of `b` the sum is infinite. */
function withNaN(dice: Dice, span: Span): RawSeries[] {
  return ['a', 'b'].map((instance) => {
    const samples = samplesOf(SHAPES['native_counter']!, 0, dice, span).map(({ timeMs, sample }) => {
      const histogram = sample as NativeHistogram;
      const special = instance === 'a' ? { count: histogram.count + 3, sum: NaN } : { sum: Infinity };
      return { timeMs, sample: { ...histogram, ...special } };
    });
    return seriesOf({ __name__: 'native_nan', job: 'synthetic', instance, zone: 'x' }, samples);
  });
}

function samplesOf(shape: Shape, instance: number, dice: Dice, span: Span): TimedSample[] {
  const times = timesOf(span);
  const first = shape.hasNegative === true ? [1, -1] : [];
  const everSeen = [...first];
  let observations = [...first];
  const states = times.map((timeMs, index) => {
    if (shape.resets !== undefined && dice.chance(shape.resets)) observations = [];
    if (shape.isGauge === true) observations = observations.filter(() => dice.chance(0.9));
    for (let seen = dice.below(4); seen > 0; seen--) observations.push(observation(dice, shape.hasNegative === true));
    everSeen.push(...observations);
    return { timeMs, observations: [...observations], layout: shape.layoutAt(index / times.length, instance) };
  });
  return states.flatMap(({ timeMs, observations: seen, layout }, index) => {
    const known = shape.isGrowing === true ? [] : everSeen;
    const sample = shape.instead?.(index, dice) ?? histogramOf(seen, known, layout, shape);
    return sample === 'missing' ? [] : [{ timeMs, sample }];
  });
}

/** Some are zero, and most lie between 0.01 and 100. */
function observation(dice: Dice, hasNegative: boolean): number {
  if (dice.chance(0.1)) return 0;
  const size = 10 ** (dice.fraction() * 4 - 2);
  // Dyadic, so that sums are exact whatever their order.
  const value = Math.ceil(size * 64) / 64;
  return hasNegative && dice.chance(0.4) ? -value : value;
}

/** Also has the buckets, if need be empty ones, of what is `known`. */
function histogramOf(
  observations: readonly number[],
  known: readonly number[],
  layout: Layout,
  shape: Shape,
): NativeHistogram {
  const weight = shape.hasFloatCounts === true ? 0.5 : 1;
  const positive = new Map<number, number>();
  const negative = new Map<number, number>();
  let zeroCount = 0;
  const isZero = (value: number) => layout.customBounds === undefined && Math.abs(value) <= layout.zeroThreshold;
  for (const value of known)
    if (!isZero(value)) add(value < 0 ? negative : positive, indexOf(Math.abs(value), layout), 0);
  for (const value of observations) {
    if (isZero(value)) zeroCount += weight;
    else add(value < 0 ? negative : positive, indexOf(Math.abs(value), layout), weight);
  }
  const [positiveSpans, positiveCounts] = spansOf(positive);
  const [negativeSpans, negativeCounts] = spansOf(negative);
  const { schema, zeroThreshold, customBounds } = layout;
  return {
    schema,
    zeroThreshold,
    zeroCount,
    count: observations.length * weight,
    sum: observations.reduce((sum, value) => sum + value * weight, 0),
    positiveSpans,
    positiveCounts,
    negativeSpans,
    negativeCounts,
    ...(customBounds !== undefined && { customBounds: Float64Array.from(customBounds) }),
    ...(shape.isGauge === true && { isGauge: true }),
  };
}

function add(counts: Map<number, number>, index: number, weight: number): void {
  counts.set(index, (counts.get(index) ?? 0) + weight);
}

/** A zero without a zero bucket counts into the lowest bucket that the observations have. */
function indexOf(value: number, { schema, customBounds }: Layout): number {
  if (customBounds !== undefined) {
    const found = customBounds.findIndex((bound) => value <= bound);
    return found === -1 ? customBounds.length : found;
  }
  return Math.ceil(Math.log2(Math.max(value, 2 ** -7)) * 2 ** schema);
}

/** Buckets that follow each other are one span; gaps of one or two are kept as empty buckets, as clients do. */
function spansOf(counts: ReadonlyMap<number, number>): [BucketSpan[], Float64Array] {
  const indices = [...counts.keys()].sort((a, b) => a - b);
  const spans: { offset: number; length: number }[] = [];
  const values: number[] = [];
  let next = 0;
  for (const index of indices) {
    const gap = index - next;
    const last = spans.at(-1);
    if (last !== undefined && gap <= 2) {
      for (let empty = 0; empty < gap; empty++) values.push(0);
      last.length += gap + 1;
    } else spans.push({ offset: gap, length: 1 });
    values.push(counts.get(index)!);
    next = index + 1;
  }
  return [spans, Float64Array.from(values)];
}
