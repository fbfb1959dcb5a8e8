// One series of delta temporality, added up: each data point is turned into the sum of all of its series until then. Of a
// histogram whose bounds change the sum begins anew, as there is no way to add the two.

import type { DataPoint } from '../data-point.ts';
import { Nanoseconds } from '../nanoseconds.ts';
import { addExponential, type ExponentialState, exponentialStateOf, writeExponentialState } from './exponential-sum.ts';

export type DeltaKind = 'number' | 'histogram' | 'exponential';

/** Why a data point was not added. */
export type DeltaRefusal = 'older_start' | 'out_of_order';

export class DeltaStream {
  /** When it last got a data point, by the monitor's clock, Unix milliseconds. */
  seenMs: number;
  /** It has been too long without a data point, and another one has its place. */
  isForgotten = false;
  readonly #kind: DeltaKind;
  readonly #bucketsMax: number;
  readonly #start = new Nanoseconds();
  readonly #time = new Nanoseconds();
  #isEmpty = true;
  #value = 0;
  #count = 0;
  #sum = 0;
  #hasSum = false;
  #counts: Float64Array = new Float64Array(0);
  #bounds: Float64Array = new Float64Array(0);
  #exponential: ExponentialState | undefined;

  constructor(kind: DeltaKind, nowMs: number, bucketsMax: number) {
    this.#kind = kind;
    this.seenMs = nowMs;
    this.#bucketsMax = bucketsMax;
  }

  /** Adds the point and makes it the sum; or leaves both as they are and says why. */
  add(point: DataPoint): DeltaRefusal | undefined {
    // That a series ended is no number to add.
    if (point.hasNoValue) return undefined;
    if (this.#isEmpty) {
      this.#start.copy(point.start);
    } else {
      if (point.start.isBefore(this.#start)) return 'older_start';
      if (!this.#time.isBefore(point.time)) return 'out_of_order';
    }
    this.#time.copy(point.time);
    if (this.#kind === 'number') this.#addNumber(point);
    else if (this.#kind === 'histogram') this.#addHistogram(point);
    else this.#addExponential(point);
    this.#isEmpty = false;
    return undefined;
  }

  #addNumber(point: DataPoint): void {
    this.#value += point.value;
    point.value = this.#value;
  }

  #addHistogram(point: DataPoint): void {
    const isNew = this.#isEmpty || !areEqual(this.#bounds, point.bounds.view());
    this.#addTotals(point, isNew);
    if (isNew) {
      this.#bounds = point.bounds.view().slice();
      this.#counts = point.counts.view().slice();
      return;
    }
    const shared = Math.min(this.#counts.length, point.counts.length);
    for (let at = 0; at < shared; at++) this.#counts[at]! += point.counts.at(at);
    point.counts.clear();
    for (const count of this.#counts) point.counts.push(count);
  }

  #addExponential(point: DataPoint): void {
    this.#addTotals(point, this.#exponential === undefined);
    const added = exponentialStateOf(point);
    const before = this.#exponential;
    this.#exponential = before === undefined ? added : addExponential(before, added, this.#bucketsMax);
    writeExponentialState(this.#exponential, point);
  }

  #addTotals(point: DataPoint, isNew: boolean): void {
    this.#count = isNew ? point.count : this.#count + point.count;
    this.#hasSum = isNew ? point.hasSum : this.#hasSum && point.hasSum;
    this.#sum = isNew ? point.sum : this.#sum + point.sum;
    point.count = this.#count;
    point.hasSum = this.#hasSum;
    point.sum = this.#hasSum ? this.#sum : 0;
  }
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
