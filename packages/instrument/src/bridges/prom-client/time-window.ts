// Quantiles of the last while: every observation goes to a ring of digests, of which the oldest is read. One is emptied and
// the next becomes the oldest each time a part of the window has passed, so that what is read is between one part less than
// the window and the window old. Without a window there is one digest for ever.

import { TDigest } from './t-digest.ts';

export class TimeWindow {
  readonly #ring: TDigest[];
  readonly #partMs: number;
  #oldest = 0;
  #rotatedAtMs: number;

  constructor(maxAgeSeconds: number | undefined, ageBuckets: number | undefined) {
    const isWindow = Boolean(maxAgeSeconds) && Boolean(ageBuckets);
    this.#ring = Array.from({ length: isWindow ? ageBuckets! : 1 }, () => new TDigest());
    this.#partMs = isWindow ? (maxAgeSeconds! * 1000) / ageBuckets! : Number.POSITIVE_INFINITY;
    this.#rotatedAtMs = Date.now();
  }

  push(value: number): void {
    this.#rotate();
    for (const digest of this.#ring) digest.push(value);
  }

  reset(): void {
    for (const digest of this.#ring) digest.reset();
  }

  /** The digest to read now. */
  current(): TDigest {
    this.#rotate();
    return this.#ring[this.#oldest]!;
  }

  #rotate(): void {
    const nowMs = Date.now();
    let rotations = 0;
    while (nowMs - this.#rotatedAtMs > this.#partMs) {
      if (rotations++ === this.#ring.length) {
        // All are empty: what else has passed is skipped at once.
        const parts = Math.ceil((nowMs - this.#rotatedAtMs) / this.#partMs) - 1;
        this.#rotatedAtMs += parts * this.#partMs;
        this.#oldest = (this.#oldest + parts) % this.#ring.length;
        return;
      }
      this.#ring[this.#oldest]!.reset();
      this.#oldest = (this.#oldest + 1) % this.#ring.length;
      this.#rotatedAtMs += this.#partMs;
    }
  }
}
