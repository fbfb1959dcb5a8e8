// What happens in the pool of transactions that wait for a block.

import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { ratio, show, total } from './derive.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { MEMPOOL_METRICS } from './table/mempool.ts';

type Table = typeof MEMPOOL_METRICS;

export type MempoolOrigin = Table['added']['labels']['origin'][number];
export type MempoolRemovalReason = Table['removed']['labels']['reason'][number];
export type MempoolRejectionReason = Table['rejected']['labels']['reason'][number];

export interface MempoolSize {
  /** Transactions that a block could take now; of a pool without queues, all. */
  readonly pendingCount: number;
  /** Transactions that wait for others, such as for a nonce before theirs. */
  readonly queuedCount?: number | undefined;
  /** Encoded, of all together. */
  readonly sizeBytes?: number | undefined;
}

export interface MempoolAdded {
  readonly origin: MempoolOrigin;
  /** Default 1. */
  readonly count?: number | undefined;
}

export interface MempoolRemoved {
  readonly reason: MempoolRemovalReason;
  /** Default 1. */
  readonly count?: number | undefined;
}

export interface MempoolRejected {
  readonly reason: MempoolRejectionReason;
  /** Default 1. */
  readonly count?: number | undefined;
}

export type MempoolEvents = {
  'mempool.added': MempoolAdded;
  'mempool.removed': MempoolRemoved;
  'mempool.rejected': MempoolRejected;
};

export class MempoolMetrics {
  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<MempoolEvents>;

  static {
    guardRecorders(MempoolMetrics);
  }

  constructor(context: DomainContext<MempoolEvents>) {
    this.#instruments = makeInstruments(context.registry, MEMPOOL_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = context.events;
    deriveMempool(context, this.#instruments);
  }

  /** Says how full the pool is; call it from time to time, also while nothing happens. */
  updateSize({ pendingCount, queuedCount, sizeBytes }: MempoolSize): void {
    this.#handles.transactions.of('pending').set(amountOrNaN(pendingCount));
    if (queuedCount !== undefined) this.#handles.transactions.of('queued').set(amountOrNaN(queuedCount));
    if (sizeBytes !== undefined) this.#instruments.size.set(amountOrNaN(sizeBytes));
  }

  /** Says how many transactions the pool may hold; undefined when there is no limit. */
  setCapacity({ capacityTransactions }: { readonly capacityTransactions: number | undefined }): void {
    if (capacityTransactions === undefined) this.#instruments.capacityTransactions.clear();
    else this.#instruments.capacityTransactions.set(amountOrNaN(capacityTransactions));
  }

  recordAdded(fields: MempoolAdded): void {
    this.#handles.added.of(fields.origin).inc(fields.count);
    this.#events.publish?.('mempool.added', fields);
  }

  recordRemoved(fields: MempoolRemoved): void {
    this.#handles.removed.of(fields.reason).inc(fields.count);
    this.#events.publish?.('mempool.removed', fields);
  }

  /** A transaction was refused at the entrance of the pool. */
  recordRejected(fields: MempoolRejected): void {
    this.#handles.rejected.of(fields.reason).inc(fields.count);
    this.#events.publish?.('mempool.rejected', fields);
  }
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  const { transactions, added, removed, rejected } = MEMPOOL_METRICS;
  return {
    transactions: closedHandles(instruments.transactions, transactions.labels, 'state'),
    added: closedHandles(instruments.added, added.labels, 'origin'),
    removed: closedHandles(instruments.removed, removed.labels, 'reason'),
    rejected: closedHandles(instruments.rejected, rejected.labels, 'reason'),
  };
}

function deriveMempool({ registry }: DomainContext<MempoolEvents>, instruments: InstrumentsOf<Table>): void {
  const { transactions, capacityTransactions } = MEMPOOL_METRICS;
  registry?.onDerive((reader) => {
    show(instruments.usage, ratio(total(reader, transactions.name), total(reader, capacityTransactions.name)));
  });
}
