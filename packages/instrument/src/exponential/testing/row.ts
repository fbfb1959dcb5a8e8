// One row among others, as an instrument has it.

import { type ExponentialLayout, exponentialLayout } from '../layout.ts';
import { observeExponential } from '../observe.ts';
import { type ExponentialState, readExponential } from '../read.ts';

/** Doubles before and after the row: not a number, so that whoever reads or adds to them shows it. */
const MARGIN = 7;

export class Row {
  readonly layout: ExponentialLayout;
  readonly values: Float64Array;
  readonly offset = MARGIN;

  constructor(maxBuckets?: number) {
    this.layout = exponentialLayout({ maxBuckets, hasNegative: true });
    this.values = new Float64Array(this.layout.slots + 2 * MARGIN).fill(Number.NaN);
    this.values.fill(0, MARGIN, MARGIN + this.layout.slots);
  }

  observe(values: Iterable<number>): this {
    for (const value of values) observeExponential(this.values, this.offset, this.layout, value);
    return this;
  }

  read(): ExponentialState {
    return readExponential(this.values, this.offset, this.layout);
  }

  /** Whether nothing beside the row has changed. */
  get isAlone(): boolean {
    const { offset, layout, values } = this;
    return [...values.subarray(0, offset), ...values.subarray(offset + layout.slots)].every(Number.isNaN);
  }
}
