// Native histograms of which only counts and sums are asked for: the buckets go before anything is computed with them. Whether the
// counter was reset between two samples is seen from the buckets before; of single samples only where it is asked for.

import type { BucketSpan, NativeHistogram } from '../../model/batch.ts';
import type { HistogramSample } from '../../storage/interface.ts';
import { type CounterResetHint, FloatHistogram } from '../histogram/float-histogram.ts';
import { isStaleHistogram } from './window/usable-samples.ts';
import type { HistogramColumns } from './window/window-function.ts';

const NO_SPANS: readonly BucketSpan[] = [];
const NO_COUNTS = new Float64Array(0);

/** The samples of a series one after the other. */
export function samplesOfStatistics(samples: readonly HistogramSample[]): HistogramSample[] {
  let previous: NativeHistogram | undefined;
  return samples.map((sample) => {
    const { timestampMs, histogram } = sample;
    const reduced = new StatisticsAlone(histogram, previous);
    if (!isStaleHistogram(sample)) previous = histogram;
    return { timestampMs, histogram: reduced };
  });
}

export function columnsOfStatistics({ timestampsMs, histograms }: HistogramColumns): HistogramColumns {
  const reduced = histograms.map((histogram, index) =>
    histogram.statistics(hintAfter(histogram, histograms[index - 1])),
  );
  return { timestampsMs, histograms: reduced };
}

class StatisticsAlone implements NativeHistogram {
  readonly schema: number;
  readonly zeroThreshold = 0;
  readonly zeroCount = 0;
  readonly count: number;
  readonly sum: number;
  readonly positiveSpans = NO_SPANS;
  readonly positiveCounts = NO_COUNTS;
  readonly negativeSpans = NO_SPANS;
  readonly negativeCounts = NO_COUNTS;
  readonly #whole: NativeHistogram;
  readonly #previous: NativeHistogram | undefined;

  constructor(whole: NativeHistogram, previous: NativeHistogram | undefined) {
    this.schema = whole.schema;
    this.count = whole.count;
    this.sum = whole.sum;
    this.#whole = whole;
    this.#previous = previous;
  }

  get hint(): CounterResetHint {
    const previous = this.#previous === undefined ? undefined : FloatHistogram.from(this.#previous);
    return hintAfter(FloatHistogram.from(this.#whole), previous);
  }
}

function hintAfter(histogram: FloatHistogram, previous: FloatHistogram | undefined): CounterResetHint {
  if (previous === undefined || histogram.hint !== 'unknown') return histogram.hint;
  return histogram.isResetSince(previous) ? 'reset' : 'no-reset';
}
