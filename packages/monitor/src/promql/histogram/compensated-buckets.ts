// The buckets of one side of a sum of histograms, changed in place: beside each count the error that its additions made
// (Neumaier's variant of Kahan's method). The order of additions is that of Prometheus, so that sums are equal to the bit.

import { coarserIndex, sameIndexes, unionOf } from './buckets.ts';
import type { Buckets } from './histogram-parts.ts';

export class CompensatedBuckets {
  indexes: Int32Array;
  counts: Float64Array;
  errors: Float64Array;

  /** The arrays are its own from here on, but for the indexes. */
  constructor(indexes: Int32Array, counts: Float64Array, errors: Float64Array) {
    this.indexes = indexes;
    this.counts = counts;
    this.errors = errors;
  }

  static of({ indexes, counts }: Buckets): CompensatedBuckets {
    return new CompensatedBuckets(indexes, counts.slice(), new Float64Array(counts.length));
  }

  copy(): CompensatedBuckets {
    return new CompensatedBuckets(this.indexes, this.counts.slice(), this.errors.slice());
  }

  toBuckets(): Buckets {
    return { indexes: this.indexes, counts: this.counts };
  }

  errorBuckets(): Buckets {
    return { indexes: this.indexes, counts: this.errors };
  }

  /** Adds the buckets of another from a position on, which may carry errors itself. */
  add(other: Buckets, from: number, otherErrors: Float64Array | undefined): void {
    const { length } = other.indexes;
    if (from >= length) return;
    if (from === 0 && sameIndexes(this.indexes, other.indexes)) {
      for (let position = 0; position < length; position++) {
        this.#increase(position, other.counts[position]!);
        const error = otherErrors === undefined ? 0 : otherErrors[position]!;
        if (error !== 0) this.#increase(position, error);
      }
      return;
    }
    const isNew = this.#widenFor(other, from);
    let to = 0;
    for (let position = from; position < length; position++) {
      while (this.indexes[to]! < other.indexes[position]!) to++;
      const error = otherErrors === undefined ? 0 : otherErrors[position]!;
      if (isNew?.[to] === 1) {
        this.counts[to] = other.counts[position]!;
        this.errors[to] = error;
        continue;
      }
      this.#increase(to, other.counts[position]!);
      if (error !== 0) this.#increase(to, error);
    }
  }

  coarsen(fromSchema: number, toSchema: number): void {
    if (fromSchema === toSchema || this.indexes.length === 0) return;
    const { indexes, counts, errors } = this;
    const coarserIndexes = new Int32Array(indexes.length);
    let last = -1;
    for (let position = 0; position < indexes.length; position++) {
      const index = coarserIndex(indexes[position]!, fromSchema, toSchema);
      const count = counts[position]!;
      const error = errors[position]!;
      if (last >= 0 && coarserIndexes[last] === index) {
        this.#increase(last, count);
        this.#increase(last, error);
      } else {
        coarserIndexes[++last] = index;
        counts[last] = count;
        errors[last] = error;
      }
    }
    this.indexes = coarserIndexes.slice(0, last + 1);
    this.counts = counts.slice(0, last + 1);
    this.errors = errors.slice(0, last + 1);
  }

  /** Makes room for the buckets of another; says which are new, or nothing when none is. */
  #widenFor(other: Buckets, from: number): Uint8Array | undefined {
    const union = unionOf(this.indexes, other.indexes, from);
    if (union.length === this.indexes.length) return undefined;
    const counts = new Float64Array(union.length);
    const errors = new Float64Array(union.length);
    const isNew = new Uint8Array(union.length);
    let own = 0;
    for (let position = 0; position < union.length; position++) {
      if (own < this.indexes.length && this.indexes[own] === union[position]) {
        counts[position] = this.counts[own]!;
        errors[position] = this.errors[own++]!;
      } else {
        isNew[position] = 1;
      }
    }
    this.indexes = union;
    this.counts = counts;
    this.errors = errors;
    return isNew;
  }

  #increase(position: number, increment: number): void {
    const sum = this.counts[position]!;
    const total = sum + increment;
    let error = this.errors[position]!;
    if (total === Infinity || total === -Infinity) error = 0;
    else if (Math.abs(sum) >= Math.abs(increment)) error += sum - total + increment;
    else error += increment - total + sum;
    this.counts[position] = total;
    this.errors[position] = error;
  }
}
