// Work on the main thread in slices: who computes asks now and then whether its slice is over, and lets the event loop turn.

import { setImmediate as eventLoopTurn } from 'node:timers/promises';

const SLICE_MS = 4;

export class Slices {
  #startedMs = performance.now();

  isOver(): boolean {
    return performance.now() - this.#startedMs >= SLICE_MS;
  }

  async pause(): Promise<void> {
    await eventLoopTurn();
    this.#startedMs = performance.now();
  }
}
