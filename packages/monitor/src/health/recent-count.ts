// How much came within the last minute, second by second, in a place that never grows. Invariant: what came longer ago, or
// after the moment asked for, does not count, however the clock has moved meanwhile.

const SECONDS = 60;

export class RecentCount {
  readonly #counts = new Float64Array(SECONDS);
  /** The second since 1970 that a count is of. */
  readonly #seconds = new Float64Array(SECONDS).fill(Number.NEGATIVE_INFINITY);

  add(count: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const place = ((second % SECONDS) + SECONDS) % SECONDS;
    if (this.#seconds[place] !== second) this.#counts[place] = 0;
    this.#seconds[place] = second;
    this.#counts[place]! += count;
  }

  /** Of the last minute before that moment. */
  at(nowMs: number): number {
    const second = Math.floor(nowMs / 1000);
    let sum = 0;
    for (let place = 0; place < SECONDS; place++) {
      const age = second - this.#seconds[place]!;
      if (age >= 0 && age < SECONDS) sum += this.#counts[place]!;
    }
    return sum;
  }
}
