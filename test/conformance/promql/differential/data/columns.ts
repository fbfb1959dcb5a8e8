// What a synthetic series is made of before both sides get it: its samples in order of time, a float, a native histogram or
// the stale marker each.

import type { NativeHistogram } from '../../../../../packages/monitor/src/model/batch.ts';
import { labelsFromRecord } from '../../../../../packages/monitor/src/model/labels.ts';
import { bitsOf, writeStaleAt } from '../../../../../packages/monitor/src/model/staleness.ts';
import type { RawSeries } from '../../remote-write.ts';

export type Sample = number | NativeHistogram | 'stale';

export interface TimedSample {
  readonly timeMs: number;
  readonly sample: Sample;
}

export function seriesOf(labels: Readonly<Record<string, string>>, samples: readonly TimedSample[]): RawSeries {
  const floats = samples.filter((one): one is TimedSample & { sample: number | 'stale' } => isFloat(one.sample));
  const values = Float64Array.from(floats, ({ sample }) => (sample === 'stale' ? 0 : sample));
  const bits = bitsOf(values);
  for (const [index, { sample }] of floats.entries()) if (sample === 'stale') writeStaleAt(bits, index);
  const histograms = samples.flatMap(({ timeMs, sample }) =>
    isFloat(sample) ? [] : [{ timestampMs: timeMs, histogram: sample }],
  );
  return {
    labels: labelsFromRecord(labels),
    timestampsMs: Float64Array.from(floats, ({ timeMs }) => timeMs),
    values,
    ...(histograms.length > 0 && { histograms }),
  };
}

function isFloat(sample: Sample): sample is number | 'stale' {
  return typeof sample !== 'object';
}
