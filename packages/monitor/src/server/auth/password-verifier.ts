// Compares passwords with hashes, which is slow by intention: off the main thread, a few at a time, and what was found right is
// remembered, so that a client pays once and not at every request. What is remembered is a keyed digest, never a password.
// Invariant: no more than MAX_WAITING comparisons wait; the next one is refused.

import { createHmac, randomBytes } from 'node:crypto';
import { BcryptThread } from './bcrypt-thread.ts';
import { isScryptOf, type PasswordHash } from './password-hash.ts';

/** Node's pool has four threads, which the disk needs too. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 64;
/** Right pairs remembered; the one longest unused is forgotten first, and compared again when it comes back. */
const MAX_REMEMBERED = 1000;

/** Thrown when as many comparisons as are allowed wait already. */
export class VerifierBusy extends Error {}

export class PasswordVerifier {
  readonly #key = randomBytes(32);
  readonly #bcrypt = new BcryptThread();
  readonly #right = new Set<string>();
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  /** @throws {VerifierBusy} */
  async isRight(username: string, password: string, hash: PasswordHash): Promise<boolean> {
    const digest = createHmac('sha256', this.#key)
      .update(JSON.stringify([username, hash.text, password]))
      .digest('base64');
    if (this.#right.delete(digest)) {
      this.#right.add(digest);
      return true;
    }
    // A page asks several things at once, with the same password.
    const underWay = this.#underWay.get(digest);
    if (underWay !== undefined) return underWay;
    const comparison = this.#compareInTurn(password, hash);
    this.#underWay.set(digest, comparison);
    try {
      const isRight = await comparison;
      if (isRight) this.#remember(digest);
      return isRight;
    } finally {
      this.#underWay.delete(digest);
    }
  }

  close(): Promise<void> {
    return this.#bcrypt.close();
  }

  #remember(digest: string): void {
    this.#right.add(digest);
    if (this.#right.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#right) {
      this.#right.delete(oldest);
      break;
    }
  }

  async #compareInTurn(password: string, hash: PasswordHash): Promise<boolean> {
    if (this.#running >= MAX_AT_ONCE) {
      if (this.#queue.length >= MAX_WAITING) throw new VerifierBusy();
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    } else this.#running++;
    try {
      return hash.kind === 'scrypt'
        ? await isScryptOf(password, hash)
        : await this.#bcrypt.compare(password, hash.text);
    } finally {
      // The turn passes on to whoever waits, or ends.
      const next = this.#queue.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
