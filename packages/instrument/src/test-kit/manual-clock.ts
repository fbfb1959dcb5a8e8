// A clock that stands still until it is told to go on: time in a test is what the test says it is, so rates, windows and
// durations have exact values.

const DEFAULT_START_MS = Date.UTC(2025, 0, 1);

export class ManualClock {
  #nowMs: number;
  /** To be given as the option `nowMs` of a registry, of `createNodeMetrics` and of whatever else takes a clock. */
  readonly read = (): number => this.#nowMs;

  /**
   * @param startMs Unix time in milliseconds; default 2025-01-01T00:00:00Z
   * @throws {RangeError} when it is not finite
   */
  constructor(startMs: number = DEFAULT_START_MS) {
    this.#nowMs = finite(startMs, 'startMs');
  }

  /** Unix time in milliseconds. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets time pass. @throws {RangeError} for less than 0, or what is not finite; `set` goes back */
  advance(seconds: number): void {
    if (!(finite(seconds, 'seconds') >= 0))
      throw new RangeError(`seconds is ${seconds}: give 0 or more, or use set().`);
    this.#nowMs += seconds * 1000;
  }

  /** Goes to a moment, also to an earlier one, as when a machine's clock is corrected. @throws {RangeError} when not finite */
  set(nowMs: number): void {
    this.#nowMs = finite(nowMs, 'nowMs');
  }
}

function finite(value: number, name: string): number {
  if (Number.isFinite(value)) return value;
  throw new RangeError(`${name} is ${String(value)}: give a finite number.`);
}
