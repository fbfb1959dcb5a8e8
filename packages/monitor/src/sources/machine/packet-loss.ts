// The share of packets that were lost over the last minute, from totals that only grow. Kept is one total for each
// collection within the window and the one before it.

import type { InterfaceReading } from './machine-reading.ts';

const WINDOW_MS = 60_000;
/** Collections remembered at most: with more in a minute the window is shorter. */
const MAX_REMEMBERED = 256;

interface PacketTotals {
  readonly timeMs: number;
  readonly passed: number;
  readonly lost: number;
}

export class PacketLoss {
  readonly #totals: PacketTotals[] = [];

  /** Takes the newest totals; 0 to 1, or `undefined` until there are two and without packets between them. */
  update(timeMs: number, interfaces: readonly InterfaceReading[]): number | undefined {
    const newest = totalsOf(timeMs, interfaces);
    const previous = this.#totals.at(-1);
    // An interface went away or was reset: what came before cannot be compared.
    if (previous !== undefined && (newest.passed < previous.passed || newest.lost < previous.lost)) {
      this.#totals.length = 0;
    }
    this.#totals.push(newest);
    while (this.#totals.length > MAX_REMEMBERED || this.#isOld(1, timeMs)) this.#totals.shift();
    const oldest = this.#totals[0]!;
    const lost = newest.lost - oldest.lost;
    const packets = newest.passed - oldest.passed + lost;
    return packets > 0 ? lost / packets : undefined;
  }

  #isOld(index: number, nowMs: number): boolean {
    const totals = this.#totals[index];
    return totals !== undefined && totals.timeMs <= nowMs - WINDOW_MS;
  }
}

function totalsOf(timeMs: number, interfaces: readonly InterfaceReading[]): PacketTotals {
  let passed = 0;
  let lost = 0;
  for (const reading of interfaces) {
    passed += reading.receivedPackets + reading.sentPackets;
    lost += reading.receivedLostPackets + reading.sentLostPackets;
  }
  return { timeMs, passed, lost };
}
