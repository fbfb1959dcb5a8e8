// rate and increase as Prometheus 2.42 computes them, to tell its one difference in extrapolation from a fault of ours.
// Where the first sample is more than 1.1 average intervals after the start of the window, 3 first shortens the
// extrapolation to half an interval and then to where the counter was zero; 2.42 looks for the zero first, and so may
// extrapolate up to 1.1 intervals. Changed by https://github.com/prometheus/prometheus/pull/13725.

import { bitsOf, isStaleAt } from '../../../packages/monitor/src/model/staleness.ts';
import type { RawSeries } from './remote-write.ts';

export interface CounterWindow {
  readonly isRate: boolean;
  readonly rangeMs: number;
  readonly endMs: number;
}

/** Undefined where 2.42 and 3 agree by definition. */
export function extrapolatedBy2(series: RawSeries, { isRate, rangeMs, endMs }: CounterWindow): number | undefined {
  const startMs = endMs - rangeMs;
  const bits = bitsOf(series.values);
  const inside = Array.from(series.timestampsMs.keys()).filter((index) => {
    const timeMs = series.timestampsMs[index]!;
    return timeMs > startMs && timeMs <= endMs && !isStaleAt(bits, index);
  });
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  let growth = series.values[last]! - series.values[first]!;
  for (const [position, index] of inside.slice(1).entries()) {
    const previous = series.values[inside[position]!]!;
    if (series.values[index]! < previous) growth += previous;
  }
  const sampledSeconds = (series.timestampsMs[last]! - series.timestampsMs[first]!) / 1000;
  const averageSeconds = sampledSeconds / (inside.length - 1);
  const nearSeconds = averageSeconds * 1.1;
  let toStartSeconds = (series.timestampsMs[first]! - startMs) / 1000;
  if (toStartSeconds < nearSeconds) return undefined;
  const toEndSeconds = (endMs - series.timestampsMs[last]!) / 1000;
  if (growth > 0 && series.values[first]! >= 0) {
    toStartSeconds = Math.min(toStartSeconds, sampledSeconds * (series.values[first]! / growth));
  }
  let extrapolatedSeconds = sampledSeconds;
  extrapolatedSeconds += toStartSeconds < nearSeconds ? toStartSeconds : averageSeconds / 2;
  extrapolatedSeconds += toEndSeconds < nearSeconds ? toEndSeconds : averageSeconds / 2;
  const factor = extrapolatedSeconds / sampledSeconds;
  return growth * (isRate ? factor / (rangeMs / 1000) : factor);
}
