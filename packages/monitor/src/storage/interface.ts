// The hinge of the monitor: what sources write to (`Appender`) and what PromQL, rules, server and reports read from
// (`Queryable`). The embedded store and a remote engine implement both. Nobody but `app.ts`, the worker's root and tests
// sees an implementation.

import type { Batch, Exemplar, MetricMetadata, NativeHistogram } from '../model/batch.ts';
import type { Labels } from '../model/labels.ts';
import type { Matcher } from '../model/matcher.ts';
import type { PackedSeries } from '../model/packed-series.ts';
import type { SendStatistics } from './sending.ts';

export interface Appender {
  /**
   * Gives the reference of each series, making those that are new. References are persisted and never reused.
   * 0 stands for a series that was refused because a limit is reached; rows with reference 0 are dropped and counted.
   */
  resolveSeries(series: readonly Labels[]): Promise<Uint32Array>;

  /**
   * Stores a batch. When the promise is fulfilled the samples are durable and visible to every later read.
   * Samples may come in any order. Of two with the same time of one series the first stays: the same value once more is
   * accepted, another is a `duplicate` when the store notices it at once, and else is not seen by reads.
   * Once the promise is settled nobody keeps a column of the batch; one that is alone in its buffer may have been taken over.
   * @throws {ChainpulseError} `storage_full`, `storage_io`: nothing of the batch was stored.
   */
  append(batch: Batch): Promise<AppendOutcome>;
}

export interface AppendOutcome {
  readonly acceptedSamples: number;
  /** Exemplars that are stored now or were there already; absent where that is not known. */
  readonly acceptedExemplars?: number;
  readonly rejectedSamples: Readonly<Record<RejectReason, number>>;
  /** The first few rows of the batch that were refused, so that a sender can be told which series it is. */
  readonly firstRejected?: readonly RejectedRow[];
  /** Why, in the words of another server that refused them. */
  readonly refusedBecause?: string;
}

export interface RejectedRow {
  readonly row: number;
  readonly reason: RejectReason;
}

/** `unknown_series`: the reference is of no series any more; resolve its labels again and append once more. */
export type RejectReason = 'out_of_order' | 'duplicate' | 'too_old' | 'invalid' | 'series_limit' | 'unknown_series';

/** Both ends belong to the range. Unix milliseconds. */
export interface TimeRange {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
}

export interface SelectRequest extends TimeRange {
  readonly matchers: readonly Matcher[];
  /** Told, once each, what the answer lacks: history that is damaged or that an engine did not give. */
  readonly warn?: (message: string) => void;
  /** Asked now and then, by a store that shares its thread: when nobody wants the rest any more, the reading ends there. */
  readonly isAbandoned?: () => boolean;
  /** Series with the same times may get the same column of them, which then is nobody's to change or to hand over. */
  readonly sharesTimes?: boolean;
  /** The column of values may be memory that is used again: then it holds until the next series is asked for. */
  readonly reusesValues?: boolean;
}

/** One series with its samples in the range, in order of time. The columns are the reader's own, unless it asked otherwise. */
export interface SeriesSamples {
  readonly labels: Labels;
  readonly timestampsMs: Float64Array;
  /** Stale markers are among them: test with `isStaleAt`. */
  readonly values: Float64Array;
  readonly histograms?: readonly HistogramSample[];
}

/** What a selection gives: iterated, or taken from one by one, which a store offers that can give series without a wait. */
export interface SelectedSamples extends AsyncIterable<SeriesSamples> {
  /** The next series; undefined when there is none any more. Not before the one before is there. */
  take?(): SeriesSamples | undefined | Promise<SeriesSamples | undefined>;
}

export interface HistogramSample {
  readonly timestampMs: number;
  readonly histogram: NativeHistogram;
}

export interface ExemplarSeries {
  readonly labels: Labels;
  readonly exemplars: readonly Exemplar[];
}

/** Which series a question about labels concerns: those that match any of the matcher lists; all when there is none. */
export interface SeriesRequest extends TimeRange {
  readonly matcherSets: readonly (readonly Matcher[])[];
  /** At most so many results; 0 for all. */
  readonly limit: number;
  /** As of `SelectRequest`; the call fails then with `read_abandoned`. */
  readonly isAbandoned?: () => boolean;
}

export interface Queryable {
  /** The series that match and have a sample in the range, in no particular order. Memory is one series at a time. */
  select(request: SelectRequest): SelectedSamples;
  selectExemplars(request: SelectRequest): AsyncIterable<ExemplarSeries>;
  series(request: SeriesRequest): Promise<readonly Labels[]>;
  /** Sorted. */
  labelNames(request: SeriesRequest): Promise<readonly string[]>;
  /** Sorted. */
  labelValues(name: string, request: SeriesRequest): Promise<readonly string[]>;
  /** Of one metric family, or of all when the name is ''. Fails when the signal is aborted before it is there. */
  metadata(name: string, limit: number, signal?: AbortSignal): Promise<readonly MetricMetadata[]>;
}

/** What is deleted: the samples in the range of the series that match any of the matcher lists. */
export interface DeleteRequest extends TimeRange {
  readonly matcherSets: readonly (readonly Matcher[])[];
}

/** What a store does beyond reading and writing. */
export interface Store extends Appender, Queryable {
  /** As `resolveSeries`, where the store can take series as they come from another thread. */
  resolvePacked?(series: PackedSeries): Promise<Uint32Array>;
  stats(): StoreStats;
  /** Deletes what is older than the retention and does what upkeep is due, in short pieces. */
  maintain(nowMs: number): Promise<void>;
  /** Everything that was appended is on disk; the store takes no more calls. */
  close(): Promise<void>;
}

/** What a store does whose history lies on this machine. */
export interface LocalStore extends Store {
  /** What takes the most series; at most `limit` of each. Fails with `read_abandoned` when the signal is aborted before. */
  cardinality(limit: number, signal?: AbortSignal): Promise<Cardinality>;
  /**
   * Deletes for good what was stored before the call; gives how many series that concerns. Without a lower and an upper
   * end (-Infinity, Infinity) the series themselves go. The space on the disk is free after merging or `cleanTombstones`.
   */
  deleteSeries(request: DeleteRequest): Promise<number>;
  /** Rewrites what deletions have left on the disk. */
  cleanTombstones(): Promise<void>;
  /** Writes a copy of everything that is stored, which can be opened as a store, into a folder that is not there yet. */
  copyTo(directory: string): Promise<void>;
}

/** What series there are in memory, that is, with a sample lately. Each list has the greatest first. */
export interface Cardinality {
  readonly series: number;
  readonly labelPairs: number;
  readonly seriesByMetric: readonly CountByName[];
  readonly valuesByLabel: readonly CountByName[];
  /** Bytes of a label's values, each as often as a series carries it. */
  readonly bytesByLabel: readonly CountByName[];
  /** The name is `label=value`. */
  readonly seriesByPair: readonly CountByName[];
}

export interface CountByName {
  readonly name: string;
  readonly value: number;
}

export type StoreOperation = 'append' | 'read' | 'seal' | 'merge' | 'cool' | 'delete' | 'checkpoint';

export interface StoreStats {
  /** Series with a sample in the head, that is, lately. */
  readonly activeSeries: number;
  readonly totalSeries: number;
  readonly headSamples: number;
  readonly sizeBytes: Readonly<Record<'head' | 'blocks' | 'index', number>>;
  readonly oldestTimeMs: number | undefined;
  readonly newestTimeMs: number | undefined;
  /** Sealed pieces of history; those among them that are damaged, whose samples are lost; deletions not yet carried out. */
  readonly chunks: number;
  readonly quarantinedChunks: number;
  readonly tombstones: number;
  /** Reads at work on chunks, for which these are kept. */
  readonly leases?: number;
  /** Of a store that sends its samples on. */
  readonly sending?: SendStatistics;
  readonly errorsTotal: Readonly<Record<StoreOperation, number>>;
}
