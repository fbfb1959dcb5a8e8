// The server's time between its messages. A replay may run on a virtual clock that is faster than the wall's or stands
// still, so snapshots say its pace. Messages can only come late, so the one that came with the least delay tells the
// time. Invariant: the time never steps back, except when the server's own clock did.

const ANCHORS = 16;
const JUMP_MS = 60_000;

interface Anchor {
  readonly serverMs: number;
  readonly localMs: number;
}

/** Local times are `performance.now()`: milliseconds that no change of the reader's clock disturbs. */
export class ServerClock {
  #anchors: Anchor[] = [];
  #pace = 1;
  #shownMs = Number.NEGATIVE_INFINITY;
  #frozenAtMs: number | undefined;

  /** A commit tells the time of its latest sample: the present, unless it brought in history. */
  observeCommit(sampleMs: number, localMs: number): void {
    if (this.#anchors.length === 0 || sampleMs >= this.#estimate(localMs) - JUMP_MS) this.#observe(sampleMs, localMs);
  }

  /** A snapshot tells the server's time and how fast it runs. */
  observe(serverMs: number, pace: number, localMs: number): void {
    if (pace !== this.#pace) this.#anchors = [];
    this.#pace = pace;
    this.#observe(serverMs, localMs);
  }

  #observe(serverMs: number, localMs: number): void {
    const expectedMs = this.#anchors.length === 0 ? serverMs : this.#estimate(localMs);
    if (Math.abs(serverMs - expectedMs) > JUMP_MS) {
      this.#anchors = [];
      this.#shownMs = Number.NEGATIVE_INFINITY;
    }
    this.#frozenAtMs = undefined;
    this.#anchors.push({ serverMs, localMs });
    if (this.#anchors.length > ANCHORS) this.#anchors.shift();
  }

  /** Stops the time where it is until the server is heard again. */
  freeze(localMs: number): void {
    this.#frozenAtMs ??= localMs;
  }

  /** Unix milliseconds; undefined before the first message. */
  nowMs(localMs: number): number | undefined {
    if (this.#anchors.length === 0) return undefined;
    this.#shownMs = Math.max(this.#shownMs, this.#estimate(this.#frozenAtMs ?? localMs));
    return this.#shownMs;
  }

  #estimate(localMs: number): number {
    return Math.max(...this.#anchors.map((anchor) => anchor.serverMs + (localMs - anchor.localMs) * this.#pace));
  }
}
