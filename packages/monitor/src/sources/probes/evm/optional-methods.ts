// Which methods a node has. A method that it lacks is left out of the next batches and asked again after ten minutes, for
// nodes are upgraded and reconfigured while they are watched. A method that failed for another reason is asked every time.

import type { Clock } from '../../../model/clock.ts';
import type { RpcAnswer, RpcFailure } from './json-rpc-client.ts';

const ASK_AGAIN_AFTER_MS = 10 * 60_000;
/** Method not found; invalid request and invalid parameters are what some nodes say of a method or tag they lack. */
const LACKING_CODES: ReadonlySet<number> = new Set([-32601, -32600, -32602]);
const LACKING_WORDS = /not (found|supported|available|exist|enabled|implemented|allowed)|unsupported|unknown method/i;

export class OptionalMethods {
  readonly #clock: Clock;
  readonly #lackingUntilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isOffered(method: string): boolean {
    return this.#clock.nowMs() >= (this.#lackingUntilMs.get(method) ?? 0);
  }

  /** The result, or `undefined` where the node gave none; remembers when it lacks the method. */
  resultOf(method: string, answer: RpcAnswer | undefined): unknown {
    if (answer === undefined) return undefined;
    if ('result' in answer) {
      this.#lackingUntilMs.delete(method);
      return answer.result;
    }
    if (isLacking(answer.error)) this.#lackingUntilMs.set(method, this.#clock.nowMs() + ASK_AGAIN_AFTER_MS);
    return undefined;
  }
}

function isLacking({ code, message }: RpcFailure): boolean {
  return LACKING_CODES.has(code) || LACKING_WORDS.test(message);
}
