// Values between two samples, for windows with `smoothed` edges. A counter that fell between the two started from zero.

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { Columns, HistogramColumns, WindowParameters } from './window-function.ts';
import { informOfReconciledBounds, warnOfMixedSchemas } from './window-notes.ts';

/** A counter's fall is a restart from zero; a gauge may fall. */
export type Nature = 'counter' | 'gauge';

/** Between the samples at `index` and after it. */
export function interpolated({ timestampsMs, values }: Columns, index: number, timeMs: number, nature: Nature): number {
  const right = values[index + 1]!;
  const left = nature === 'counter' && right < values[index]! ? 0 : values[index]!;
  return left + ((right - left) * (timeMs - timestampsMs[index]!)) / (timestampsMs[index + 1]! - timestampsMs[index]!);
}

/** The same of histograms; undefined, with a warning, when the two do not go together. */
export function interpolatedHistogram(
  { timestampsMs, histograms }: HistogramColumns,
  index: number,
  timeMs: number,
  nature: Nature,
  parameters: Pick<WindowParameters, 'labels' | 'notes' | 'noteSpan'>,
): FloatHistogram | undefined {
  const [left, right] = [histograms[index]!, histograms[index + 1]!];
  const [leftMs, rightMs] = [timestampsMs[index]!, timestampsMs[index + 1]!];
  if (timeMs === leftMs) return left;
  if (timeMs === rightMs) return right;
  const share = (timeMs - leftMs) / (rightMs - leftMs);
  if (nature === 'counter' && right.isResetSince(left)) return right.times(share);
  const difference = right.minus(left);
  if (difference === undefined) {
    warnOfMixedSchemas(parameters);
    return undefined;
  }
  if (difference.isReconciled) informOfReconciledBounds(parameters, 'subtraction');
  const sum = difference.histogram.times(share).plus(left);
  if (sum === undefined) {
    warnOfMixedSchemas(parameters);
    return undefined;
  }
  if (sum.isReconciled) informOfReconciledBounds(parameters, 'addition');
  return sum.histogram;
}
