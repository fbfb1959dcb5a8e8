// Which series of one metric are still recorded. A record only sets a flag; the time of a series' last record is taken to be
// that of the look at which its flag was found, so a series lives at least as long as it should, and one look longer at most.

export class Expiry {
  readonly #expireAfterMs: number;
  /** By row: recorded since the last look. */
  readonly #isTouched: boolean[] = [];
  readonly #lastSeenMs: number[] = [];

  constructor(expireAfterMs: number) {
    this.#expireAfterMs = expireAfterMs;
  }

  touch(row: number): void {
    this.#isTouched[row] = true;
  }

  /** Rows with a series (`ids` is not 0 there) that was not recorded for too long; `exempt` is never one. */
  expired(ids: readonly number[], nowMs: number, exempt: number): number[] {
    const rows: number[] = [];
    for (const [row, id] of ids.entries()) {
      if (id === 0 || row === exempt) continue;
      if (this.#isTouched[row] === true) {
        this.#isTouched[row] = false;
        this.#lastSeenMs[row] = nowMs;
        continue;
      }
      // A clock that was put back would otherwise give the series all of that time once more.
      const lastSeenMs = Math.min(this.#lastSeenMs[row] ?? nowMs, nowMs);
      this.#lastSeenMs[row] = lastSeenMs;
      if (nowMs - lastSeenMs >= this.#expireAfterMs) rows.push(row);
    }
    return rows;
  }
}
