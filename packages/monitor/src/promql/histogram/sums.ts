// Sums and means of many histograms, with the error of the additions kept beside until the end. A mean is the sum divided by
// the number, unless the sum overflows: from there on it is computed as it goes, as Prometheus does.

import { CompensatedSum } from '../evaluate/floats.ts';
import { firstBeyond } from './bucket-bounds.ts';
import { combinedHint } from './combine.ts';
import { CompensatedBuckets } from './compensated-buckets.ts';
import { combinedOverShared, sameBounds, sharedBounds } from './custom-bounds.ts';
import { FloatHistogram } from './float-histogram.ts';
import { type Buckets, type HistogramParts, NO_BOUNDS, NO_BUCKETS, usesCustomBuckets } from './histogram-parts.ts';
import { commonZeroBucket } from './zero-bucket.ts';

/** What came of adding one: nothing was added when one of the two has exponential buckets and the other custom ones. */
export type Added = 'incompatible' | { readonly isReconciled: boolean };

const ADDED: Added = { isReconciled: false };
const RECONCILED: Added = { isReconciled: true };

/** The first histogram as it is, then the sum. */
export class HistogramSum {
  #total: CompensatedHistogram;

  constructor(first: FloatHistogram) {
    this.#total = new CompensatedHistogram(first);
  }

  add(histogram: FloatHistogram): Added {
    return this.#total.add(histogram);
  }

  /** Buckets can be empty. */
  result(): FloatHistogram {
    return this.#total.result();
  }
}

export class HistogramMean {
  #total: CompensatedHistogram;
  #number = 1;
  #isIncremental = false;

  constructor(first: FloatHistogram) {
    this.#total = new CompensatedHistogram(first);
  }

  /** One that is incompatible counts, although it is not added: there is no result any more. */
  add(histogram: FloatHistogram): Added {
    const number = ++this.#number;
    let isReconciled = false;
    if (!this.#isIncremental) {
      const total = this.#total.copy();
      const added = total.add(histogram);
      if (added === 'incompatible') return added;
      if (!total.hasOverflow()) {
        this.#total = total;
        return added;
      }
      ({ isReconciled } = added);
      this.#isIncremental = true;
      this.#total.divide(number - 1);
    }
    this.#total.multiply((number - 1) / number);
    const added = this.#total.add(histogram.dividedBy(number));
    return isReconciled && added !== 'incompatible' ? RECONCILED : added;
  }

  /** Buckets can be empty. */
  result(): FloatHistogram {
    if (this.#isIncremental) return this.#total.result();
    const mean = this.#total.copy();
    mean.divide(this.#number);
    return mean.result();
  }
}

/** A histogram that changes, with the error of everything in it. */
class CompensatedHistogram {
  /** All but the numbers that change. */
  #layout: Pick<HistogramParts, 'hint' | 'schema' | 'zeroThreshold' | 'customBounds'>;
  readonly #usesCustomBuckets: boolean;
  #zeroCount = new CompensatedSum();
  #count = new CompensatedSum();
  #sum = new CompensatedSum();
  #positive: CompensatedBuckets;
  #negative: CompensatedBuckets;
  /** Nothing was added yet: the histogram is the first one, and has no errors. */
  #isFirst = true;

  constructor(first: HistogramParts, positive?: CompensatedBuckets, negative?: CompensatedBuckets) {
    const { hint, schema, zeroThreshold, customBounds } = first;
    this.#layout = { hint, schema, zeroThreshold, customBounds };
    this.#usesCustomBuckets = usesCustomBuckets(first);
    this.#zeroCount.sum = first.zeroCount;
    this.#count.sum = first.count;
    this.#sum.sum = first.sum;
    this.#positive = positive ?? CompensatedBuckets.of(first.positive);
    this.#negative = negative ?? CompensatedBuckets.of(first.negative);
  }

  copy(): CompensatedHistogram {
    const copy = new CompensatedHistogram(this.#parts(), this.#positive.copy(), this.#negative.copy());
    copy.#zeroCount.compensation = this.#zeroCount.compensation;
    copy.#count.compensation = this.#count.compensation;
    copy.#sum.compensation = this.#sum.compensation;
    copy.#isFirst = this.#isFirst;
    return copy;
  }

  add(other: FloatHistogram): Added {
    if (this.#usesCustomBuckets !== other.usesCustomBuckets) return 'incompatible';
    this.#isFirst = false;
    this.#layout = { ...this.#layout, hint: combinedHint(this.#layout.hint, other.hint) };
    if (!this.#usesCustomBuckets) this.#addZeroBucket(other);
    this.#count.add(other.count);
    this.#sum.add(other.sum);
    if (this.#usesCustomBuckets) return this.#addCustom(other) ? RECONCILED : ADDED;
    const schema = Math.min(this.#layout.schema, other.schema);
    this.#positive.coarsen(this.#layout.schema, schema);
    this.#negative.coarsen(this.#layout.schema, schema);
    this.#layout = { ...this.#layout, schema };
    this.#addSide(this.#positive, other.positive, other.schema);
    this.#addSide(this.#negative, other.negative, other.schema);
    return ADDED;
  }

  multiply(factor: number): void {
    this.#change((value) => value * factor);
  }

  /** Not by zero. */
  divide(divisor: number): void {
    this.#change((value) => value / divisor);
  }

  hasOverflow(): boolean {
    const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity;
    return (
      isInfinite(this.#zeroCount.sum) ||
      isInfinite(this.#count.sum) ||
      isInfinite(this.#sum.sum) ||
      this.#positive.counts.some(isInfinite) ||
      this.#negative.counts.some(isInfinite)
    );
  }

  result(): FloatHistogram {
    const total = new FloatHistogram(this.#parts());
    if (this.#isFirst) return total;
    const errors = new FloatHistogram({
      ...this.#layout,
      zeroCount: this.#zeroCount.compensation,
      count: this.#count.compensation,
      sum: this.#sum.compensation,
      positive: this.#positive.errorBuckets(),
      negative: this.#negative.errorBuckets(),
    });
    // Both have the same layout.
    return total.plus(errors)!.histogram;
  }

  #parts(): HistogramParts {
    return {
      ...this.#layout,
      zeroCount: this.#zeroCount.sum,
      count: this.#count.sum,
      sum: this.#sum.sum,
      positive: this.#positive.toBuckets(),
      negative: this.#negative.toBuckets(),
    };
  }

  #addZeroBucket(other: FloatHistogram): void {
    const { zeroThreshold } = this.#layout;
    if (zeroThreshold === other.zeroThreshold) {
      this.#zeroCount.add(other.zeroCount);
      this.#zeroCount.add(0);
      return;
    }
    const { a, errors, bCount, bCompensation } = commonZeroBucket(this.#parts(), other, {
      zeroCount: this.#zeroCount.compensation,
      positive: this.#positive.errors,
      negative: this.#negative.errors,
    });
    if (a.zeroThreshold !== zeroThreshold) {
      this.#layout = { ...this.#layout, zeroThreshold: a.zeroThreshold };
      this.#zeroCount.reset(a.zeroCount, errors!.zeroCount);
      this.#positive = new CompensatedBuckets(a.positive.indexes, a.positive.counts, errors!.positive);
      this.#negative = new CompensatedBuckets(a.negative.indexes, a.negative.counts, errors!.negative);
    }
    this.#zeroCount.add(bCount);
    this.#zeroCount.add(bCompensation);
  }

  #addSide(side: CompensatedBuckets, buckets: Buckets, schema: number): void {
    const own = this.#layout.schema;
    let added = buckets;
    let errors: Float64Array | undefined;
    if (schema !== own && buckets.counts.length > 0) {
      const reduced = CompensatedBuckets.of(buckets);
      reduced.coarsen(schema, own);
      added = reduced.toBuckets();
      ({ errors } = reduced);
    }
    side.add(added, firstBeyond(this.#layout.zeroThreshold, added, own), errors);
  }

  /** Says whether the bounds had to be reconciled. */
  #addCustom(other: FloatHistogram): boolean {
    const { customBounds: bounds = NO_BOUNDS } = this.#layout;
    const { customBounds: otherBounds = NO_BOUNDS } = other;
    if (sameBounds(bounds, otherBounds)) {
      this.#positive.add(other.positive, 0, undefined);
      return false;
    }
    const shared = sharedBounds(bounds, otherBounds);
    const { buckets, errors } = combinedOverShared(
      { buckets: this.#positive.toBuckets(), bounds },
      { buckets: other.positive, bounds: otherBounds },
      shared,
      1,
      this.#positive.errors,
    );
    this.#positive = new CompensatedBuckets(buckets.indexes, buckets.counts, errors);
    this.#negative = CompensatedBuckets.of(NO_BUCKETS);
    this.#layout = { ...this.#layout, customBounds: shared };
    return true;
  }

  #change(apply: (value: number) => number): void {
    for (const sum of [this.#zeroCount, this.#count, this.#sum]) sum.reset(apply(sum.sum), apply(sum.compensation));
    for (const side of [this.#positive, this.#negative]) {
      side.counts = side.counts.map(apply);
      side.errors = side.errors.map(apply);
    }
  }
}
