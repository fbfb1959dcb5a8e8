// Transactions on their way through a node, each by itself as a node records them: submitted, validated, added to the pool or
// refused, and at last committed.

import { TRANSACTIONS_METRICS } from '../../domains/table/transactions.ts';
import type { ValidationFailureReason } from '../../domains/transactions.ts';
import type { Random } from './random.ts';
import type { SimulationTarget } from './witness.ts';

/** As the pool and the set transactions both call them. */
const REASONS = ['nonce', 'balance', 'signature'] as const satisfies readonly ValidationFailureReason[];
const ORIGINS = TRANSACTIONS_METRICS.submitted.labels.origin;
/** One in so many is refused, in addition to those that are to be committed. */
const REFUSED_ONE_IN = 50;
const CAPACITY = 100_000;
const TRANSACTION_BYTES = 180;
const FEE_NATIVE = 0.001;

/** Recorders called for one transaction from its submission to its commit, and a little above. */
export const RECORDS_A_TRANSACTION = 5;

export class TransactionFlow {
  readonly #target: SimulationTarget;
  readonly #random: Random;
  #pendingCount = 0;

  constructor(target: SimulationTarget, random: Random) {
    this.#target = target;
    this.#random = random;
    target.node.mempool.setCapacity({ capacityTransactions: CAPACITY });
    this.#showSize();
  }

  /** Transactions arrive and wait; the clock stands still. */
  submit(count: number): void {
    const { transactions, mempool } = this.#target.node;
    for (let i = 0; i < count; i++) {
      const origin = this.#random.pick(ORIGINS);
      if (this.#random.integer(REFUSED_ONE_IN) === 0) this.#refuse(origin);
      transactions.recordSubmitted({ origin });
      transactions.recordValidation({ isValid: true, durationSeconds: this.#random.exponential(0.0002) });
      mempool.recordAdded({ origin });
    }
    this.#pendingCount += count;
    this.#showSize();
  }

  /** So many of those that wait came into the block. */
  commit(count: number, height: number): void {
    const { transactions, mempool, performance } = this.#target.node;
    for (let i = 0; i < count; i++) {
      performance.recordConfirmation({ latencySeconds: this.#random.exponential(2), height });
    }
    transactions.recordProcessed({ count });
    if (count > 0) transactions.recordFee({ feeNative: count * FEE_NATIVE });
    if (count > 0) mempool.recordRemoved({ reason: 'committed', count });
    this.#pendingCount -= count;
    this.#showSize();
  }

  #refuse(origin: (typeof ORIGINS)[number]): void {
    const { transactions, mempool } = this.#target.node;
    const reason = this.#random.pick(REASONS);
    transactions.recordSubmitted({ origin });
    transactions.recordValidation({ isValid: false, reason });
    transactions.recordFailed({ reason });
    mempool.recordRejected({ reason });
  }

  #showSize(): void {
    const { mempool } = this.#target.node;
    mempool.updateSize({ pendingCount: this.#pendingCount, sizeBytes: this.#pendingCount * TRANSACTION_BYTES });
  }
}
