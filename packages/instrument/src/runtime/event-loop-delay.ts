// How late the event loop is, sampled by a timer: what passes between two of its turns beyond its interval is delay. Node's
// own monitor is not used, though it wakes an idle loop more cheaply: what is under way when its histogram is reset is never
// recorded, and a scrape that waited for the loop comes exactly then.

import { createHistogram } from 'node:perf_hooks';

/** All in seconds, exact to one part in a hundred. */
export interface DelaySummary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** Longer delays count as this long. */
const MAX_DELAY_MICROSECONDS = 3600e6;

export class EventLoopDelay {
  readonly #resolutionMs: number;
  readonly #nowMs: () => number;
  /** Of microseconds, and 1 more, since a histogram of Node's holds no 0. */
  readonly #delays = createHistogram({ lowest: 1, highest: MAX_DELAY_MICROSECONDS + 1, figures: 2 });
  readonly #timer: NodeJS.Timeout;
  #lastMs: number;

  constructor(resolutionMs: number, nowMs: () => number = () => performance.now()) {
    this.#resolutionMs = resolutionMs;
    this.#nowMs = nowMs;
    this.#lastMs = nowMs();
    // Begun anew each time, which costs less than an interval.
    this.#timer = setTimeout(() => {
      this.#sample(this.#nowMs());
      this.#timer.refresh();
    }, resolutionMs).unref();
  }

  /** Of the samples since the last reset, what is under way now included; undefined when there are none. */
  read(): DelaySummary | undefined {
    this.#sampleWhatIsLate();
    const delays = this.#delays;
    if (delays.count === 0) return undefined;
    return {
      min: seconds(delays.min),
      max: seconds(delays.max),
      mean: seconds(delays.mean),
      stddev: delays.stddev / 1e6,
      p50: seconds(delays.percentile(50)),
      p90: seconds(delays.percentile(90)),
      p99: seconds(delays.percentile(99)),
    };
  }

  reset(): void {
    this.#delays.reset();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The delay so far becomes a sample of its own; the next one has the rest. */
  #sampleWhatIsLate(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lastMs <= this.#resolutionMs) return;
    this.#sample(nowMs);
    this.#lastMs = nowMs - this.#resolutionMs;
  }

  #sample(nowMs: number): void {
    const delayMicroseconds = Math.round((nowMs - this.#lastMs - this.#resolutionMs) * 1000);
    this.#lastMs = nowMs;
    this.#delays.record(Math.min(Math.max(0, delayMicroseconds), MAX_DELAY_MICROSECONDS) + 1);
  }
}

function seconds(shiftedMicroseconds: number): number {
  return Math.max(0, shiftedMicroseconds - 1) / 1e6;
}
