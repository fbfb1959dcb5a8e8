// Durations, in seconds, from a clock that is never set.

/** Of the platform, whichever that is. It is looked up at every call: tests of programs put their own clocks there. */
declare const performance: { now(): number };

/** Answers with a function that gives the seconds since now. */
export function startStopwatch(): () => number {
  const startMs = performance.now();
  return () => (performance.now() - startMs) / 1000;
}
