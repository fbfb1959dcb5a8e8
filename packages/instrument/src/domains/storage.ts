// The node's database and its caches: operations, their time and errors, size and how full it is.

import type { MetricReader } from '../snapshot/collection.ts';
import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { ratio, show, total } from './derive.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { STORAGE_METRICS } from './table/storage.ts';

export type StorageOperation = (typeof STORAGE_METRICS.operations.labels.operation)[number];
export type StorageErrorReason = (typeof STORAGE_METRICS.errors.labels.reason)[number];
export type StorageCache = (typeof STORAGE_METRICS.cacheHits.labels.cache)[number];

interface StorageOutcome {
  readonly durationSeconds: number;
  /** False counts an error as well, so that `recordError` is not to be called for it; default true. */
  readonly success?: boolean | undefined;
  /** Of an operation without success; default `other`. */
  readonly reason?: StorageErrorReason | undefined;
}

export interface StorageRead extends StorageOutcome {
  /** What kind of key it was, such as `block`; for events alone. */
  readonly keyType?: string | undefined;
}

export interface StorageWrite extends StorageOutcome {
  /** For events alone. */
  readonly keyType?: string | undefined;
  /** Of the value; counted when the write succeeded. */
  readonly sizeBytes?: number | undefined;
}

export interface StorageDelete extends StorageOutcome {
  /** For events alone. */
  readonly keyType?: string | undefined;
}

export interface StorageBatch extends StorageOutcome {
  /** Counted when the batch succeeded. */
  readonly operationCount?: number | undefined;
}

export interface StorageError {
  readonly operation: StorageOperation;
  readonly reason: StorageErrorReason;
}

export interface StorageSize {
  /** On disk. */
  readonly sizeBytes: number;
  /** Of live keys and values; what `chain_performance_storage_efficiency_ratio` is computed from. */
  readonly liveBytes?: number | undefined;
}

export interface StorageCapacity {
  /** Above 0. */
  readonly capacityBytes: number;
}

export interface StorageKeyCount {
  readonly count: number;
}

export interface CacheLookup {
  readonly cache: StorageCache;
  /** Lookups with this result; default 1. */
  readonly count?: number | undefined;
}

export interface CacheSize {
  readonly cache: StorageCache;
  readonly sizeBytes: number;
}

export type StorageEvents = {
  readonly 'storage.read': StorageRead;
  readonly 'storage.written': StorageWrite;
  readonly 'storage.deleted': StorageDelete;
  readonly 'storage.batch_written': StorageBatch;
  readonly 'storage.failed': StorageError;
  readonly 'storage.cache_hit': CacheLookup;
  readonly 'storage.cache_missed': CacheLookup;
};

export class StorageMetrics {
  static {
    guardRecorders(StorageMetrics);
  }

  readonly #instruments: InstrumentsOf<typeof STORAGE_METRICS>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<StorageEvents>;

  constructor({ registry, events }: DomainContext<StorageEvents>) {
    this.#instruments = makeInstruments(registry, STORAGE_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = events;
    registry?.onDerive((reader) => this.#derive(reader));
  }

  recordRead(fields: StorageRead): void {
    this.#record('read', fields);
    this.#events.publish?.('storage.read', fields);
  }

  recordWrite(fields: StorageWrite): void {
    this.#record('write', fields);
    if (fields.sizeBytes !== undefined && fields.success !== false) this.#instruments.written.inc(fields.sizeBytes);
    this.#events.publish?.('storage.written', fields);
  }

  recordDelete(fields: StorageDelete): void {
    this.#record('delete', fields);
    this.#events.publish?.('storage.deleted', fields);
  }

  recordBatch(fields: StorageBatch): void {
    this.#record('batch', fields);
    if (fields.operationCount !== undefined && fields.success !== false) {
      this.#instruments.batchedOperations.inc(fields.operationCount);
    }
    this.#events.publish?.('storage.batch_written', fields);
  }

  /** For errors that belong to no recorded operation, or that are found later. */
  recordError(fields: StorageError): void {
    this.#handles.errors.of(fields.operation).of(fields.reason).inc();
    this.#events.publish?.('storage.failed', fields);
  }

  updateSize({ sizeBytes, liveBytes }: StorageSize): void {
    this.#instruments.size.set(amountOrNaN(sizeBytes));
    if (liveBytes !== undefined) this.#instruments.live.set(amountOrNaN(liveBytes));
  }

  setCapacity({ capacityBytes }: StorageCapacity): void {
    this.#instruments.capacity.set(amountOrNaN(capacityBytes));
  }

  updateKeyCount({ count }: StorageKeyCount): void {
    this.#instruments.keys.set(amountOrNaN(count));
  }

  recordCacheHit(fields: CacheLookup): void {
    this.#handles.cacheHits.of(fields.cache).inc(fields.count);
    this.#events.publish?.('storage.cache_hit', fields);
  }

  recordCacheMiss(fields: CacheLookup): void {
    this.#handles.cacheMisses.of(fields.cache).inc(fields.count);
    this.#events.publish?.('storage.cache_missed', fields);
  }

  updateCacheSize({ cache, sizeBytes }: CacheSize): void {
    this.#handles.cacheSize.of(cache).set(amountOrNaN(sizeBytes));
  }

  #record(operation: StorageOperation, { durationSeconds, success, reason }: StorageOutcome): void {
    this.#handles.operations.of(operation).inc();
    this.#handles.durations.of(operation).observe(amountOrNaN(durationSeconds));
    if (success === false)
      this.#handles.errors
        .of(operation)
        .of(reason ?? 'other')
        .inc();
  }

  #derive(reader: MetricReader): void {
    const sizeBytes = total(reader, STORAGE_METRICS.size.name);
    show(this.#instruments.utilization, ratio(sizeBytes, total(reader, STORAGE_METRICS.capacity.name)));
  }
}

function handlesOf(instruments: InstrumentsOf<typeof STORAGE_METRICS>) {
  const { operations, operationDuration, errors, cacheHits, cacheMisses, cacheSize } = STORAGE_METRICS;
  return {
    operations: closedHandles(instruments.operations, operations.labels, 'operation'),
    durations: closedHandles(instruments.operationDuration, operationDuration.labels, 'operation'),
    errors: closedHandles(instruments.errors, errors.labels, 'operation', 'reason'),
    cacheHits: closedHandles(instruments.cacheHits, cacheHits.labels, 'cache'),
    cacheMisses: closedHandles(instruments.cacheMisses, cacheMisses.labels, 'cache'),
    cacheSize: closedHandles(instruments.cacheSize, cacheSize.labels, 'cache'),
  };
}
