// Synchronization with the chain: how far it is, how fast, and when it will be there.

import type { MetricReader } from '../snapshot/collection.ts';
import { closedHandles } from './closed-handles.ts';
import { type DomainContext, type EventSink, isPosition } from './context.ts';
import { DerivedGrowth, show, total, type WindowGrowth } from './derive.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { SYNC_METRICS } from './table/sync.ts';

export type SyncState = (typeof SYNC_METRICS.state.labels.state)[number];
export type SyncErrorReason = (typeof SYNC_METRICS.errors.labels.reason)[number];

export interface SyncProgress {
  readonly currentHeight: number;
  /** The best height that peers announce; left out while it is not known. */
  readonly targetHeight?: number | undefined;
}

export interface SyncStateChange {
  readonly state: SyncState;
}

export interface SyncBlocks {
  readonly count: number;
}

export interface SyncError {
  readonly reason: SyncErrorReason;
}

export type SyncEvents = {
  readonly 'sync.blocks_imported': SyncBlocks;
  readonly 'sync.failed': SyncError;
};

type Grown = 'blocks' | 'height' | 'target';

export class SyncMetrics {
  static {
    guardRecorders(SyncMetrics);
  }

  readonly #instruments: InstrumentsOf<typeof SYNC_METRICS>;
  readonly #errors: ReturnType<typeof errorHandles>;
  readonly #events: EventSink<SyncEvents>;
  readonly #growth: DerivedGrowth<Grown>;

  constructor(context: DomainContext<SyncEvents>) {
    this.#instruments = makeInstruments(context.registry, SYNC_METRICS);
    this.#errors = errorHandles(this.#instruments);
    this.#events = context.events;
    const height = new RiseOf(SYNC_METRICS.currentHeight.name);
    const target = new RiseOf(SYNC_METRICS.targetHeight.name);
    this.#growth = new DerivedGrowth<Grown>(context, {
      blocks: (reader) => total(reader, SYNC_METRICS.blocks.name),
      height: (reader) => height.read(reader),
      target: (reader) => target.read(reader),
    });
    context.registry?.onDerive((reader) => this.#derive(reader));
  }

  /** Speed and remaining time are computed from this and from `recordBlocks`. */
  updateProgress({ currentHeight, targetHeight }: SyncProgress): void {
    this.#instruments.currentHeight.set(heightOrNaN(currentHeight));
    if (targetHeight !== undefined) this.#instruments.targetHeight.set(heightOrNaN(targetHeight));
  }

  updateState({ state }: SyncStateChange): void {
    this.#instruments.state.set(state);
  }

  /** Blocks that synchronization obtained and imported. */
  recordBlocks(fields: SyncBlocks): void {
    this.#instruments.blocks.inc(amountOrNaN(fields.count));
    this.#events.publish?.('sync.blocks_imported', fields);
  }

  recordError(fields: SyncError): void {
    this.#errors.of(fields.reason).inc();
    this.#events.publish?.('sync.failed', fields);
  }

  #derive(reader: MetricReader): void {
    const growth = this.#growth.read(reader);
    const speed = blocksPerSecond(reader, growth);
    show(this.#instruments.blocksPerSecond, speed);
    show(this.#instruments.eta, etaSeconds(reader, growth, speed));
  }
}

function heightOrNaN(height: number): number {
  return isPosition(height) ? height : Number.NaN;
}

function blocksPerSecond(reader: MetricReader, growth: WindowGrowth<Grown> | undefined): number | undefined {
  if (growth === undefined) return undefined;
  const { blocks, height } = growth.deltas;
  const isCounted = total(reader, SYNC_METRICS.blocks.name) !== 0;
  const delta = isCounted ? blocks : height;
  return delta === undefined ? undefined : delta / growth.seconds;
}

function etaSeconds(
  reader: MetricReader,
  growth: WindowGrowth<Grown> | undefined,
  speed: number | undefined,
): number | undefined {
  const current = total(reader, SYNC_METRICS.currentHeight.name);
  const target = total(reader, SYNC_METRICS.targetHeight.name);
  if (current === undefined || target === undefined) return undefined;
  if (current >= target) return 0;
  if (growth === undefined || speed === undefined || growth.deltas.target === undefined) return undefined;
  const gainPerSecond = speed - growth.deltas.target / growth.seconds;
  return gainPerSecond > 0 ? (target - current) / gainPerSecond : undefined;
}

/** How far a height has risen since it was first seen; what it falls by in a reorganization is not taken away. */
class RiseOf {
  readonly #name: string;
  #latest: number | undefined;
  #risen = 0;

  constructor(name: string) {
    this.#name = name;
  }

  read(reader: MetricReader): number | undefined {
    const height = total(reader, this.#name);
    if (height === undefined) return undefined;
    if (this.#latest !== undefined && height > this.#latest) this.#risen += height - this.#latest;
    this.#latest = height;
    return this.#risen;
  }
}

function errorHandles(instruments: InstrumentsOf<typeof SYNC_METRICS>) {
  return closedHandles(instruments.errors, SYNC_METRICS.errors.labels, 'reason');
}
