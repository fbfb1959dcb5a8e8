// Floats and histograms of one series in one order of time. The samples of a window are one stretch of it: from
// `from + histogramFrom` to `to + histogramTo`, since both kinds are cut at the same times.

import type { RangeSeries } from './window-function.ts';

export interface MergedSamples {
  readonly timestampsMs: Float64Array;
  /** Of each sample its index among the floats, or among the histograms; -1 when it is of the other kind. */
  readonly floatAt: Int32Array;
  readonly histogramAt: Int32Array;
}

export function mergedSamples({ timestampsMs: floatTimesMs, histograms }: RangeSeries): MergedSamples {
  const histogramTimesMs = histograms?.timestampsMs ?? new Float64Array(0);
  const count = floatTimesMs.length + histogramTimesMs.length;
  const timestampsMs = new Float64Array(count);
  const floatAt = new Int32Array(count).fill(-1);
  const histogramAt = new Int32Array(count).fill(-1);
  let float = 0;
  let histogram = 0;
  for (let index = 0; index < count; index++) {
    const isFloat =
      histogram === histogramTimesMs.length ||
      (float < floatTimesMs.length && floatTimesMs[float]! < histogramTimesMs[histogram]!);
    timestampsMs[index] = isFloat ? floatTimesMs[float]! : histogramTimesMs[histogram]!;
    if (isFloat) floatAt[index] = float++;
    else histogramAt[index] = histogram++;
  }
  return { timestampsMs, floatAt, histogramAt };
}
