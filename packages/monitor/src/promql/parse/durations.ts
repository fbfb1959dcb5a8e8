// Durations inside an expression. Since Prometheus 3 a number of seconds is one too, and a duration is a number.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations

/** Prometheus holds durations as signed 64-bit nanoseconds. */
const MAX_DURATION_SECONDS = 2 ** 63 / 1e9;

/** Whether a number of seconds can be held as a duration; NaN cannot. */
export function isDurationSeconds(seconds: number): boolean {
  return Math.abs(seconds) <= MAX_DURATION_SECONDS;
}

/** Whole milliseconds of a number of seconds, by way of whole nanoseconds as Prometheus holds it. */
export function secondsToDurationMs(seconds: number): number {
  return Math.trunc(Math.round(seconds * 1e9) / 1e6);
}
