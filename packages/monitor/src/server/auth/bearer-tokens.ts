// The bearer tokens that are accepted, known by their SHA-256 alone. Every token is compared whatever is sent, each in constant
// time. A token is long and random, so a fast digest is enough for it, as it would not be for a password.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from './scopes.ts';

export interface AcceptedToken {
  readonly caller: Caller;
  readonly digest: Buffer;
}

export class BearerTokens {
  readonly #tokens: readonly AcceptedToken[];

  constructor(tokens: readonly AcceptedToken[]) {
    this.#tokens = tokens;
  }

  get count(): number {
    return this.#tokens.length;
  }

  find(token: string): Caller | undefined {
    const given = digestOf(token);
    let found: Caller | undefined;
    for (const { caller, digest } of this.#tokens) if (timingSafeEqual(given, digest)) found = caller;
    return found;
  }
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
