// When `target_info` is written: at the earliest data point of the resource, then every half lookback, so that PromQL finds
// it all along, and at the latest. Bounded: of too many the latest are written.

/** All in Unix milliseconds; ascending, none twice. */
export function* targetTimes(
  earliestMs: number,
  latestMs: number,
  intervalMs: number,
  samplesMax: number,
): Generator<number> {
  const steps = Math.ceil((latestMs - earliestMs) / intervalMs);
  const leftOut = Math.max(0, steps + 1 - samplesMax);
  for (let step = leftOut; step < steps; step++) yield earliestMs + step * intervalMs;
  yield latestMs;
}
