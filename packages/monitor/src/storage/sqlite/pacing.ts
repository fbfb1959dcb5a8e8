// Long work in short pieces. The store shares its thread with appends, reads and queries; whoever works long asks after
// each step whether its piece is over and then lets the others in before it goes on.

import { nextTurn } from '../../model/turns.ts';

/** A piece ends at the first step after so many milliseconds; a step takes less than two. */
const PIECE_MS = 5;

/** What long work asks. */
export interface Pauses {
  isOver(): boolean;
  rest(): Promise<void>;
}

export class Pace implements Pauses {
  #endMs = performance.now() + PIECE_MS;

  isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Lets everything that waits have its turn, then starts the next piece. */
  async rest(): Promise<void> {
    await nextTurn();
    this.#endMs = performance.now() + PIECE_MS;
  }
}
