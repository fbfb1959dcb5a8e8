// A native histogram whose counts are floats: what PromQL computes with. Never changed once it is made. Values and the order
// of floating-point operations are those of Prometheus, so that results are equal to the bit.
// https://prometheus.io/docs/specs/native_histograms/

import type { NativeHistogram } from '../../model/batch.ts';
import { bucketsOf, coarser, sameIndexes, spansOf, withoutEmpty } from './buckets.ts';
import { combine } from './combine.ts';
import { isReset } from './counter-reset.ts';
import { sameBounds } from './custom-bounds.ts';
import {
  type Buckets,
  type CounterResetHint,
  type HistogramParts,
  NO_BOUNDS,
  NO_BUCKETS,
  usesCustomBuckets,
} from './histogram-parts.ts';
import { trimmed } from './trim.ts';

export type { CounterResetHint } from './histogram-parts.ts';

/** A sum or difference, and what is to be noted of it. */
export interface Combined {
  readonly histogram: FloatHistogram;
  /** One says that the counter was reset, the other that it was not. */
  readonly isCollision: boolean;
  /** The custom bounds were not the same: the result has those that both have. */
  readonly isReconciled: boolean;
}

interface HintedHistogram extends NativeHistogram {
  /** Where more is known than whether it is a gauge. */
  readonly hint?: CounterResetHint;
}

export class FloatHistogram implements HistogramParts {
  readonly hint: CounterResetHint;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
  readonly customBounds: Float64Array | undefined;

  constructor(parts: HistogramParts) {
    this.hint = parts.hint;
    this.schema = parts.schema;
    this.zeroThreshold = parts.zeroThreshold;
    this.zeroCount = parts.zeroCount;
    this.count = parts.count;
    this.sum = parts.sum;
    this.positive = parts.positive;
    this.negative = parts.negative;
    this.customBounds = parts.customBounds;
  }

  /** Shares the counts, which nobody may change from here on. */
  static from(native: HintedHistogram, hint: CounterResetHint = native.hint ?? hintOf(native)): FloatHistogram {
    const isCustom = usesCustomBuckets(native);
    return new FloatHistogram({
      hint,
      schema: native.schema,
      zeroThreshold: native.zeroThreshold,
      zeroCount: native.zeroCount,
      count: native.count,
      sum: native.sum,
      positive: bucketsOf(native.positiveSpans, native.positiveCounts),
      negative: bucketsOf(native.negativeSpans, native.negativeCounts),
      customBounds: isCustom ? (native.customBounds ?? NO_BOUNDS) : undefined,
    });
  }

  /** One that has counted nothing, in the layout of another: what was before a counter that begins. */
  static empty({ schema, customBounds }: Pick<HistogramParts, 'schema' | 'customBounds'>): FloatHistogram {
    return new FloatHistogram({
      hint: 'unknown',
      schema,
      zeroThreshold: 0,
      zeroCount: 0,
      count: 0,
      sum: 0,
      positive: NO_BUCKETS,
      negative: NO_BUCKETS,
      customBounds,
    });
  }

  /** Its count and sum alone, with what is known of resets, which the buckets can no longer tell. */
  statistics(hint: CounterResetHint): FloatHistogram {
    const { schema, count, sum } = this;
    const customBounds = this.usesCustomBuckets ? NO_BOUNDS : undefined;
    return FloatHistogram.empty({ schema, customBounds }).#with({ hint, count, sum });
  }

  get usesCustomBuckets(): boolean {
    return usesCustomBuckets(this);
  }

  toNative(): NativeHistogram {
    const { positive, negative, customBounds } = this;
    return {
      schema: this.schema,
      zeroThreshold: this.zeroThreshold,
      zeroCount: this.zeroCount,
      count: this.count,
      sum: this.sum,
      positiveSpans: spansOf(positive),
      positiveCounts: positive.counts,
      negativeSpans: spansOf(negative),
      negativeCounts: negative.counts,
      ...(customBounds === undefined ? {} : { customBounds }),
      ...(this.hint === 'gauge' ? { isGauge: true } : {}),
    };
  }

  /** The sum; undefined when one has exponential buckets and the other custom ones. Buckets can be empty. */
  plus(other: FloatHistogram): Combined | undefined {
    return combinedOf(this, other, 1);
  }

  /** The difference; undefined when one has exponential buckets and the other custom ones. Buckets can be empty. */
  minus(other: FloatHistogram): Combined | undefined {
    return combinedOf(this, other, -1);
  }

  /** A negative factor makes a gauge. */
  times(factor: number): FloatHistogram {
    const scale = (value: number): number => value * factor;
    return this.#scaled(scale, factor);
  }

  /** By zero there are no buckets left; a negative divisor makes a gauge. */
  dividedBy(divisor: number): FloatHistogram {
    const scale = (value: number): number => value / divisor;
    const scaled = this.#scaled(scale, divisor);
    return divisor === 0 ? scaled.#with({ positive: NO_BUCKETS, negative: NO_BUCKETS }) : scaled;
  }

  negated(): FloatHistogram {
    return this.times(-1);
  }

  /** Without empty buckets; the same when there are none. */
  compacted(): FloatHistogram {
    const positive = withoutEmpty(this.positive);
    const negative = withoutEmpty(this.negative);
    if (positive === this.positive && negative === this.negative) return this;
    return this.#with({ positive, negative });
  }

  /** In a schema that is coarser or the same. What is known of resets is lost with the resolution. */
  toSchema(schema: number): FloatHistogram {
    if (schema === this.schema) return this;
    return this.#with({
      hint: 'unknown',
      schema,
      positive: coarser(this.positive, this.schema, schema),
      negative: coarser(this.negative, this.schema, schema),
    });
  }

  withHint(hint: CounterResetHint): FloatHistogram {
    return hint === this.hint ? this : this.#with({ hint });
  }

  /** Whether the counter was reset between a histogram and this one; what is known beforehand decides. */
  isResetSince(previous: FloatHistogram): boolean {
    return isReset(this, previous);
  }

  /** To the bit and with the same buckets, empty ones too; what is known of resets does not matter. */
  equals(other: FloatHistogram): boolean {
    return (
      this.schema === other.schema &&
      Object.is(this.count, other.count) &&
      Object.is(this.sum, other.sum) &&
      sameBounds(this.customBounds ?? NO_BOUNDS, other.customBounds ?? NO_BOUNDS) &&
      this.zeroThreshold === other.zeroThreshold &&
      Object.is(this.zeroCount, other.zeroCount) &&
      sameBuckets(this.negative, other.negative) &&
      sameBuckets(this.positive, other.positive)
    );
  }

  /** Of what was observed the part up to a bound: `</`. */
  trimmedAbove(bound: number): FloatHistogram {
    return trimmedOf(this, bound, 'above');
  }

  /** Of what was observed the part from a bound on: `>/`. */
  trimmedBelow(bound: number): FloatHistogram {
    return trimmedOf(this, bound, 'below');
  }

  #with(changes: Partial<HistogramParts>): FloatHistogram {
    const { hint, schema, zeroThreshold, zeroCount, count, sum, positive, negative, customBounds } = this;
    const parts = { hint, schema, zeroThreshold, zeroCount, count, sum, positive, negative, customBounds };
    return new FloatHistogram({ ...parts, ...changes });
  }

  #scaled(scale: (value: number) => number, sign: number): FloatHistogram {
    return new FloatHistogram({
      hint: sign < 0 ? 'gauge' : this.hint,
      schema: this.schema,
      zeroThreshold: this.zeroThreshold,
      zeroCount: scale(this.zeroCount),
      count: scale(this.count),
      sum: scale(this.sum),
      positive: { indexes: this.positive.indexes, counts: this.positive.counts.map(scale) },
      negative: { indexes: this.negative.indexes, counts: this.negative.counts.map(scale) },
      customBounds: this.customBounds,
    });
  }
}

function hintOf({ isGauge }: NativeHistogram): CounterResetHint {
  return isGauge === true ? 'gauge' : 'unknown';
}

function combinedOf(a: FloatHistogram, b: FloatHistogram, sign: 1 | -1): Combined | undefined {
  const result = combine(a, b, sign);
  if (result === undefined) return undefined;
  const { parts, isCollision, isReconciled } = result;
  return { histogram: new FloatHistogram(parts), isCollision, isReconciled };
}

function trimmedOf(histogram: FloatHistogram, bound: number, side: 'above' | 'below'): FloatHistogram {
  const parts = trimmed(histogram, bound, side);
  return parts === histogram ? histogram : new FloatHistogram(parts).compacted();
}

function sameBuckets(a: Buckets, b: Buckets): boolean {
  if (!sameIndexes(a.indexes, b.indexes)) return false;
  for (let position = 0; position < a.counts.length; position++) {
    if (!Object.is(a.counts[position], b.counts[position])) return false;
  }
  return true;
}
