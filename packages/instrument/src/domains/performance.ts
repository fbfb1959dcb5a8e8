// How well the node does its work as a whole: throughputs and efficiencies, which are computed from what the other sets
// count, in this thread and in others, and latencies across several stages, which are measured.

import type { DomainContext, EventSink } from './context.ts';
import { DerivedGrowth, ratio, share, show, total, type WindowGrowth } from './derive.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { CONSENSUS_METRICS } from './table/consensus.ts';
import { NETWORK_METRICS } from './table/network.ts';
import { PERFORMANCE_METRICS } from './table/performance.ts';
import { STORAGE_METRICS } from './table/storage.ts';
import { TRANSACTIONS_METRICS } from './table/transactions.ts';

type Table = typeof PERFORMANCE_METRICS;

export interface LatencyMeasured {
  readonly latencySeconds: number;
  readonly height?: number | undefined;
}

export type PerformanceEvents = {
  'performance.confirmed': LatencyMeasured;
  'performance.finalized': LatencyMeasured;
  'performance.ended': LatencyMeasured;
};

export class PerformanceMetrics {
  readonly #instruments: InstrumentsOf<Table>;
  readonly #events: EventSink<PerformanceEvents>;

  static {
    guardRecorders(PerformanceMetrics);
  }

  constructor(context: DomainContext<PerformanceEvents>) {
    this.#instruments = makeInstruments(context.registry, PERFORMANCE_METRICS);
    this.#events = context.events;
    derivePerformance(context, this.#instruments);
  }

  /** A transaction came into a committed block, so long after it was submitted. */
  recordConfirmation(fields: LatencyMeasured): void {
    this.#instruments.confirmationLatency.observe(amountOrNaN(fields.latencySeconds));
    this.#events.publish?.('performance.confirmed', fields);
  }

  /** A block became final, so long after it was proposed. */
  recordFinalization(fields: LatencyMeasured): void {
    this.#instruments.finalizationLatency.observe(amountOrNaN(fields.latencySeconds));
    this.#events.publish?.('performance.finalized', fields);
  }

  /** A client could read the result of its transaction as final, so long after it sent that. */
  recordEndToEnd(fields: LatencyMeasured): void {
    this.#instruments.endToEndLatency.observe(amountOrNaN(fields.latencySeconds));
    this.#events.publish?.('performance.ended', fields);
  }
}

type Total = 'transactions' | 'blocks' | 'views' | 'decisions' | 'sentBytes' | 'receivedBytes' | 'redundantBytes';

function derivePerformance(context: DomainContext<PerformanceEvents>, instruments: InstrumentsOf<Table>): void {
  const { certificates, blocksCommitted, views } = CONSENSUS_METRICS;
  const growth = new DerivedGrowth<Total>(context, {
    transactions: (reader) => total(reader, TRANSACTIONS_METRICS.processed.name),
    blocks: (reader) => total(reader, blocksCommitted.name),
    views: (reader) => total(reader, views.name),
    decisions: (reader) => total(reader, certificates.name, { type: 'quorum' }),
    sentBytes: (reader) => total(reader, NETWORK_METRICS.sent.name),
    receivedBytes: (reader) => total(reader, NETWORK_METRICS.received.name),
    redundantBytes: (reader) => total(reader, NETWORK_METRICS.redundant.name),
  });
  context.registry?.onDerive((reader) => {
    showGrowth(instruments, growth.read(reader));
    const { live, size } = STORAGE_METRICS;
    show(instruments.storageEfficiency, share(ratio(total(reader, live.name), total(reader, size.name))));
  });
}

function showGrowth(instruments: InstrumentsOf<Table>, growth: WindowGrowth<Total> | undefined): void {
  const { transactions, blocks, views, decisions, sentBytes, receivedBytes, redundantBytes } = growth?.deltas ?? {};
  const perSecond = (delta: number | undefined) => ratio(delta, growth?.seconds);
  show(instruments.transactionsPerSecond, perSecond(transactions));
  show(instruments.blocksPerSecond, perSecond(blocks));
  show(instruments.decisionsPerSecond, perSecond(decisions));
  const bytes = sentBytes === undefined || receivedBytes === undefined ? undefined : sentBytes + receivedBytes;
  show(instruments.networkBytesPerSecond, perSecond(bytes));
  show(instruments.consensusEfficiency, share(ratio(blocks, views)));
  const redundant = ratio(redundantBytes, receivedBytes);
  show(instruments.networkEfficiency, share(redundant === undefined ? undefined : 1 - redundant));
}
