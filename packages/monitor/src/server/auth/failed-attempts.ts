// Slows down whoever guesses. Each address may fail a few times; after that each of its requests waits before it is judged,
// and only a few wait at once, so that an address makes a bounded number of guesses a second. Nobody is locked out: others
// behind the same address are slowed as well, and their right passwords still count. Failures are forgiven with time.
// Invariant: a bounded number of addresses is remembered, and of requests waits.

import { isIPv6 } from 'node:net';

export interface AttemptLimits {
  /** Failures that an address has free. */
  readonly freeFailures: number;
  /** One failure is forgiven each so long. */
  readonly forgivenEachMs: number;
  /** Failures that are remembered of an address: it takes this many times as long to be forgiven. */
  readonly maxFailures: number;
  /** How long a request of a slowed address waits. */
  readonly waitMs: number;
  readonly maxWaitingPerAddress: number;
  readonly maxWaiting: number;
  /** Addresses remembered; the one that failed longest ago is forgotten first. */
  readonly maxAddresses: number;
}

export const DEFAULT_ATTEMPT_LIMITS: AttemptLimits = {
  freeFailures: 10,
  forgivenEachMs: 6_000,
  maxFailures: 60,
  waitMs: 1_000,
  maxWaitingPerAddress: 16,
  maxWaiting: 128,
  maxAddresses: 10_000,
};

export interface AttemptTime {
  nowMs(): number;
  wait(delayMs: number): Promise<void>;
}

const SYSTEM_TIME: AttemptTime = {
  nowMs: () => performance.now(),
  wait: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
};

interface Failures {
  count: number;
  countedMs: number;
  waiting: number;
}

export class FailedAttempts {
  readonly #limits: AttemptLimits;
  readonly #time: AttemptTime;
  /** In the order of their last failure. */
  readonly #byAddress = new Map<string, Failures>();
  #waiting = 0;

  constructor(limits: AttemptLimits = DEFAULT_ATTEMPT_LIMITS, time: AttemptTime = SYSTEM_TIME) {
    this.#limits = limits;
    this.#time = time;
  }

  /** Fulfilled when the address may be judged: at once, after a wait, or never when too many wait (`refused`). */
  async turnOf(address: string): Promise<'judge' | 'refused'> {
    const failures = this.#byAddress.get(networkOf(address));
    if (failures === undefined) return 'judge';
    const { freeFailures, waitMs, maxWaitingPerAddress, maxWaiting } = this.#limits;
    this.#forgive(failures);
    if (failures.count < freeFailures) return 'judge';
    if (failures.waiting >= maxWaitingPerAddress || this.#waiting >= maxWaiting) return 'refused';
    failures.waiting++;
    this.#waiting++;
    await this.#time.wait(waitMs);
    failures.waiting--;
    this.#waiting--;
    return 'judge';
  }

  /** Counts a failure; true when the address is slowed from now on. */
  failed(address: string): boolean {
    const network = networkOf(address);
    const failures = this.#byAddress.get(network) ?? { count: 0, countedMs: this.#time.nowMs(), waiting: 0 };
    this.#forgive(failures);
    const { freeFailures, maxFailures, maxAddresses } = this.#limits;
    const wasFree = failures.count < freeFailures;
    failures.count = Math.min(maxFailures, failures.count + 1);
    this.#byAddress.delete(network);
    this.#byAddress.set(network, failures);
    if (this.#byAddress.size > maxAddresses) {
      const oldest = this.#byAddress.keys().next();
      if (oldest.done !== true) this.#byAddress.delete(oldest.value);
    }
    return wasFree && failures.count >= freeFailures;
  }

  #forgive(failures: Failures): void {
    const forgiven = Math.floor((this.#time.nowMs() - failures.countedMs) / this.#limits.forgivenEachMs);
    if (forgiven <= 0) return;
    failures.count = Math.max(0, failures.count - forgiven);
    failures.countedMs += forgiven * this.#limits.forgivenEachMs;
  }
}

/** Whoever has one IPv6 address has a whole /64 of them. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const trailing = tail === '' ? [] : tail.split(':');
  const missing = address.includes('::') ? 8 - groups.length - trailing.length : 0;
  return [...groups, ...Array<string>(missing).fill('0'), ...trailing].slice(0, 4).join(':');
}
