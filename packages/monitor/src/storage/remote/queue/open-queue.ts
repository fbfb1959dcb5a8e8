// Opens the queue of a folder with everything that belongs to it: the file, the dictionary, the sender.

import { accessSync, constants, rmSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { Batch, MetricMetadata } from '../../../model/batch.ts';
import type { Clock } from '../../../model/clock.ts';
import { ChainpulseError } from '../../../model/errors.ts';
import type { Labels } from '../../../model/labels.ts';
import type { AppendOutcome } from '../../interface.ts';
import { RetentionClock, type SystemClock } from '../../retention-clock.ts';
import type { SendStatistics } from '../../sending.ts';
import { makeDirectory } from '../../sqlite/data-directory.ts';
import type { Database, Durability } from '../../sqlite/database.ts';
import { closed, storageFailure } from '../../sqlite/failures.ts';
import { Pace } from '../../sqlite/pacing.ts';
import { StateTable } from '../../sqlite/state-table.ts';
import type { RemoteEndpoint } from '../endpoint.ts';
import type { ExternalLabels } from '../external-labels.ts';
import type { RemoteLimits } from '../limits.ts';
import { type SendNotice, SendRecord } from '../send/observer.ts';
import { Sender } from '../send/sender.ts';
import { type RemoteWriteProtocol, WriteClient } from '../send/write-client.ts';
import { DurableQueue } from './durable-queue.ts';
import { KnownMetadata } from './known-metadata.ts';
import { QueueAppender } from './queue-appender.ts';
import { openQueueFile, QUEUE_FILE_NAME } from './queue-file.ts';
import { OWN_SPACE, SeriesDictionary } from './series-dictionary.ts';

export interface QueueOptions {
  /** Where the file is or will be; made when it is absent. */
  readonly directory: string;
  /** 'full': what was answered survives a power cut. 'normal': it survives a crash of the process, but not always that. */
  readonly durability: Durability;
  /** What is dropped for its age goes by a clock that follows the system's only when that has not jumped just now. */
  readonly clock: Clock | SystemClock;
  /** Milliseconds since any fixed moment; default `performance.now`. */
  readonly monotonicMs?: (() => number) | undefined;
  readonly limits: RemoteLimits;
  /** Every series that is sent carries them. */
  readonly external: ExternalLabels;
  /** No store beside the queue keeps the samples. */
  readonly isOnlyStore: boolean;
  readonly endpoint: RemoteEndpoint;
  readonly protocol: RemoteWriteProtocol;
  readonly userAgent: string;
  readonly onNotice: (notice: SendNotice) => void;
  readonly random: () => number;
}

/** A queue to another server. Every call but `close` fails with `storage_closed` after it was closed. */
export class RemoteQueue {
  readonly #database: Database;
  readonly #options: QueueOptions;
  readonly #dictionary: SeriesDictionary;
  readonly #metadata: KnownMetadata;
  readonly #queue: DurableQueue;
  readonly #record: SendRecord;
  readonly #sender: Sender;
  readonly #appender: QueueAppender;
  readonly #age: RetentionClock;
  #errors = 0;
  #isClosed = false;

  constructor(database: Database, options: QueueOptions) {
    const { limits, external, clock, monotonicMs, random } = options;
    const state = new StateTable(database);
    this.#database = database;
    this.#options = options;
    this.#dictionary = new SeriesDictionary({ database, state, limits, nowMs: clock.nowMs() });
    this.#metadata = new KnownMetadata(database, limits);
    this.#queue = new DurableQueue(database, state);
    this.#age = new RetentionClock({ clock, monotonicMs, newestMs: this.#queue.newestWrittenMs() });
    this.#record = new SendRecord(options.onNotice);
    const shared = { queue: this.#queue, dictionary: this.#dictionary, metadata: this.#metadata, record: this.#record };
    const client = new WriteClient(options);
    this.#sender = new Sender({ ...shared, client, external, limits, clock, age: this.#age, random });
    this.#appender = new QueueAppender({ ...shared, sender: this.#sender, limits, clock });
    this.#sender.start();
  }

  get path(): string {
    return this.#database.path;
  }

  async resolve(series: readonly Labels[]): Promise<Uint32Array> {
    return this.#counting(async () => this.#dictionary.resolve(series, this.#options.clock.nowMs()));
  }

  /** Learns what the references of another store stand for. */
  async adopt(refs: Uint32Array, series: readonly Labels[]): Promise<void> {
    await this.#counting(async () => this.#dictionary.adopt(refs, series, this.#options.clock.nowMs()));
  }

  /** Fulfilled when the batch is durable. `adopted`: its references are those of the other store. */
  async append(batch: Batch, references: 'own' | 'adopted'): Promise<AppendOutcome> {
    const space = references === 'own' ? OWN_SPACE : this.#dictionary.adoptedSpace;
    return this.#counting(() => this.#appender.append(batch, space));
  }

  metadata(name: string): readonly MetricMetadata[] {
    return this.#metadata.find(name);
  }

  /** Fulfilled when everything that was appended before is sent, or dropped and counted. */
  async flush(): Promise<void> {
    this.#assertOpen();
    await this.#sender.flush();
  }

  statistics(): SendStatistics {
    this.#assertOpen();
    const record = this.#record;
    const oldestMs = this.#queue.oldestWrittenMs();
    return {
      queueSamples: this.#queue.samples,
      queueBytes: this.#queue.sizeBytes,
      oldestWaitMs: oldestMs === undefined ? undefined : Math.max(0, this.#options.clock.nowMs() - oldestMs),
      shards: record.shards,
      sentSamplesTotal: record.sentSamples,
      retriedSamplesTotal: record.retriedSamples,
      droppedSamplesTotal: { ...record.dropped },
      requestsTotal: { ...record.requests },
      requestSecondsTotal: record.requestSeconds,
      lastSuccessMs: record.lastSuccessMs,
      lastError: record.lastError,
      isFailing: record.isFailing,
      isOnlyStore: this.#options.isOnlyStore,
      queueMaxAgeMs: this.#options.limits.queueMaxAgeMs,
      queueMaxBytes: this.#options.limits.queueMaxBytes,
    };
  }

  get newestTimeMs(): number | undefined {
    return this.#appender.newestTimeMs;
  }

  /** Failures of the queue's own file. */
  get errors(): number {
    return this.#errors;
  }

  get totalSeries(): number {
    return this.#dictionary.size;
  }

  activeSeriesSince(timeMs: number): number {
    return this.#dictionary.countUsedSince(timeMs);
  }

  /** Bytes of the file on the disk. */
  fileBytes(): number {
    return this.#database.sizeBytes();
  }

  /** Drops what has waited too long and forgets series that ended, in short pieces. */
  async maintain(nowMs: number): Promise<void> {
    await this.#counting(async () => {
      const { limits } = this.#options;
      const believedMs = this.#age.at(nowMs);
      const { samples } = this.#queue.dropOlderThan(believedMs - limits.queueMaxAgeMs);
      if (samples > 0) this.#record.drop('age', samples, `samples waited longer than ${limits.queueMaxAgeMs} ms`);
      const pace = new Pace();
      while (this.#dictionary.forgetIdle(believedMs - limits.seriesIdleMs) || this.#queue.shrink()) {
        if (pace.isOver()) await pace.rest();
        this.#assertOpen();
      }
      this.#queue.checkpoint();
    });
  }

  /** Everything that was appended is on disk; what was not sent is sent after the next start. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#sender.stop();
    try {
      this.#database.close();
    } catch (error) {
      throw storageFailure(this.path, error);
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed(this.path);
  }

  async #counting<T>(work: () => Promise<T>): Promise<T> {
    this.#assertOpen();
    try {
      return await work();
    } catch (error) {
      const failure = storageFailure(this.path, error);
      if (failure.code !== 'storage_closed' && failure.code !== 'storage_batch_too_large') this.#errors++;
      throw failure;
    }
  }
}

/**
 * Opens or makes the queue, and begins to send what is in it.
 * @throws {ChainpulseError} as the opening of the embedded store; the file is left as it was.
 */
export function openQueue(options: QueueOptions): RemoteQueue {
  if (endianness() !== 'LE') {
    throw new ChainpulseError('storage_unsupported', 'the queue needs a little-endian processor');
  }
  const path = join(options.directory, QUEUE_FILE_NAME);
  let database: Database | undefined;
  try {
    makeDirectory(options.directory);
    accessSync(options.directory, constants.R_OK | constants.W_OK | constants.X_OK);
    database = openQueueFile(path, options.durability);
    // The verifying connection left it; nobody else can be using it, as the file is locked.
    rmSync(`${path}-shm`, { force: true });
    return new RemoteQueue(database, options);
  } catch (error) {
    database?.close();
    throw storageFailure(path, error);
  }
}
