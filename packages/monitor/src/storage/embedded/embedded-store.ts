// The embedded store: one SQLite file, used by one thread. A batch is checked (admission), written to the log in one
// durable transaction, and then put into the head, where reads find it; all of that in one turn, so that a batch is seen
// whole or not at all. From time to time the head is sealed into a block. Invariant: a committed sample is in the log and
// a head, or in a block, never in both and never in neither. Format page: docs/formats/store.md.

import type { Batch, MetricMetadata } from '../../model/batch.ts';
import type { Clock } from '../../model/clock.ts';
import type { Labels } from '../../model/labels.ts';
import { labelValue } from '../../model/labels.ts';
import type {
  AppendOutcome,
  ExemplarSeries,
  SelectRequest,
  SeriesRequest,
  SeriesSamples,
  Store,
  StoreStats,
  TimeRange,
} from '../interface.ts';
import { Admission, type Admitted } from './admission.ts';
import type { DecodedRows } from './batch-codec.ts';
import { BatchLog } from './batch-log.ts';
import { BlockStore } from './block-store.ts';
import type { Database } from './database.ts';
import { batchTooLarge, closed, DamagedBytes, storageFailure } from './failures.ts';
import { Head, type SlabPool } from './head.ts';
import type { StoreLimits } from './limits.ts';
import { MetadataTable } from './metadata-table.ts';
import { Pace } from './pacing.ts';
import { Reader } from './reader.ts';
import { deleteOlderThan } from './retention.ts';
import { type FrozenHead, sealHead } from './seal.ts';
import { SeriesRegistry } from './series-registry.ts';
import { StateTable } from './state-table.ts';

/** A checkpoint is due after so many bytes, or so long after the last one when anything was written. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
const CHECKPOINT_AFTER_MS = 60_000;
/** What a commit writes besides the batch itself: at least two pages with their frame headers. */
const COMMIT_OVERHEAD_BYTES = 2 * 4120;

export interface EmbeddedStoreOptions {
  readonly database: Database;
  readonly limits: StoreLimits;
  readonly clock: Clock;
  readonly retentionMs: number | undefined;
}

export class EmbeddedStore implements Store {
  readonly #database: Database;
  readonly #limits: StoreLimits;
  readonly #clock: Clock;
  readonly #retentionMs: number;
  readonly #registry: SeriesRegistry;
  readonly #log: BatchLog;
  readonly #blocks: BlockStore;
  readonly #metadata: MetadataTable;
  readonly #admission: Admission;
  readonly #reader: Reader;
  readonly #pool: SlabPool = [];
  readonly #errors = { append: 0, read: 0, seal: 0, delete: 0, checkpoint: 0 };
  #head = new Head(this.#pool);
  #headSinceMs: number;
  #headLogBytes = 0;
  #frozen: FrozenHead | undefined;
  #sealing: Promise<void> | undefined;
  #maintaining: Promise<void> | undefined;
  #floorMs: number;
  #uncheckpointedBytes = 0;
  #checkpointedMs: number;
  #isClosed = false;

  /** Loads the series, the blocks and the log. @throws {DamagedBytes} */
  constructor({ database, limits, clock, retentionMs }: EmbeddedStoreOptions) {
    this.#database = database;
    this.#limits = limits;
    this.#clock = clock;
    this.#retentionMs = retentionMs ?? Number.POSITIVE_INFINITY;
    const nowMs = clock.nowMs();
    this.#floorMs = nowMs - this.#retentionMs;
    this.#headSinceMs = nowMs;
    this.#checkpointedMs = nowMs;
    this.#registry = new SeriesRegistry(database, limits);
    this.#log = new BatchLog(database, new StateTable(database));
    this.#blocks = new BlockStore(database, limits.chunkCacheBytes);
    this.#metadata = new MetadataTable(database, limits);
    this.#admission = new Admission(this.#registry, limits, (slot) => this.#latestExemplarMs(slot));
    this.#reader = new Reader({
      index: this.#registry.index,
      blocks: this.#blocks,
      heads: () => this.#heads(),
      assertOpen: () => this.#assertOpen(),
    });
    this.#log.replay((rows) => this.#replay(rows));
    this.#headLogBytes = this.#log.sizeBytes;
    this.#registry.removeUnused();
  }

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    this.#assertOpen();
    return this.#counting('append', () => this.#registry.resolve(series, () => this.#assertOpen()));
  }

  async append(batch: Batch): Promise<AppendOutcome> {
    this.#assertOpen();
    if (batch.refs.length > this.#limits.batchSamplesMax) {
      throw batchTooLarge(batch.refs.length, this.#limits.batchSamplesMax);
    }
    return this.#counting('append', async () => {
      // Sealing has fallen behind: memory stays bounded because who appends waits for it.
      while (this.#head.samples >= 2 * this.#limits.headSamplesMax) await this.#seal();
      this.#assertOpen();
      const outcome = this.#commit(batch);
      if (this.#head.samples >= this.#limits.headSamplesMax && this.#frozen === undefined) {
        // Nobody waits for this one: a failure is counted, and the next maintenance tries again and reports it.
        this.#seal().catch(() => undefined);
      }
      return outcome;
    });
  }

  select(request: SelectRequest): AsyncIterable<SeriesSamples> {
    return this.#countingEach(() => this.#reader.select({ ...request, ...this.#retained(request) }));
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
    const names = new Set<string>();
    for await (const labels of this.#labelsIn(request)) for (const { name } of labels) names.add(name);
    return sorted(names, request.limit);
  }

  async labelValues(name: string, request: SeriesRequest): Promise<readonly string[]> {
    const values = new Set<string>();
    for await (const labels of this.#labelsIn(request)) values.add(labelValue(labels, name));
    values.delete('');
    return sorted(values, request.limit);
  }

  async metadata(name: string, limit: number): Promise<readonly MetricMetadata[]> {
    this.#assertOpen();
    return this.#metadata.find(name, limit);
  }

  stats(): StoreStats {
    this.#assertOpen();
    const { blocks } = this.#blocks;
    const heads = this.#heads();
    const ranges: TimeRange[] = [...blocks, ...heads.filter((head) => !head.isEmpty())];
    const blockBytes = blocks.reduce((sum, block) => sum + block.sizeBytes, 0);
    const head = this.#log.sizeBytes;
    return {
      activeSeries: this.#activeSeries(),
      totalSeries: this.#registry.index.size,
      headSamples: heads.reduce((sum, { samples }) => sum + samples, 0),
      sizeBytes: { head, blocks: blockBytes, index: Math.max(0, this.#database.sizeBytes() - head - blockBytes) },
      oldestTimeMs: ranges.length === 0 ? undefined : Math.max(this.#floorMs, least(ranges)),
      newestTimeMs: ranges.length === 0 ? undefined : greatest(ranges),
      errorsTotal: { ...this.#errors },
    };
  }

  async maintain(nowMs: number): Promise<void> {
    this.#assertOpen();
    this.#maintaining ??= this.#maintain(nowMs).finally(() => (this.#maintaining = undefined));
    return this.#maintaining;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled([this.#maintaining, this.#sealing]);
    try {
      this.#database.close();
    } catch (error) {
      throw storageFailure(this.#database.path, error);
    }
  }

  #commit(batch: Batch): AppendOutcome {
    const { admitted, news, sizeBytes } = this.#writeDurably(batch);
    this.#headLogBytes += sizeBytes;
    this.#uncheckpointedBytes += sizeBytes === 0 && news.length === 0 ? 0 : sizeBytes + COMMIT_OVERHEAD_BYTES;
    this.#metadata.committed(news);
    if (sizeBytes > 0) {
      this.#log.committed(sizeBytes);
      this.#take(admitted);
    }
    return { acceptedSamples: admitted.acceptedSamples, rejectedSamples: admitted.rejectedSamples };
  }

  /** `sizeBytes` is what was added to the log: 0 when nothing of the batch is new. */
  #writeDurably(batch: Batch): { admitted: Admitted; news: readonly MetricMetadata[]; sizeBytes: number } {
    try {
      const admitted = this.#admission.admit(batch, this.#clock.nowMs() - this.#retentionMs);
      const news = batch.metadata === undefined ? [] : this.#metadata.news(batch.metadata);
      const hasRows = admitted.count > 0 || admitted.exemplars.length > 0;
      if (!hasRows && news.length === 0) return { admitted, news, sizeBytes: 0 };
      const sizeBytes = this.#database.transaction('durable', () => {
        this.#metadata.write(news);
        return hasRows ? this.#log.write(admitted) : 0;
      });
      return { admitted, news, sizeBytes };
    } catch (error) {
      // Admission itself may have failed half-way: it makes series anew that the retention has deleted.
      this.#admission.takeBack();
      throw error;
    }
  }

  /** Puts committed rows into the head. */
  #take(rows: Admitted | (DecodedRows & { readonly slots: Uint32Array })): void {
    if (this.#head.isEmpty()) this.#headSinceMs = this.#clock.nowMs();
    const head = this.#head;
    const { count, slots, timestampsMs, valueBits } = rows;
    let nextHistogram = 0;
    for (let row = 0; row < count; row++) {
      const histogram = rows.histograms[nextHistogram];
      if (histogram?.row === row) {
        head.pushHistogram(slots[row]!, { timestampMs: timestampsMs[row]!, histogram: histogram.histogram });
        nextHistogram++;
      } else {
        head.push(slots[row]!, timestampsMs[row]!, valueBits[2 * row]!, valueBits[2 * row + 1]!);
      }
    }
    for (const { ref, exemplar } of rows.exemplars) head.pushExemplar(this.#registry.index.slotOf(ref), exemplar);
  }

  #replay(rows: DecodedRows): void {
    const { index } = this.#registry;
    const slots = new Uint32Array(rows.count);
    const slotOf = (ref: number) => {
      const slot = index.slotOf(ref);
      if (slot < 0) throw new DamagedBytes(`a batch has samples of series ${ref}, which is not there`);
      return slot;
    };
    for (let row = 0; row < rows.count; row++) {
      const slot = slotOf(rows.refs[row]!);
      slots[row] = slot;
      index.latestMs[slot] = rows.timestampsMs[row]!;
      index.latestBits[2 * slot] = rows.valueBits[2 * row]!;
      index.latestBits[2 * slot + 1] = rows.valueBits[2 * row + 1]!;
    }
    for (const { ref } of rows.exemplars) slotOf(ref);
    this.#take({ ...rows, slots });
  }

  /** Seals what is frozen, or else freezes the head and seals that. Several callers share one seal. */
  #seal(): Promise<void> {
    this.#sealing ??= this.#sealOnce().finally(() => (this.#sealing = undefined));
    return this.#sealing;
  }

  async #sealOnce(): Promise<void> {
    if (this.#frozen === undefined) {
      if (this.#head.isEmpty()) return;
      this.#frozen = {
        head: this.#head,
        throughSequence: this.#log.lastSequence,
        logBytes: this.#headLogBytes,
      };
      this.#head = new Head(this.#pool);
      this.#headLogBytes = 0;
    }
    const frozen = this.#frozen;
    const parts = { database: this.#database, registry: this.#registry, log: this.#log, blocks: this.#blocks };
    await this.#counting('seal', () => sealHead(parts, frozen, () => this.#assertOpen()));
    this.#uncheckpointedBytes += this.#blocks.blocks.at(-1)?.sizeBytes ?? 0;
    this.#frozen = undefined;
    frozen.head.release();
  }

  async #maintain(nowMs: number): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (work: () => Promise<void>) => {
      await work().catch((error: unknown) => failures.push(error));
      this.#assertOpen();
    };
    if (this.#isSealDue(nowMs)) await attempt(() => this.#seal());
    await attempt(() => this.#counting('delete', () => this.#deleteOld(nowMs)));
    await attempt(() => this.#counting('checkpoint', () => this.#checkpoint(nowMs)));
    if (failures.length > 0) throw failures[0];
  }

  #isSealDue(nowMs: number): boolean {
    if (this.#frozen !== undefined || this.#head.samples >= this.#limits.headSamplesMax) return true;
    return !this.#head.isEmpty() && nowMs - this.#headSinceMs >= this.#limits.headAgeMaxMs;
  }

  async #deleteOld(nowMs: number): Promise<void> {
    this.#floorMs = nowMs - this.#retentionMs;
    const pace = new Pace();
    while (this.#log.deleteVoid()) {
      if (pace.isOver()) await pace.rest();
      this.#assertOpen();
    }
    if (!Number.isFinite(this.#floorMs)) return;
    const parts = { registry: this.#registry, blocks: this.#blocks, heads: () => this.#heads() };
    await deleteOlderThan(parts, this.#floorMs, () => this.#assertOpen());
  }

  async #checkpoint(nowMs: number): Promise<void> {
    const isDue =
      this.#uncheckpointedBytes >= CHECKPOINT_BYTES ||
      (this.#uncheckpointedBytes > 0 && nowMs - this.#checkpointedMs >= CHECKPOINT_AFTER_MS);
    if (!isDue) return;
    const pace = new Pace();
    while (this.#database.shrink()) {
      if (pace.isOver()) await pace.rest();
      this.#assertOpen();
    }
    this.#database.checkpoint();
    this.#uncheckpointedBytes = 0;
    this.#checkpointedMs = nowMs;
  }

  #heads(): readonly Head[] {
    return this.#frozen === undefined ? [this.#head] : [this.#frozen.head, this.#head];
  }

  #latestExemplarMs(slot: number): number {
    const latest = this.#heads().flatMap((head) => head.exemplarsOf(slot).slice(-1));
    return latest.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY;
  }

  /** A head has just been sealed when few series are in it: those with a sample of late count too. */
  #activeSeries(): number {
    const { index } = this.#registry;
    const lateMs = this.#clock.nowMs() - this.#limits.headAgeMaxMs;
    const heads = this.#heads();
    let active = 0;
    for (const slot of index.slots()) {
      if (index.latestMs[slot]! >= lateMs || heads.some((head) => head.has(slot))) active++;
    }
    return active;
  }

  #labelsIn(request: SeriesRequest): AsyncIterable<Labels> {
    return this.#countingEach(() => this.#reader.labelsIn({ ...request, ...this.#retained(request) }));
  }

  /** Without what is older than the retention and only waits for its deletion. */
  #retained({ minTimeMs, maxTimeMs }: TimeRange): TimeRange {
    return { minTimeMs: Math.max(minTimeMs, this.#floorMs), maxTimeMs };
  }

  async #counting<T>(operation: keyof StoreStats['errorsTotal'], work: () => Promise<T>): Promise<T> {
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

  #counted(operation: keyof StoreStats['errorsTotal'], error: unknown): Error {
    const failure = storageFailure(this.#database.path, error);
    if (failure.code !== 'storage_closed') this.#errors[operation]++;
    return failure;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed(this.#database.path);
  }
}

function sorted(texts: ReadonlySet<string>, limit: number): readonly string[] {
  const all = [...texts].sort();
  return limit === 0 ? all : all.slice(0, limit);
}

function least(ranges: readonly TimeRange[]): number {
  return ranges.reduce((value, { minTimeMs }) => Math.min(value, minTimeMs), Number.POSITIVE_INFINITY);
}

function greatest(ranges: readonly TimeRange[]): number {
  return ranges.reduce((value, { maxTimeMs }) => Math.max(value, maxTimeMs), Number.NEGATIVE_INFINITY);
}
