// Turns the collections of one target into batches: adds `up` and its siblings, marks the series that went away as stale,
// and remembers what was stored, so that after a failure of the store the next collection carries on from there.
// Invariant: the timestamps of a target's batches rise strictly; the first of two samples of one series and time wins.

import type { Batch, MetricMetadata } from '../model/batch.ts';
import { type Labels, METRIC_NAME } from '../model/labels.ts';
import { bitsOf, writeStaleAt } from '../model/staleness.ts';
import type { Appender, RejectReason } from '../storage/interface.ts';
import type { SampleSink } from './interface.ts';
import { TargetSeries } from './target-series.ts';

type RejectedSamples = Partial<Record<RejectReason, number>>;

export interface RecordOutcome {
  readonly acceptedSamples: number;
  readonly rejectedSamples: RejectedSamples;
}

export interface CollectionEnd {
  /** Unix milliseconds when the collection began; raised where it would not be later than the one before. */
  readonly timestampMs: number;
  readonly durationSeconds: number;
}

/** What is told of a collection beside its samples. */
export type Report = 'up' | 'scrape_duration_seconds' | 'scrape_samples_scraped';

const ALL_REPORTS: readonly Report[] = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];
const INITIAL_ROWS = 256;
/** After so many collections in a row that were not stored, what only they had may be forgotten too. */
const FAILURES_REMEMBERED = 10;
/** Metadata that waits for the store to take it; beyond this the oldest is lost. */
const WAITING_METADATA = 20_000;
/**
 * A sample whose own timestamp is further ahead of the collection is refused as `invalid`, as Prometheus does: a target
 * that counts in microseconds would shut its series against every later sample, and keep its block for ever.
 */
const AHEAD_MAX_MS = 600_000;

export class TargetRecorder {
  readonly #appender: Appender;
  readonly #series: TargetSeries;
  readonly #sink: Rows;
  readonly #reports: readonly Report[];
  #reportSlots: readonly number[] = [];
  #collection = 0;
  /** The latest collection that was stored as a success: what it had is not forgotten. */
  #lastSuccess = 0;
  /** Slots that get a stale marker unless the next collection has them; no series with timestamps of its own. */
  #live: readonly number[] = [];
  #hasReported = false;
  #lastTimestampMs = Number.NEGATIVE_INFINITY;
  #metadata = new Map<string, MetricMetadata>();

  constructor(targetLabels: Labels, appender: Appender, reports: readonly Report[] = ALL_REPORTS) {
    this.#appender = appender;
    this.#reports = reports;
    this.#series = new TargetSeries(targetLabels);
    this.#sink = new Rows(this.#series);
  }

  /** Begins a collection; the sink is good until the collection was recorded, and one begins at a time. */
  begin(): SampleSink {
    this.#forgetGone();
    this.#reportSlots = this.#reports.map((name) => this.#series.slotOf([{ name: METRIC_NAME, value: name }]));
    this.#sink.begin(++this.#collection);
    for (const slot of this.#reportSlots) this.#series.markSeen(slot, this.#collection);
    return this.#sink;
  }

  /** How many samples the collection that has begun was given so far, those dropped included. */
  get samplesGiven(): number {
    return this.#sink.given;
  }

  /**
   * Stores the collection that has begun, with `up` 1.
   * @throws {ChainpulseError} as the store does: nothing was stored, and the next collection may try again.
   */
  async recordSuccess(end: CollectionEnd): Promise<RecordOutcome> {
    const sink = this.#sink;
    sink.close();
    const gone = this.#live.filter((slot) => this.#series.lastSeen(slot) !== this.#collection);
    const reports = this.#reportRows(1, end.durationSeconds, sink.given);
    this.#keepMetadata(sink.described);
    const outcome = await this.#store(sink, reports, gone, end.timestampMs);
    this.#live = sink.slotsToMarkWhenGone();
    this.#lastSuccess = this.#collection;
    return outcome;
  }

  /** Stores that the collection that has begun failed: `up` 0, and everything else of the target is stale. @throws as above. */
  async recordFailure(end: CollectionEnd): Promise<RecordOutcome> {
    this.#sink.clear();
    this.#sink.close();
    const reports = this.#reportRows(0, end.durationSeconds, 0);
    const outcome = await this.#store(this.#sink, reports, this.#live, end.timestampMs);
    this.#live = [];
    return outcome;
  }

  /** Marks everything as stale, `up` included: the target is watched no longer. @throws as above. */
  async recordEnd(timestampMs: number): Promise<void> {
    if (!this.#hasReported) return;
    this.#sink.clear();
    this.#sink.close();
    const gone = [...this.#live, ...this.#reportSlots];
    await this.#store(this.#sink, [], gone, timestampMs);
    this.#live = [];
    this.#hasReported = false;
  }

  #forgetGone(): void {
    const since = Math.max(this.#lastSuccess, this.#collection - FAILURES_REMEMBERED);
    for (const slot of this.#live) if (this.#series.lastSeen(slot) < since) this.#series.markSeen(slot, since);
    const move = this.#series.forgetGone(since);
    if (move !== undefined) this.#live = this.#live.map(move).filter((slot) => slot !== undefined);
  }

  #reportRows(up: number, durationSeconds: number, samples: number): readonly ReportRow[] {
    const values = { up, scrape_duration_seconds: durationSeconds, scrape_samples_scraped: samples };
    return this.#reports.map((report, index) => ({ slot: this.#reportSlots[index]!, value: values[report] }));
  }

  #keepMetadata(described: readonly MetricMetadata[]): void {
    for (const metadata of described) this.#metadata.set(metadata.name, metadata);
    for (const name of this.#metadata.keys()) {
      if (this.#metadata.size <= WAITING_METADATA) break;
      this.#metadata.delete(name);
    }
  }

  async #store(
    rows: Rows,
    reports: readonly ReportRow[],
    gone: readonly number[],
    startedMs: number,
  ): Promise<RecordOutcome> {
    const timestampMs = Math.max(startedMs, this.#lastTimestampMs + 1);
    this.#lastTimestampMs = timestampMs;
    const series = this.#series;
    // Series that only a refused collection had are none of the store's business.
    await series.resolve(this.#appender, slotsOf(reports, rows), timestampMs);
    const columns = new Columns(rows.count + reports.length + gone.length, rows.timestampsMs !== undefined);
    for (const { slot, value } of reports) columns.add(series.refOf(slot), value, timestampMs);
    for (let row = 0; row < rows.count; row++) {
      const ownMs = rows.timestampsMs?.[row] ?? Number.NaN;
      if (ownMs > timestampMs + AHEAD_MAX_MS) columns.tooFarAhead++;
      else columns.add(series.refOf(rows.slots[row]!), rows.values[row]!, Number.isNaN(ownMs) ? timestampMs : ownMs);
    }
    const staleFrom = columns.count;
    for (const slot of gone) columns.add(series.refOf(slot), 0, timestampMs);
    const metadata = [...this.#metadata.values()];
    const outcome = await this.#appender.append(columns.batch(staleFrom, timestampMs, metadata));
    for (const each of metadata) if (this.#metadata.get(each.name) === each) this.#metadata.delete(each.name);
    this.#hasReported ||= reports.length > 0;
    return {
      acceptedSamples: outcome.acceptedSamples,
      rejectedSamples: rejections(outcome.rejectedSamples, rows, columns),
    };
  }
}

interface ReportRow {
  readonly slot: number;
  readonly value: number;
}

function* slotsOf(reports: readonly ReportRow[], rows: Rows): Iterable<number> {
  for (const { slot } of reports) yield slot;
  yield* rows.slots.subarray(0, rows.count);
}

function rejections(byStore: RejectedSamples, rows: Rows, columns: Columns): RejectedSamples {
  const rejected: RejectedSamples = { ...byStore };
  if (rows.duplicates > 0) rejected.duplicate = (rejected.duplicate ?? 0) + rows.duplicates;
  if (columns.tooFarAhead > 0) rejected.invalid = (rejected.invalid ?? 0) + columns.tooFarAhead;
  if (columns.dropped > 0) rejected.series_limit = (rejected.series_limit ?? 0) + columns.dropped;
  return rejected;
}

/** The samples of the collection that is going on. Its columns are kept from one collection to the next. */
class Rows implements SampleSink {
  count = 0;
  given = 0;
  duplicates = 0;
  slots = new Float64Array(INITIAL_ROWS);
  values = new Float64Array(INITIAL_ROWS);
  /** NaN for samples that came without; none at all when none had one. */
  timestampsMs: Float64Array | undefined;
  described: MetricMetadata[] = [];
  readonly #series: TargetSeries;
  readonly #latestMsOfSlot = new Map<number, number>();
  #collection = 0;
  #isOpen = false;

  constructor(series: TargetSeries) {
    this.#series = series;
  }

  get firstSlot(): number {
    return this.#series.firstSlot;
  }

  begin(collection: number): void {
    this.#collection = collection;
    this.given = 0;
    this.clear();
    this.#isOpen = true;
  }

  clear(): void {
    this.count = 0;
    this.duplicates = 0;
    this.timestampsMs = undefined;
    this.#latestMsOfSlot.clear();
    this.described = [];
  }

  close(): void {
    this.#isOpen = false;
  }

  slotOf(labels: Labels): number {
    return this.#series.slotOf(labels);
  }

  add(slot: number, value: number, timestampMs?: number): void {
    if (!this.#isOpen) return;
    this.given++;
    if (this.#series.lastSeen(slot) === this.#collection && this.#isDuplicate(slot, timestampMs)) {
      this.duplicates++;
      return;
    }
    this.#series.markSeen(slot, this.#collection);
    if (this.count === this.slots.length) this.#grow();
    this.slots[this.count] = slot;
    // Whatever bits a NaN comes with, it is no stale marker.
    this.values[this.count] = Number.isNaN(value) ? Number.NaN : value;
    if (timestampMs !== undefined) this.#setTimestamp(slot, timestampMs);
    this.count++;
  }

  describe(metadata: MetricMetadata): void {
    if (this.#isOpen) this.described.push(metadata);
  }

  /** Of the series that the store has; those with timestamps of their own end by themselves. */
  slotsToMarkWhenGone(): number[] {
    const slots: number[] = [];
    for (let row = 0; row < this.count; row++) {
      const slot = this.slots[row]!;
      if (this.#series.refOf(slot) !== 0 && !this.#latestMsOfSlot.has(slot)) slots.push(slot);
    }
    return slots;
  }

  #setTimestamp(slot: number, timestampMs: number): void {
    this.timestampsMs ??= new Float64Array(this.slots.length).fill(Number.NaN);
    this.timestampsMs[this.count] = timestampMs;
    this.#latestMsOfSlot.set(slot, timestampMs);
  }

  /** Several samples of one series are fine when each says another time. */
  #isDuplicate(slot: number, timestampMs: number | undefined): boolean {
    const latestMs = this.#latestMsOfSlot.get(slot);
    return timestampMs === undefined || latestMs === undefined || latestMs === timestampMs;
  }

  #grow(): void {
    const slots = new Float64Array(2 * this.slots.length);
    slots.set(this.slots);
    this.slots = slots;
    const values = new Float64Array(2 * this.values.length);
    values.set(this.values);
    this.values = values;
    if (this.timestampsMs === undefined) return;
    const timestampsMs = new Float64Array(slots.length).fill(Number.NaN);
    timestampsMs.set(this.timestampsMs);
    this.timestampsMs = timestampsMs;
  }
}

/** The columns of a batch being made. Rows without a reference are dropped and counted. */
class Columns {
  count = 0;
  dropped = 0;
  tooFarAhead = 0;
  readonly #refs: Uint32Array;
  readonly #values: Float64Array;
  readonly #timestampsMs: Float64Array | undefined;

  constructor(rows: number, hasTimestamps: boolean) {
    this.#refs = new Uint32Array(rows);
    this.#values = new Float64Array(rows);
    this.#timestampsMs = hasTimestamps ? new Float64Array(rows) : undefined;
  }

  add(ref: number, value: number, timestampMs: number): void {
    if (ref === 0) {
      this.dropped++;
      return;
    }
    this.#refs[this.count] = ref;
    this.#values[this.count] = value;
    if (this.#timestampsMs !== undefined) this.#timestampsMs[this.count] = timestampMs;
    this.count++;
  }

  /** Rows from `staleFrom` on become stale markers. */
  batch(staleFrom: number, timestampMs: number, metadata: readonly MetricMetadata[]): Batch {
    const values = this.#cut(this.#values);
    const bits = bitsOf(values);
    for (let row = staleFrom; row < this.count; row++) writeStaleAt(bits, row);
    return {
      refs: this.#cut(this.#refs),
      timestampsMs: this.#timestampsMs === undefined ? timestampMs : this.#cut(this.#timestampsMs),
      values,
      ...(metadata.length > 0 && { metadata }),
    };
  }

  /** A batch's columns own their buffers, so that they can be handed to another thread. */
  #cut<Column extends Uint32Array | Float64Array>(column: Column): Column {
    return (this.count === column.length ? column : column.slice(0, this.count)) as Column;
  }
}
