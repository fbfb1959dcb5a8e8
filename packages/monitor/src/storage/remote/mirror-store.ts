// A store beside another server: everything is stored here and sent there too. An append is answered when it is durable in
// both, the store and the queue; reads come from the store alone. References are the store's, and the queue learns what they
// stand for. The queue never holds the store up: both write at once, and a full queue drops its oldest instead of waiting.

import type { Batch, MetricMetadata } from '../../model/batch.ts';
import type { Labels } from '../../model/labels.ts';
import type {
  AppendOutcome,
  Cardinality,
  DeleteRequest,
  ExemplarSeries,
  LocalStore,
  SelectRequest,
  SeriesRequest,
  SeriesSamples,
  StoreStats,
} from '../interface.ts';
import type { SendStatistics } from '../sending.ts';
import type { RemoteQueue } from './queue/open-queue.ts';
import type { SendingStore } from './remote-store.ts';

export class MirrorStore implements LocalStore, SendingStore {
  readonly #store: LocalStore;
  readonly #queue: RemoteQueue;

  constructor(store: LocalStore, queue: RemoteQueue) {
    this.#store = store;
    this.#queue = queue;
  }

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    const refs = await this.#store.resolveSeries(series);
    await this.#queue.adopt(refs, series);
    return refs;
  }

  /** @throws what the store throws, or else what the queue throws: then the batch is stored here and not sent there. */
  async append(batch: Batch): Promise<AppendOutcome> {
    // The store may hand the columns on: the queue gets its own.
    const copy = { ...batch, refs: batch.refs.slice(), values: batch.values.slice() };
    const [stored, queued] = await Promise.allSettled([this.#store.append(batch), this.#queue.append(copy, 'adopted')]);
    if (stored.status === 'rejected') throw stored.reason;
    if (queued.status === 'rejected') throw queued.reason;
    return stored.value;
  }

  select(request: SelectRequest): AsyncIterable<SeriesSamples> {
    return this.#store.select(request);
  }

  selectExemplars(request: SelectRequest): AsyncIterable<ExemplarSeries> {
    return this.#store.selectExemplars(request);
  }

  series(request: SeriesRequest): Promise<readonly Labels[]> {
    return this.#store.series(request);
  }

  labelNames(request: SeriesRequest): Promise<readonly string[]> {
    return this.#store.labelNames(request);
  }

  labelValues(name: string, request: SeriesRequest): Promise<readonly string[]> {
    return this.#store.labelValues(name, request);
  }

  metadata(name: string, limit: number, signal?: AbortSignal): Promise<readonly MetricMetadata[]> {
    return this.#store.metadata(name, limit, signal);
  }

  stats(): StoreStats {
    return { ...this.#store.stats(), sending: this.#queue.statistics() };
  }

  cardinality(limit: number, signal?: AbortSignal): Promise<Cardinality> {
    return this.#store.cardinality(limit, signal);
  }

  /** Here alone: what was sent stays on the other server. */
  deleteSeries(request: DeleteRequest): Promise<number> {
    return this.#store.deleteSeries(request);
  }

  cleanTombstones(): Promise<void> {
    return this.#store.cleanTombstones();
  }

  copyTo(directory: string): Promise<void> {
    return this.#store.copyTo(directory);
  }

  sendStatistics(): SendStatistics {
    return this.#queue.statistics();
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  async maintain(nowMs: number): Promise<void> {
    const outcomes = await Promise.allSettled([this.#store.maintain(nowMs), this.#queue.maintain(nowMs)]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async close(): Promise<void> {
    const outcomes = await Promise.allSettled([this.#queue.close(), this.#store.close()]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }
}
