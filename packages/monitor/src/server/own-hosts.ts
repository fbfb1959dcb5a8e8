// The names under which the monitor is asked. A web page whose own name was made to lead here (DNS rebinding) has that name in
// the Host header, so a name that is not ours is refused; an address is no name and cannot be rebound. On the loopback
// that is the loopback's own names and addresses; anywhere else every address, this machine's name and those of the certificate.

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { hostName, isLoopbackHost } from './loopback.ts';

export interface OwnHostsOptions {
  /** What is listened on, as configured. */
  readonly host: string;
  readonly isLoopback: boolean;
  /** Further names. */
  readonly names: readonly string[];
  readonly certificate: () => X509Certificate | undefined;
}

export class OwnHosts {
  readonly #isLoopback: boolean;
  readonly #names: ReadonlySet<string>;
  readonly #certificate: () => X509Certificate | undefined;

  constructor({ host, isLoopback, names, certificate }: OwnHostsOptions) {
    const own = isLoopback ? [] : [host, hostname()];
    this.#isLoopback = isLoopback;
    this.#names = new Set([...own, ...names].map((name) => name.toLowerCase()));
    this.#certificate = certificate;
  }

  /** Whether a `Host` header names this monitor. */
  includes(header: string): boolean {
    if (isLoopbackHost(header)) return true;
    const name = hostName(header);
    if (name === undefined) return false;
    if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return !this.#isLoopback;
    return this.#names.has(name) || this.#certificate()?.checkHost(name) !== undefined;
  }
}
