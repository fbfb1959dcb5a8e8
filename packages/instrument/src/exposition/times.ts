// Which times may leave the process. Those of our own instruments always may; a source from elsewhere may give anything, and
// one time that is none would cost the whole page or request.

/** Of a JavaScript date. */
const MAX_TIME_MS = 8.64e15;

/** Unix time in milliseconds from 1970 on. */
export function isKnownTime(timeMs: number | undefined): timeMs is number {
  return timeMs !== undefined && timeMs >= 0 && timeMs <= MAX_TIME_MS;
}
