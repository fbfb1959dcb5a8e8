// Decoding in slices. Pushes are decoded in the thread that has the store, so whoever decodes asks now and then whether
// its slice is over, and lets appends and queries in before it goes on.

import { setImmediate } from 'node:timers/promises';

/** A slice ends at the first look at the clock after so many milliseconds. */
const SLICE_MS = 5;

export class Slices {
  readonly #signal: AbortSignal | undefined;
  #endMs = performance.now() + SLICE_MS;

  /** `signal`: aborted when nobody waits for the answer any more; what follows is not decoded then. */
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** @throws the reason of the signal, when that was aborted. */
  async rest(): Promise<void> {
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#endMs = performance.now() + SLICE_MS;
  }
}
