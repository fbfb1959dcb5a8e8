// What happens with blocks between their arrival and their becoming the head: receiving, validating, importing, and what the
// head contains. What consensus decides about them is in `consensus.ts`.

import { closedHandles } from './closed-handles.ts';
import { clockOf, type DomainContext, type EventSink, isPosition } from './context.ts';
import { show, total } from './derive.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { BLOCKS_METRICS } from './table/blocks.ts';
import { CONSENSUS_METRICS } from './table/consensus.ts';

type Table = typeof BLOCKS_METRICS;

export type BlockOrigin = Table['received']['labels']['origin'][number];
export type InvalidBlockReason = Table['invalid']['labels']['reason'][number];

export interface Head {
  readonly height: number;
  /** Unix time written in the block. */
  readonly timestampSeconds?: number | undefined;
}

/** Of the head block; fields that are left out stay as they were shown. */
export interface HeadContents {
  readonly transactionCount?: number | undefined;
  readonly gasUsed?: number | undefined;
  readonly gasLimit?: number | undefined;
  /** Base fee a gas. */
  readonly baseFeeWei?: number | undefined;
}

export interface BlockReceived {
  readonly origin: BlockOrigin;
  readonly height?: number | undefined;
  readonly sizeBytes?: number | undefined;
}

export interface InvalidBlock {
  readonly reason: InvalidBlockReason;
  readonly height?: number | undefined;
}

export interface BlockValidated {
  readonly durationSeconds: number;
  readonly height?: number | undefined;
}

export interface BlockImported {
  readonly height?: number | undefined;
  readonly transactionCount?: number | undefined;
  /** Encoded. */
  readonly sizeBytes?: number | undefined;
  readonly gasUsed?: number | undefined;
}

export type BlocksEvents = {
  'blocks.received': BlockReceived;
  'blocks.invalid': InvalidBlock;
  'blocks.validated': BlockValidated;
  'blocks.imported': BlockImported;
};

export class BlocksMetrics {
  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<BlocksEvents>;
  readonly #nowMs: () => number;
  #headHeight = -1;
  #headArrivedMs = 0;

  static {
    guardRecorders(BlocksMetrics);
  }

  constructor(context: DomainContext<BlocksEvents>) {
    this.#instruments = makeInstruments(context.registry, BLOCKS_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = context.events;
    this.#nowMs = clockOf(context);
    deriveBlocks(context, this.#instruments);
  }

  /**
   * Says which block is the head; call it whenever that changes. A higher one than the last ends an interval, one for all
   * the blocks that came at once; a lower one (a reorganization) is shown, and the next interval begins with it.
   */
  updateHead({ height, timestampSeconds }: Head): void {
    const { headHeight, headTimestamp, interval } = this.#instruments;
    headHeight.set(isPosition(height) ? height : Number.NaN);
    if (timestampSeconds !== undefined) headTimestamp.set(amountOrNaN(timestampSeconds));
    if (!isPosition(height) || height === this.#headHeight) return;
    const nowMs = this.#nowMs();
    if (this.#headHeight >= 0 && height > this.#headHeight) {
      interval.observe(Math.max(0, nowMs - this.#headArrivedMs) / 1000);
    }
    this.#headHeight = height;
    this.#headArrivedMs = nowMs;
  }

  /** Says what the head block contains. */
  updateHeadContents({ transactionCount, gasUsed, gasLimit, baseFeeWei }: HeadContents): void {
    const { headTransactions, headGasUsed, headGasLimit, baseFeeWei: baseFee } = this.#instruments;
    if (transactionCount !== undefined) headTransactions.set(amountOrNaN(transactionCount));
    if (gasUsed !== undefined) headGasUsed.set(amountOrNaN(gasUsed));
    if (gasLimit !== undefined) headGasLimit.set(amountOrNaN(gasLimit));
    if (baseFeeWei !== undefined) baseFee.set(amountOrNaN(baseFeeWei));
  }

  /** A block reached this node and was not yet validated. */
  recordBlockReceived(fields: BlockReceived): void {
    this.#handles.received.of(fields.origin).inc();
    this.#events.publish?.('blocks.received', fields);
  }

  recordInvalidBlock(fields: InvalidBlock): void {
    this.#handles.invalid.of(fields.reason).inc();
    this.#events.publish?.('blocks.invalid', fields);
  }

  /** A block was validated, with whatever result. */
  recordBlockValidated(fields: BlockValidated): void {
    this.#instruments.validationDuration.observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('blocks.validated', fields);
  }

  /** A block became part of the chain of this node. */
  recordBlockImported(fields: BlockImported): void {
    const { sizeBytes, gasUsed } = fields;
    if (sizeBytes !== undefined) this.#instruments.size.observe(amountOrNaN(sizeBytes));
    if (gasUsed !== undefined) this.#instruments.gasUsed.inc(gasUsed);
    this.#events.publish?.('blocks.imported', fields);
  }
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  return {
    received: closedHandles(instruments.received, BLOCKS_METRICS.received.labels, 'origin'),
    invalid: closedHandles(instruments.invalid, BLOCKS_METRICS.invalid.labels, 'reason'),
  };
}

function deriveBlocks({ registry }: DomainContext<BlocksEvents>, instruments: InstrumentsOf<Table>): void {
  registry?.onDerive((reader) => {
    const head = total(reader, BLOCKS_METRICS.headHeight.name);
    const finalized = total(reader, CONSENSUS_METRICS.finalizedHeight.name);
    const isKnown = head !== undefined && finalized !== undefined;
    show(instruments.finalityLagBlocks, isKnown ? Math.max(0, head - finalized) : undefined);
  });
}
