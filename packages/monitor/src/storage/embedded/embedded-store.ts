// The embedded store: one SQLite file, used by one thread. A batch is checked (admission), written to the log in one
// durable transaction, and then put into the head, where reads find it; all of that in one turn, so that a batch is seen
// whole or not at all. From time to time the head is sealed into chunks, and chunks are merged; the work of both is done
// in a thread of its own. Invariant: a committed sample is in the log and a head, or in a chunk, never in both and never in
// neither. Format page: docs/formats/store.md.

import { basename, join } from 'node:path';
import type { Batch, MetricMetadata } from '../../model/batch.ts';
import type { Clock } from '../../model/clock.ts';
import { sortedTexts } from '../../model/label-order.ts';
import type { Labels } from '../../model/labels.ts';
import type { PackedSeries } from '../../model/packed-series.ts';
import type {
  AppendOutcome,
  Cardinality,
  DeleteRequest,
  ExemplarSeries,
  LocalStore,
  SelectedSamples,
  SelectRequest,
  SeriesRequest,
  StoreOperation,
  StoreStats,
  TimeRange,
} from '../interface.ts';
import { RetentionClock, type SystemClock } from '../retention-clock.ts';
import { makeDirectory } from '../sqlite/data-directory.ts';
import type { Database } from '../sqlite/database.ts';
import { batchTooLarge, closed, storageFailure } from '../sqlite/failures.ts';
import { StateTable } from '../sqlite/state-table.ts';
import { AbandonablePace } from './abandonable-pace.ts';
import { ChunkStore } from './chunks/chunk-store.ts';
import { lossSentence } from './chunks/damage.ts';
import type { Packer } from './chunks/packer.ts';
import { groupOf } from './codec/chunk.ts';
import { deleteSeries } from './delete-series.ts';
import { Heads } from './head/heads.ts';
import type { StoreLimits } from './limits.ts';
import { Admission, type Admitted } from './log/admission.ts';
import { BatchLog } from './log/batch-log.ts';
import { replayLog } from './log/replay-log.ts';
import { MetadataTable } from './metadata-table.ts';
import { Reader } from './reader.ts';
import { Sealer } from './sealer.ts';
import { lostSeriesSentence } from './series/cold-series.ts';
import { SeriesRegistry } from './series/series-registry.ts';
import { Upkeep } from './upkeep.ts';

/** What a commit of metadata alone writes, about: a page and what it changes of the tables around it. */
const METADATA_BYTES = 3 * 4120;
/** Errors that are not the store's. */
const NO_FAULTS: readonly string[] = ['storage_closed', 'read_abandoned'];
/** Samples that a stop still merges, so that it takes seconds at most. */
const STOP_MERGE_SAMPLES_MAX = 8_000_000;

export interface EmbeddedStoreOptions {
  readonly database: Database;
  readonly packer: Packer;
  readonly limits: StoreLimits;
  readonly clock: Clock | SystemClock;
  readonly retentionMs: number | undefined;
  /** Told of damaged history when it is found: what is lost, in a sentence. */
  readonly onDamage: (message: string) => void;
  /** Milliseconds since any fixed moment; default `performance.now`. */
  readonly monotonicMs?: (() => number) | undefined;
}

export class EmbeddedStore implements LocalStore {
  readonly #database: Database;
  readonly #packer: Packer;
  readonly #limits: StoreLimits;
  readonly #clock: Clock;
  readonly #retentionMs: number;
  readonly #series: SeriesRegistry;
  readonly #chunks: ChunkStore;
  readonly #log: BatchLog;
  readonly #heads = new Heads();
  readonly #metadata: MetadataTable;
  readonly #admission: Admission;
  readonly #reader: Reader;
  readonly #sealer: Sealer;
  readonly #upkeep: Upkeep;
  readonly #errors = { append: 0, read: 0, seal: 0, merge: 0, cool: 0, delete: 0, checkpoint: 0 };
  #maintaining: Promise<void> | undefined;
  readonly #retentionClock: RetentionClock;
  #floorMs: number;
  #isClosed = false;

  /** Loads the series, the directory of chunks and the log. @throws {DamagedBytes} */
  constructor({ database, packer, limits, clock, retentionMs, onDamage, monotonicMs }: EmbeddedStoreOptions) {
    const assertOpen = () => this.#assertOpen();
    this.#database = database;
    this.#packer = packer;
    this.#limits = limits;
    this.#clock = clock;
    this.#retentionMs = retentionMs ?? Number.POSITIVE_INFINITY;
    const state = new StateTable(database);
    this.#series = new SeriesRegistry(database, limits, state, (lost) => onDamage(lostSeriesSentence(lost)));
    this.#chunks = new ChunkStore({
      database,
      state,
      packer,
      limits,
      clock,
      onDamage: (lost) => onDamage(lossSentence(lost)),
    });
    this.#log = new BatchLog(database, state);
    this.#metadata = new MetadataTable(database, limits);
    const parts = {
      database,
      packer,
      limits,
      assertOpen,
      retentionMs: this.#retentionMs,
      series: this.#series,
      chunks: this.#chunks,
      log: this.#log,
      heads: this.#heads,
    };
    this.#admission = new Admission(parts);
    this.#reader = new Reader(parts);
    this.#sealer = new Sealer(parts);
    this.#upkeep = new Upkeep({ ...parts, sealer: this.#sealer }, clock.nowMs());
    this.#boundLatest();
    replayLog(this.#log, { series: this.#series, heads: this.#heads, nowMs: clock.nowMs() });
    this.#removeUnused();
    this.#retentionClock = new RetentionClock({ clock, monotonicMs, newestMs: this.#newestMs() });
    this.#floorMs = this.#retentionClock.nowMs() - this.#retentionMs;
  }

  /** Looks at the bytes of all chunks and of all cold series; what is damaged is put aside and told of. */
  verifyContents(): void {
    this.#chunks.verifyAll(true);
    for (const _ of this.#series.verify());
  }

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    this.#assertOpen();
    return this.#counting('append', () => this.#series.resolve(series, () => this.#assertOpen()));
  }

  async resolvePacked(series: PackedSeries): Promise<Uint32Array> {
    this.#assertOpen();
    return this.#counting('append', () => this.#series.resolvePacked(series, () => this.#assertOpen()));
  }

  async append(batch: Batch): Promise<AppendOutcome> {
    this.#assertOpen();
    const { batchSamplesMax, headSamplesMax } = this.#limits;
    if (batch.refs.length > batchSamplesMax) throw batchTooLarge(batch.refs.length, batchSamplesMax);
    return this.#counting('append', async () => {
      // Sealing has fallen behind: memory stays bounded because who appends waits for it.
      while (this.#heads.current.samples >= 2 * headSamplesMax) await this.#sealer.seal();
      this.#assertOpen();
      const outcome = this.#commit(batch);
      if (this.#heads.current.samples >= headSamplesMax && this.#heads.frozen === undefined) {
        // Nobody waits for this one: the failure is counted, and the next upkeep tries again and reports it.
        this.#counting('seal', () => this.#sealer.seal()).catch(() => undefined);
      }
      return outcome;
    });
  }

  select(request: SelectRequest): SelectedSamples {
    const retained = { ...request, ...this.#retained(request) };
    return this.#reader.select(retained, (error) => this.#counted('read', error));
  }

  selectExemplars(request: SelectRequest): AsyncIterable<ExemplarSeries> {
    return this.#countingEach(() => this.#reader.selectExemplars({ ...request, ...this.#retained(request) }));
  }

  async series(request: SeriesRequest): Promise<readonly Labels[]> {
    const found: Labels[] = [];
    for await (const labels of this.#labelsIn(request)) {
      found.push(labels);
      if (found.length === request.limit) break;
    }
    return found;
  }

  async labelNames(request: SeriesRequest): Promise<readonly string[]> {
    this.#assertOpen();
    return this.#counting('read', async () =>
      sorted(await this.#reader.labelNames({ ...request, ...this.#retained(request) }), request.limit),
    );
  }

  async labelValues(name: string, request: SeriesRequest): Promise<readonly string[]> {
    this.#assertOpen();
    return this.#counting('read', async () =>
      sorted(await this.#reader.labelValues(name, { ...request, ...this.#retained(request) }), request.limit),
    );
  }

  async metadata(name: string, limit: number): Promise<readonly MetricMetadata[]> {
    this.#assertOpen();
    return this.#metadata.find(name, limit);
  }

  async cardinality(limit: number, signal?: AbortSignal): Promise<Cardinality> {
    this.#assertOpen();
    const pace = new AbandonablePace(() => signal?.aborted === true);
    return { series: this.#series.hotCount, ...(await this.#series.cardinality(limit, pace)) };
  }

  stats(): StoreStats {
    this.#assertOpen();
    const heads = this.#heads.all().filter(({ samples }) => samples > 0);
    const { oldestMs = Number.POSITIVE_INFINITY } = this.#chunks;
    const oldest = Math.min(oldestMs, ...heads.map(({ minTimeMs }) => minTimeMs));
    const head = this.#log.sizeBytes;
    const blocks = this.#chunks.sizeBytes;
    return {
      activeSeries: this.#series.hotCount,
      totalSeries: this.#series.hotCount + this.#series.coldCount,
      headSamples: this.#heads.samples,
      sizeBytes: { head, blocks, index: Math.max(0, this.#database.sizeBytes() - head - blocks) },
      oldestTimeMs: Number.isFinite(oldest) ? Math.max(oldest, this.#floorMs) : undefined,
      newestTimeMs: this.#newestMs(),
      chunks: [...this.#chunks.countsByLevel.values()].reduce((sum, count) => sum + count, 0),
      quarantinedChunks: this.#chunks.quarantinedCount,
      tombstones: this.#chunks.tombstoneCount,
      leases: this.#chunks.leases,
      errorsTotal: { ...this.#errors },
    };
  }

  async maintain(nowMs: number): Promise<void> {
    this.#assertOpen();
    this.#maintaining ??= this.#maintain(nowMs).finally(() => (this.#maintaining = undefined));
    return this.#maintaining;
  }

  async deleteSeries(request: DeleteRequest): Promise<number> {
    this.#assertOpen();
    const parts = {
      database: this.#database,
      series: this.#series,
      chunks: this.#chunks,
      heads: this.#heads,
      sealer: this.#sealer,
      assertOpen: () => this.#assertOpen(),
    };
    return this.#counting('delete', () => deleteSeries(parts, request));
  }

  async cleanTombstones(): Promise<void> {
    this.#assertOpen();
    await this.#counting('delete', () => this.#chunks.cleanTombstones());
  }

  async copyTo(directory: string): Promise<void> {
    this.#assertOpen();
    const path = join(directory, basename(this.#database.path));
    await this.#counting('read', async () => {
      try {
        makeDirectory(directory);
        await this.#database.backup(path);
      } catch (error) {
        this.#assertOpen();
        throw storageFailure(path, error);
      }
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled([this.#maintaining, this.#sealer.settled()]);
    // What cannot be tidied up now is in the log, and is sealed after the next start.
    await this.#tidyUp().catch(() => undefined);
    await this.#packer.close();
    try {
      this.#database.close();
    } catch (error) {
      throw storageFailure(this.#database.path, error);
    }
  }

  /** Leaves a file that is small and quick to open. */
  async #tidyUp(): Promise<void> {
    await this.#sealer.sealAll();
    await this.#chunks.mergeAll(STOP_MERGE_SAMPLES_MAX);
    while (this.#series.consolidate());
    while (this.#log.trimAll());
    this.#database.shrinkAll();
  }

  #commit(batch: Batch): AppendOutcome {
    const { admitted, news, hasRows } = this.#writeDurably(batch);
    this.#metadata.committed(news);
    if (hasRows) this.#heads.take(admitted, this.#clock.nowMs(), (ref) => this.#series.slotOf(ref));
    const { acceptedSamples, acceptedExemplars, rejectedSamples, firstRejected } = admitted;
    return { acceptedSamples, acceptedExemplars, rejectedSamples, ...(firstRejected.length > 0 && { firstRejected }) };
  }

  /** `hasRows` is false when nothing of the batch but its metadata is new. */
  #writeDurably(batch: Batch): { admitted: Admitted; news: readonly MetricMetadata[]; hasRows: boolean } {
    try {
      const admitted = this.#admission.admit(batch, this.#retentionClock.nowMs() - this.#retentionMs);
      const news = batch.metadata === undefined ? [] : this.#metadata.news(batch.metadata);
      const hasRows = admitted.count > 0 || admitted.exemplars.length > 0;
      if (!hasRows && news.length === 0) return { admitted, news, hasRows };
      const writtenBytes = this.#database.transaction('durable', () => {
        this.#metadata.write(news);
        return hasRows ? this.#log.write(admitted) : METADATA_BYTES;
      });
      this.#log.committed();
      this.#upkeep.wrote(writtenBytes);
      return { admitted, news, hasRows };
    } catch (error) {
      this.#admission.takeBack();
      this.#log.startAnew();
      throw error;
    }
  }

  #newestMs(): number | undefined {
    const { newestMs = Number.NEGATIVE_INFINITY } = this.#chunks;
    const newest = Math.max(newestMs, ...this.#heads.all().map(({ maxTimeMs }) => maxTimeMs));
    return Number.isFinite(newest) ? newest : undefined;
  }

  /** Of what is in chunks, the latest time of a series is known by its group alone: half a millisecond after any sample. */
  #boundLatest(): void {
    const { latestMs } = this.#series;
    let group = -1;
    let boundMs = Number.NEGATIVE_INFINITY;
    for (const slot of this.#series.slots()) {
      const own = groupOf(this.#series.refOf(slot));
      if (own !== group) {
        group = own;
        boundMs = this.#chunks.latestMsOf(group) + 0.5;
      }
      latestMs[slot] = boundMs;
    }
  }

  /** Series that never got a sample: whoever was given their references is gone. */
  #removeUnused(): void {
    const { latestMs } = this.#series;
    const unused = [...this.#series.slots()].filter((slot) => latestMs[slot] === Number.NEGATIVE_INFINITY);
    if (unused.length > 0) this.#series.removeHot(unused);
  }

  async #maintain(nowMs: number): Promise<void> {
    this.#floorMs = this.#retentionClock.at(nowMs) - this.#retentionMs;
    const failures: unknown[] = [];
    for (const [step, work] of this.#upkeep.steps(nowMs, this.#floorMs)) {
      await this.#counting(step, work).catch((error: unknown) => failures.push(error));
      this.#assertOpen();
    }
    if (failures.length > 0) throw failures[0];
  }

  #labelsIn(request: SeriesRequest): AsyncIterable<Labels> {
    return this.#countingEach(() => this.#reader.labelsIn({ ...request, ...this.#retained(request) }));
  }

  /** Without what is older than the retention and only waits for its deletion. */
  #retained({ minTimeMs, maxTimeMs }: TimeRange): TimeRange {
    return { minTimeMs: Math.max(minTimeMs, this.#floorMs), maxTimeMs };
  }

  async #counting<T>(operation: StoreOperation, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#counted(operation, error);
    }
  }

  async *#countingEach<T>(start: () => AsyncIterable<T>): AsyncGenerator<T> {
    this.#assertOpen();
    const items = start();
    try {
      for await (const item of items) yield item;
    } catch (error) {
      throw this.#counted('read', error);
    }
  }

  #counted(operation: StoreOperation, error: unknown): Error {
    const failure = storageFailure(this.#database.path, error);
    if (!NO_FAULTS.includes(failure.code)) this.#errors[operation]++;
    return failure;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed(this.#database.path);
  }
}

function sorted(texts: ReadonlySet<string>, limit: number): readonly string[] {
  const all = sortedTexts(texts);
  return limit === 0 ? all : all.slice(0, limit);
}
