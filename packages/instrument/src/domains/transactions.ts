// What happens with transactions outside of the pool: accepting, validating, executing, and what they pay.

import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { amountOrNaN, occurredIf } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { TRANSACTIONS_METRICS } from './table/transactions.ts';

type Table = typeof TRANSACTIONS_METRICS;

export type TransactionOrigin = Table['submitted']['labels']['origin'][number];
export type TransactionFailureReason = Table['failed']['labels']['reason'][number];
export type ValidationFailureReason = Table['validationFailures']['labels']['reason'][number];

export interface TransactionsSubmitted {
  readonly origin: TransactionOrigin;
  /** Default 1. */
  readonly count?: number | undefined;
}

export interface TransactionsProcessed {
  /** Transactions of a committed block. */
  readonly count: number;
}

export interface TransactionsFailed {
  readonly reason: TransactionFailureReason;
  /** Default 1. */
  readonly count?: number | undefined;
}

export interface TransactionValidation {
  readonly durationSeconds?: number | undefined;
  readonly isValid: boolean;
  /** Of a negative result; default `other`. */
  readonly reason?: ValidationFailureReason | undefined;
}

export interface TransactionFee {
  /** In whole native currency. */
  readonly feeNative: number;
}

export type TransactionsEvents = {
  'transactions.submitted': TransactionsSubmitted;
  'transactions.processed': TransactionsProcessed;
  'transactions.failed': TransactionsFailed;
  'transactions.validated': TransactionValidation;
  'transactions.fee_paid': TransactionFee;
};

export class TransactionsMetrics {
  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<TransactionsEvents>;

  static {
    guardRecorders(TransactionsMetrics);
  }

  constructor(context: DomainContext<TransactionsEvents>) {
    this.#instruments = makeInstruments(context.registry, TRANSACTIONS_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = context.events;
  }

  /** A transaction was accepted for processing. */
  recordSubmitted(fields: TransactionsSubmitted): void {
    this.#handles.submitted.of(fields.origin).inc(fields.count);
    this.#events.publish?.('transactions.submitted', fields);
  }

  /** Transactions were included in a committed block; 0 for an empty one. */
  recordProcessed(fields: TransactionsProcessed): void {
    this.#instruments.processed.inc(amountOrNaN(fields.count));
    this.#events.publish?.('transactions.processed', fields);
  }

  /** A submitted transaction was refused, or failed in execution. */
  recordFailed(fields: TransactionsFailed): void {
    this.#handles.failed.of(fields.reason).inc(fields.count);
    this.#events.publish?.('transactions.failed', fields);
  }

  recordValidation(fields: TransactionValidation): void {
    const { durationSeconds, isValid, reason = 'other' } = fields;
    this.#instruments.validations.inc(occurredIf(typeof isValid === 'boolean'));
    if (isValid === false) this.#handles.validationFailures.of(reason).inc();
    if (durationSeconds !== undefined) this.#instruments.validationDuration.observe(amountOrNaN(durationSeconds));
    this.#events.publish?.('transactions.validated', fields);
  }

  /** A committed transaction, or a block of them, paid a fee. */
  recordFee(fields: TransactionFee): void {
    this.#instruments.fees.inc(amountOrNaN(fields.feeNative));
    this.#events.publish?.('transactions.fee_paid', fields);
  }
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  const { submitted, failed, validationFailures } = TRANSACTIONS_METRICS;
  return {
    submitted: closedHandles(instruments.submitted, submitted.labels, 'origin'),
    failed: closedHandles(instruments.failed, failed.labels, 'reason'),
    validationFailures: closedHandles(instruments.validationFailures, validationFailures.labels, 'reason'),
  };
}
