// Turns the collections of one target into batches: adds `up` and its siblings, marks the series that went away as stale,
// and remembers what was stored, so that after a failure of the store the next collection carries on from there.
// A series of native histograms ends with the same marker as any other. Invariant: the timestamps of a target's batches rise
// strictly; the first of two samples of one series and time wins.

import type { Exemplar, MetricMetadata } from '../model/batch.ts';
import { type Labels, METRIC_NAME } from '../model/labels.ts';
import type { Appender, AppendOutcome, RejectReason } from '../storage/interface.ts';
import { BatchColumns } from './batch-columns.ts';
import { CollectionRows } from './collection-rows.ts';
import { ExemplarNews } from './exemplar-news.ts';
import type { SampleSink, SeriesRenaming } from './interface.ts';
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
/** After so many collections in a row that were not stored, what only they had may be forgotten too. */
const FAILURES_REMEMBERED = 10;
/** Metadata that waits for the store to take it; beyond this the oldest is lost. */
const WAITING_METADATA = 20_000;
/**
 * A sample whose own timestamp is further ahead of the collection is refused as `invalid`, as Prometheus does: a target
 * that counts in microseconds would shut its series against every later sample, and keep its block for ever. An exemplar
 * is left out.
 */
const AHEAD_MAX_MS = 600_000;

export class TargetRecorder {
  readonly #appender: Appender;
  readonly #series: TargetSeries;
  readonly #sink: CollectionRows;
  readonly #exemplarNews = new ExemplarNews();
  readonly #reports: readonly Report[];
  readonly #renaming: SeriesRenaming | undefined;
  #reportSlots: readonly number[] = [];
  #collection = 0;
  /** The latest collection that was stored as a success: what it had is not forgotten. */
  #lastSuccess = 0;
  /** Slots that get a stale marker unless the next collection has them; no series with timestamps of its own. */
  #live: readonly number[] = [];
  #hasReported = false;
  #lastTimestampMs = Number.NEGATIVE_INFINITY;
  #metadata = new Map<string, MetricMetadata>();

  constructor(
    targetLabels: Labels,
    appender: Appender,
    reports: readonly Report[] = ALL_REPORTS,
    renaming?: SeriesRenaming,
  ) {
    this.#appender = appender;
    this.#reports = reports;
    this.#renaming = renaming;
    this.#series = new TargetSeries(targetLabels, renaming);
    this.#sink = new CollectionRows(this.#series);
  }

  /** Begins a collection; the sink is good until the collection was recorded, and one begins at a time. */
  begin(): SampleSink {
    this.#forgetGone();
    this.#reportSlots = this.#reports.map((name) => this.#series.reportSlotOf([{ name: METRIC_NAME, value: name }]));
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
    const outcome = await this.#store({ rows: sink, reports, gone }, end.timestampMs);
    this.#exemplarNews.keep();
    this.#live = sink.slotsToMarkWhenGone();
    this.#lastSuccess = this.#collection;
    return outcome;
  }

  /** Stores that the collection that has begun failed: `up` 0, and everything else of the target is stale. @throws as above. */
  async recordFailure(end: CollectionEnd): Promise<RecordOutcome> {
    this.#sink.clear();
    this.#sink.close();
    const reports = this.#reportRows(0, end.durationSeconds, 0);
    const outcome = await this.#store({ rows: this.#sink, reports, gone: this.#live }, end.timestampMs);
    this.#live = [];
    return outcome;
  }

  /** Marks everything as stale, `up` included: the target is watched no longer. @throws as above. */
  async recordEnd(timestampMs: number): Promise<void> {
    if (!this.#hasReported) return;
    this.#sink.clear();
    this.#sink.close();
    const gone = [...this.#live, ...this.#reportSlots];
    await this.#store({ rows: this.#sink, reports: [], gone }, timestampMs);
    this.#live = [];
    this.#hasReported = false;
  }

  #forgetGone(): void {
    const since = Math.max(this.#lastSuccess, this.#collection - FAILURES_REMEMBERED);
    for (const slot of this.#live) if (this.#series.lastSeen(slot) < since) this.#series.markSeen(slot, since);
    const move = this.#series.forgetGone(since);
    if (move === undefined) return;
    this.#live = this.#live.map(move).filter((slot) => slot !== undefined);
    this.#exemplarNews.move(move);
  }

  #reportRows(up: number, durationSeconds: number, samples: number): readonly ReportRow[] {
    const values = { up, scrape_duration_seconds: durationSeconds, scrape_samples_scraped: samples };
    return this.#reports.map((report, index) => ({ slot: this.#reportSlots[index]!, value: values[report] }));
  }

  /** What waits under the names that the target shows gets those that are stored. */
  #renameMetadata(): void {
    if (this.#renaming === undefined) return;
    const renamed = this.#renaming.describe([...this.#metadata.values()]);
    this.#metadata = new Map(renamed.map((metadata) => [metadata.name, metadata]));
  }

  #keepMetadata(described: readonly MetricMetadata[]): void {
    for (const metadata of described) this.#metadata.set(metadata.name, metadata);
    for (const name of this.#metadata.keys()) {
      if (this.#metadata.size <= WAITING_METADATA) break;
      this.#metadata.delete(name);
    }
  }

  async #store(content: CollectionContent, startedMs: number): Promise<RecordOutcome> {
    const timestampMs = Math.max(startedMs, this.#lastTimestampMs + 1);
    this.#lastTimestampMs = timestampMs;
    const { rows, reports } = content;
    // Series that only a refused collection had are none of the store's business.
    await this.#series.resolve(this.#appender, slotsOf(reports, rows), timestampMs);
    const exemplars = this.#newExemplars(rows, timestampMs);
    this.#renameMetadata();
    const metadata = [...this.#metadata.values()];
    const first = await this.#append(content, exemplars, timestampMs, metadata);
    for (const each of metadata) if (this.#metadata.get(each.name) === each) this.#metadata.delete(each.name);
    this.#hasReported ||= reports.length > 0;
    const rejected: RejectedSamples = { ...first.rejectedSamples };
    count(rejected, 'duplicate', rows.duplicates);
    count(rejected, 'invalid', tooFarAhead(rows, timestampMs));
    let { acceptedSamples } = first;
    const unknown = first.rejectedSamples.unknown_series;
    if (unknown > 0) {
      const again = await this.#appendRenewed(content, exemplars, timestampMs);
      acceptedSamples += again.acceptedSamples;
      count(rejected, 'unknown_series', -unknown);
      for (const [reason, samples] of Object.entries(again.rejectedSamples)) {
        count(rejected, reason as RejectReason, samples);
      }
    }
    return { acceptedSamples, rejectedSamples: rejected };
  }

  /**
   * The store has let go of references, of series that had no sample for long: they are asked for anew, and what belongs to
   * those that have another one now is appended once more. All else was stored, or refused for good, the first time.
   */
  async #appendRenewed(
    { rows, reports, gone }: CollectionContent,
    exemplars: ReadonlyMap<number, readonly Exemplar[]>,
    timestampMs: number,
  ): Promise<AppendOutcome> {
    const slots = [...slotsOf(reports, rows), ...gone];
    const renewed = await this.#series.renew(this.#appender, slots, timestampMs);
    return this.#append({ rows, reports, gone, only: renewed }, exemplars, timestampMs, []);
  }

  async #append(
    { rows, reports, gone, only }: CollectionContent,
    exemplars: ReadonlyMap<number, readonly Exemplar[]>,
    timestampMs: number,
    metadata: readonly MetricMetadata[],
  ): Promise<AppendOutcome> {
    const series = this.#series;
    const columns = new BatchColumns(rows.count + reports.length + gone.length, rows.timestampsMs !== undefined);
    const isWanted = (slot: number): boolean => only === undefined || only.has(slot);
    const owners = series.hasClashes ? new Map<number, number>() : undefined;
    const left: LeftOut = { clashing: 0, unscalable: 0 };
    for (const { slot, value } of reports) if (isWanted(slot)) columns.add(series.refOf(slot), value, timestampMs);
    let nextHistogram = 0;
    for (let row = 0; row < rows.count; row++) {
      const histogram = rows.histograms[nextHistogram]?.row === row ? rows.histograms[nextHistogram++] : undefined;
      const slot = rows.slots[row]!;
      const timeMs = timeOf(rows, row, timestampMs);
      if (timeMs > timestampMs + AHEAD_MAX_MS || !isWanted(slot)) continue;
      const ref = series.refOf(slot);
      if (ref === 0 && series.isDropped(slot)) continue;
      if (owners !== undefined && ownerOf(owners, ref, slot) !== slot) {
        left.clashing++;
        continue;
      }
      const scale = series.scaleOf(slot);
      if (scale !== undefined && histogram !== undefined) {
        left.unscalable++;
        continue;
      }
      const value = rows.values[row]!;
      const stored = scale === undefined ? value : (value * scale.multiplier) / scale.divisor;
      if (!columns.add(ref, stored, timeMs)) continue;
      if (histogram !== undefined) columns.makeHistogram(histogram.histogram);
      if (exemplars.size > 0) for (const exemplar of exemplars.get(row) ?? []) columns.addExemplar(exemplar);
    }
    const staleFrom = columns.count;
    for (const slot of gone) {
      const ref = series.refOf(slot);
      if (isWanted(slot) && owners?.has(ref) !== true) columns.add(ref, 0, timestampMs);
    }
    const { dropped } = columns;
    const outcome = await this.#appender.append(columns.batch(staleFrom, timestampMs, metadata));
    const { rejectedSamples } = outcome;
    return {
      ...outcome,
      rejectedSamples: {
        ...rejectedSamples,
        series_limit: rejectedSamples.series_limit + dropped,
        duplicate: rejectedSamples.duplicate + left.clashing,
        invalid: rejectedSamples.invalid + left.unscalable,
      },
    };
  }

  /** By row, with their times. */
  #newExemplars(rows: CollectionRows, timestampMs: number): ReadonlyMap<number, readonly Exemplar[]> {
    const news = new Map<number, Exemplar[]>();
    this.#exemplarNews.begin();
    for (const { row, exemplar } of rows.exemplars) {
      const ownMs = exemplar.timestampMs ?? timeOf(rows, row, timestampMs);
      if (ownMs > timestampMs + AHEAD_MAX_MS || !this.#exemplarNews.note(rows.slots[row]!, exemplar)) continue;
      const ofRow = news.get(row);
      const stored = { labels: exemplar.labels, value: exemplar.value, timestampMs: ownMs };
      if (ofRow === undefined) news.set(row, [stored]);
      else ofRow.push(stored);
    }
    return news;
  }
}

/** What a batch is made of. */
interface CollectionContent {
  readonly rows: CollectionRows;
  readonly reports: readonly ReportRow[];
  /** Slots that get a stale marker. */
  readonly gone: readonly number[];
  /** Nothing but what belongs to these slots. */
  readonly only?: ReadonlySet<number>;
}

interface ReportRow {
  readonly slot: number;
  readonly value: number;
}

/** Samples of a batch that have no place in it. */
interface LeftOut {
  /** Of series that a renaming has made the same as one that came before. */
  clashing: number;
  /** Native histograms in another unit. */
  unscalable: number;
}

/** The slot that came first with a reference, which is the one that is stored. */
function ownerOf(owners: Map<number, number>, ref: number, slot: number): number {
  const owner = owners.get(ref) ?? slot;
  owners.set(ref, owner);
  return owner;
}

function* slotsOf(reports: readonly ReportRow[], rows: CollectionRows): Iterable<number> {
  for (const { slot } of reports) yield slot;
  yield* rows.slots.subarray(0, rows.count);
}

function timeOf({ timestampsMs }: CollectionRows, row: number, collectedMs: number): number {
  const ownMs = timestampsMs === undefined ? Number.NaN : timestampsMs[row]!;
  return Number.isNaN(ownMs) ? collectedMs : ownMs;
}

function tooFarAhead({ timestampsMs, count: rows }: CollectionRows, collectedMs: number): number {
  if (timestampsMs === undefined) return 0;
  let ahead = 0;
  for (let row = 0; row < rows; row++) if (timestampsMs[row]! > collectedMs + AHEAD_MAX_MS) ahead++;
  return ahead;
}

function count(rejected: RejectedSamples, reason: RejectReason, samples: number): void {
  if (samples !== 0) rejected[reason] = (rejected[reason] ?? 0) + samples;
}
