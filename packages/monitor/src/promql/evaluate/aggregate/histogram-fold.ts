// What sums and averages do where a group has native histograms: it has either histograms that fit together at a step, or floats
// alone; else the step has no result, with a warning. It is made for a group only when its first histogram comes.

import type { Labels } from '../../../model/labels.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { Added } from '../../histogram/sums.ts';
import { ABSENT, emptyHistograms, FLOAT, HISTOGRAM, type StepHistograms, type StepSeries } from '../series.ts';
import type { FoldRemarks } from './folded.ts';

/** Adds histograms up in the order they come. */
export interface Accumulator {
  add(histogram: FloatHistogram): Added;
  result(): FloatHistogram;
}

const HAS_FLOAT = 1;
const HAS_HISTOGRAM = 2;
/** Exponential and custom buckets met: nothing more is looked at. */
const IS_CLOSED = 4;
const SAW_RESET = 8;
const SAW_NO_RESET = 16;

export class HistogramFold {
  readonly #seen: Uint8Array;
  readonly #accumulators: (Accumulator | undefined)[];
  readonly #start: (first: FloatHistogram) => Accumulator;
  readonly #remarks: FoldRemarks;
  /** Of the series at hand: which of its steps have floats that are to be looked at. */
  readonly #floats: Uint8Array;
  readonly #present: Uint8Array;
  readonly #histograms: StepHistograms;

  /** `floats`: the steps that have floats already. */
  constructor(floats: Uint8Array, start: (first: FloatHistogram) => Accumulator, remarks: FoldRemarks) {
    this.#seen = floats.map((kind) => (kind === FLOAT ? HAS_FLOAT : 0));
    this.#accumulators = [];
    this.#accumulators.length = floats.length;
    this.#start = start;
    this.#remarks = remarks;
    this.#floats = new Uint8Array(floats.length);
    this.#present = new Uint8Array(floats.length);
    this.#histograms = emptyHistograms(floats.length);
  }

  /** Takes the histograms of some steps, and says at which of these steps the float is to be added. */
  addAllButFloats({ labels, present, histograms }: StepSeries, from: number, to: number): Uint8Array {
    for (let step = from; step < to; step++) {
      const kind = present[step];
      if (kind === HISTOGRAM) this.#add(step, histograms![step]!, labels);
      this.#floats[step] = kind === FLOAT && this.#takesFloat(step) ? FLOAT : ABSENT;
    }
    return this.#floats;
  }

  #takesFloat(step: number): boolean {
    if ((this.#seen[step]! & IS_CLOSED) !== 0) return false;
    this.#seen[step]! |= HAS_FLOAT;
    return true;
  }

  #add(step: number, histogram: FloatHistogram, labels: Labels): void {
    const before = this.#seen[step]!;
    if ((before & IS_CLOSED) !== 0) return;
    this.#seen[step]! |= HAS_HISTOGRAM;
    const accumulator = this.#accumulators[step];
    // A float came first: whatever else comes, there is no result.
    if (accumulator === undefined && before !== 0) return;
    if (histogram.hint === 'reset') this.#seen[step]! |= SAW_RESET;
    if (histogram.hint === 'no-reset') this.#seen[step]! |= SAW_NO_RESET;
    if (accumulator === undefined) {
      this.#accumulators[step] = this.#start(histogram);
      return;
    }
    const added = accumulator.add(histogram);
    if (added === 'incompatible') {
      this.#remarks.incompatibleBuckets(labels);
      this.#seen[step]! |= IS_CLOSED;
    } else if (added.isReconciled) {
      this.#remarks.reconciledBounds();
    }
  }

  finish(from: number, to: number): void {
    for (let step = from; step < to; step++) {
      const kind = this.#kindAt(step);
      this.#present[step] = kind;
      if (kind === HISTOGRAM) this.#histograms[step] = this.#accumulators[step]!.result().compacted();
    }
  }

  result(): { readonly present: Uint8Array; readonly histograms: StepHistograms } {
    return { present: this.#present, histograms: this.#histograms };
  }

  #kindAt(step: number): number {
    const seen = this.#seen[step]!;
    const both = HAS_FLOAT | HAS_HISTOGRAM;
    if ((seen & both) === both) {
      this.#remarks.mixedKinds();
      return ABSENT;
    }
    if ((seen & IS_CLOSED) !== 0) return ABSENT;
    if ((seen & HAS_HISTOGRAM) === 0) return seen === 0 ? ABSENT : FLOAT;
    if ((seen & SAW_RESET) !== 0 && (seen & SAW_NO_RESET) !== 0) this.#remarks.conflictingResets();
    return HISTOGRAM;
  }
}
