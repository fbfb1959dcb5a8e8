// What is asked of the API once its parameters are in order: run when its turn has come.

import type { Answer } from './render.ts';

/** What is known when a question's turn has come. */
export interface Turn {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Fulfilled when the answer has been sent, or the client has gone. */
  readonly sent: Promise<void>;
  /** How long it waited for its turn. */
  readonly waitedMs: number;
}

/** A question whose parameters are in order: run it when its turn has come. Without an answer it is a 204. */
export type Question = (turn: Turn) => Promise<Answer | undefined>;
