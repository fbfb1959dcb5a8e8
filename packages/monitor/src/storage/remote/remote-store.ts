// A store whose samples live on another server: appended to a durable queue, sent from there by remote write, read by any
// Prometheus-compatible API. An append is answered when it is durable here; it is not yet visible to the next read, which
// sees what the server has taken and shows. What counts as old, out of order or double is for the server to say.

import type { Batch, MetricMetadata } from '../../model/batch.ts';
import type { Clock } from '../../model/clock.ts';
import type { Labels } from '../../model/labels.ts';
import type {
  AppendOutcome,
  ExemplarSeries,
  Queryable,
  SelectRequest,
  SeriesRequest,
  SeriesSamples,
  Store,
  StoreStats,
} from '../interface.ts';
import type { SendStatistics } from '../sending.ts';
import { closed } from '../sqlite/failures.ts';
import type { RemoteQueue } from './queue/open-queue.ts';
import type { ApiClient } from './read/api-client.ts';

/** A series counts as active when it had a sample within so many milliseconds. */
const ACTIVE_WITHIN_MS = 3_600_000;

export interface SendingStore extends Store {
  /** What waits, what was sent and what was lost. */
  sendStatistics(): SendStatistics;
  /** Fulfilled when everything that was appended before is sent, or dropped and counted. */
  flush(): Promise<void>;
}

export interface RemoteStoreParts {
  readonly queue: RemoteQueue;
  readonly reader: Queryable;
  readonly api: ApiClient;
  readonly clock: Clock;
}

export class RemoteStore implements SendingStore {
  readonly #queue: RemoteQueue;
  readonly #reader: Queryable;
  readonly #api: ApiClient;
  readonly #clock: Clock;
  #readErrors = 0;
  #isClosed = false;

  constructor({ queue, reader, api, clock }: RemoteStoreParts) {
    this.#queue = queue;
    this.#reader = reader;
    this.#api = api;
    this.#clock = clock;
  }

  resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    return this.#queue.resolve(series);
  }

  append(batch: Batch): Promise<AppendOutcome> {
    return this.#queue.append(batch, 'own');
  }

  select(request: SelectRequest): AsyncIterable<SeriesSamples> {
    return this.#countingEach(() => this.#reader.select(request));
  }

  selectExemplars(request: SelectRequest): AsyncIterable<ExemplarSeries> {
    return this.#countingEach(() => this.#reader.selectExemplars(request));
  }

  series(request: SeriesRequest): Promise<readonly Labels[]> {
    return this.#counting(() => this.#reader.series(request));
  }

  labelNames(request: SeriesRequest): Promise<readonly string[]> {
    return this.#counting(() => this.#reader.labelNames(request));
  }

  labelValues(name: string, request: SeriesRequest): Promise<readonly string[]> {
    return this.#counting(() => this.#reader.labelValues(name, request));
  }

  metadata(name: string, limit: number, signal?: AbortSignal): Promise<readonly MetricMetadata[]> {
    return this.#counting(() => this.#reader.metadata(name, limit, signal), signal);
  }

  /** Of the queue: what the server holds is not known here. */
  stats(): StoreStats {
    const sending = this.#queue.statistics();
    return {
      activeSeries: this.#queue.activeSeriesSince(this.#clock.nowMs() - ACTIVE_WITHIN_MS),
      totalSeries: this.#queue.totalSeries,
      headSamples: sending.queueSamples,
      sending,
      sizeBytes: { head: this.#queue.fileBytes(), blocks: 0, index: 0 },
      oldestTimeMs: undefined,
      newestTimeMs: this.#queue.newestTimeMs,
      chunks: 0,
      quarantinedChunks: 0,
      tombstones: 0,
      errorsTotal: {
        append: this.#queue.errors,
        read: this.#readErrors,
        seal: 0,
        merge: 0,
        cool: 0,
        delete: 0,
        checkpoint: 0,
      },
    };
  }

  sendStatistics(): SendStatistics {
    return this.#queue.statistics();
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  maintain(nowMs: number): Promise<void> {
    return this.#queue.maintain(nowMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#api.close();
    await this.#queue.close();
  }

  /** That nobody waits any more is no error of reading. */
  async #counting<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#assertOpen();
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted !== true) this.#readErrors++;
      throw error;
    }
  }

  async *#countingEach<T>(start: () => AsyncIterable<T>): AsyncGenerator<T> {
    this.#assertOpen();
    try {
      yield* start();
    } catch (error) {
      this.#readErrors++;
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed(this.#queue.path);
  }
}
