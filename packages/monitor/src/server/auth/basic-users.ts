// The users of the web-config file: whether a name and password are one of them, with the same work for a name that does not
// exist, so that the time of the answer does not tell which names do.

import type { PasswordHash } from './password-hash.ts';
import type { PasswordVerifier } from './password-verifier.ts';
import type { Caller, Scope } from './scopes.ts';

/** In Prometheus, whoever gets in may do everything. */
const EVERYTHING: readonly Scope[] = ['admin'];

export interface BasicUsersOptions {
  readonly hashes: ReadonlyMap<string, PasswordHash>;
  /** What each of them may do; undefined: everything. A user who is not named may do nothing. */
  readonly scopes: ReadonlyMap<string, readonly Scope[]> | undefined;
  readonly verifier: PasswordVerifier;
}

export class BasicUsers {
  readonly #options: BasicUsersOptions;

  constructor(options: BasicUsersOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#options.hashes.size;
  }

  /** @throws {VerifierBusy} */
  async find(username: string, password: string): Promise<Caller | undefined> {
    const { hashes, scopes, verifier } = this.#options;
    const own = hashes.get(username);
    const [decoy] = hashes.values();
    const hash = own ?? decoy;
    if (hash === undefined) return undefined;
    const isRight = await verifier.isRight(username, password, hash);
    if (!isRight || own === undefined) return undefined;
    return { name: username, scopes: scopes === undefined ? EVERYTHING : (scopes.get(username) ?? []) };
  }
}
