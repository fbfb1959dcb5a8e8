// Native histograms as a store gives them, made fit to compute with, without stale markers.

import { bitsOf, isStaleAt } from '../../../model/staleness.ts';
import type { HistogramSample } from '../../../storage/interface.ts';
import { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { QueryBudget } from '../budget.ts';
import { histogramEndsUpTo, inStretches } from '../stretches.ts';
import type { Columns, HistogramColumns } from './window-function.ts';

const scratch = new Float64Array(1);
const scratchBits = bitsOf(scratch);

/** Whether a histogram is a stale marker: a store may give one in place of a stale value. */
export function isStaleHistogram({ histogram }: HistogramSample): boolean {
  if (!Number.isNaN(histogram.sum)) return false;
  scratch[0] = histogram.sum;
  return isStaleAt(scratchBits, 0);
}

/** Undefined when nothing is left. */
export async function histogramColumns(
  samples: readonly HistogramSample[],
  budget: Pick<QueryBudget, 'isDue' | 'pause'>,
): Promise<HistogramColumns | undefined> {
  const kept = samples.filter((sample) => !isStaleHistogram(sample));
  if (kept.length === 0) return undefined;
  const histograms: FloatHistogram[] = [];
  const convert = (from: number, to: number): void => {
    for (let index = from; index < to; index++) histograms.push(FloatHistogram.from(kept[index]!.histogram));
  };
  await inStretches(kept.length, budget, convert, histogramEndsUpTo(largestBuckets(kept)));
  return { timestampsMs: Float64Array.from(kept, ({ timestampMs }) => timestampMs), histograms };
}

/** The buckets of the largest. */
export function largestBuckets(samples: readonly HistogramSample[]): number {
  let largest = 0;
  for (const { histogram } of samples) {
    largest = Math.max(largest, histogram.positiveCounts.length + histogram.negativeCounts.length);
  }
  return largest;
}

export function withoutStaleMarkers(samples: Columns): Columns {
  const { values: all } = samples;
  if (!hasNotANumber(all)) return samples;
  const bits = bitsOf(all);
  let stale = 0;
  for (let index = 0; index < all.length; index++) if (Number.isNaN(all[index]) && isStaleAt(bits, index)) stale++;
  if (stale === 0) return samples;
  const kept = all.length - stale;
  const timestampsMs = new Float64Array(kept);
  const values = new Float64Array(kept);
  let to = 0;
  for (let index = 0; index < all.length; index++) {
    if (isStaleAt(bits, index)) continue;
    timestampsMs[to] = samples.timestampsMs[index]!;
    values[to++] = all[index]!;
  }
  return { timestampsMs, values };
}

/** Four values a turn: most series are looked through like this and no further. */
function hasNotANumber(values: Float64Array): boolean {
  const { length } = values;
  let index = 0;
  for (; index + 3 < length; index += 4) {
    // A sum is not a number where one of them is none (or where infinities meet).
    const sum = values[index]! + values[index + 1]! + (values[index + 2]! + values[index + 3]!);
    if (Number.isNaN(sum)) return true;
  }
  for (; index < length; index++) if (Number.isNaN(values[index])) return true;
  return false;
}
