// Durations inside an expression. Since Prometheus 3 a number of seconds is one too, and a duration is a number.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations

/** Prometheus holds durations as signed 64-bit nanoseconds. */
export const MAX_DURATION_MS = 9_223_372_036_854;

/** Whole milliseconds of a number of seconds, by way of whole nanoseconds as Prometheus holds it. */
export function secondsToDurationMs(seconds: number): number {
  return Math.trunc(Math.round(seconds * 1e9) / 1e6);
}
