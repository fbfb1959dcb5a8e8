// What sums and averages do where a group has native histograms: it has either histograms that fit together at a step, or floats
// alone; else the step has no result, with a warning. It is made for a group only when its first histogram comes.

import type { Labels } from '../../../model/labels.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { Added } from '../../histogram/sums.ts';
import { ABSENT, FLOAT, HISTOGRAM, type StepHistograms } from '../series.ts';
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

  /** `floats`: the steps that have floats already. */
  constructor(floats: Uint8Array, start: (first: FloatHistogram) => Accumulator, remarks: FoldRemarks) {
    this.#seen = floats.map((kind) => (kind === FLOAT ? HAS_FLOAT : 0));
    this.#accumulators = Array.from({ length: floats.length });
    this.#start = start;
    this.#remarks = remarks;
  }

  /** Notes that there is a float at the step; says whether it is to be looked at. */
  takesFloat(step: number): boolean {
    if ((this.#seen[step]! & IS_CLOSED) !== 0) return false;
    this.#seen[step]! |= HAS_FLOAT;
    return true;
  }

  add(step: number, histogram: FloatHistogram, labels: Labels): void {
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

  finish(): { readonly present: Uint8Array; readonly histograms: StepHistograms } {
    const present = new Uint8Array(this.#seen.length);
    const histograms: StepHistograms = Array.from({ length: this.#seen.length });
    for (let step = 0; step < present.length; step++) {
      const kind = this.#kindAt(step);
      present[step] = kind;
      if (kind === HISTOGRAM) histograms[step] = this.#accumulators[step]!.result().compacted();
    }
    return { present, histograms };
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
