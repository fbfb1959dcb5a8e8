// The hinge of the monitor: what sources write to (`Appender`) and what PromQL, rules, server and reports read from
// (`Queryable`). The embedded store and a remote engine implement both. Nobody but `app.ts`, the worker's root and tests
// sees an implementation.

import type { Batch, Exemplar, MetricMetadata, NativeHistogram } from '../model/batch.ts';
import type { Labels } from '../model/labels.ts';
import type { Matcher } from '../model/matcher.ts';

export interface Appender {
  /**
   * Gives the reference of each series, making those that are new. References are persisted and never reused.
   * 0 stands for a series that was refused because a limit is reached; rows with reference 0 are dropped and counted.
   */
  resolveSeries(series: readonly Labels[]): Promise<Uint32Array>;

  /**
   * Stores a batch. When the promise is fulfilled the samples are durable and visible to every later read.
   * A sample at or before the latest one of its series is refused, unless it says exactly the same.
   * @throws {ChainpulseError} `storage_full`, `storage_io`: nothing of the batch was stored.
   */
  append(batch: Batch): Promise<AppendOutcome>;
}

export interface AppendOutcome {
  readonly acceptedSamples: number;
  readonly rejectedSamples: Readonly<Record<RejectReason, number>>;
}

export type RejectReason = 'out_of_order' | 'duplicate' | 'too_old' | 'invalid' | 'series_limit';

/** Both ends belong to the range. Unix milliseconds. */
export interface TimeRange {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
}

export interface SelectRequest extends TimeRange {
  readonly matchers: readonly Matcher[];
}

/** One series with its samples in the range, in order of time. The columns are the reader's own to keep. */
export interface SeriesSamples {
  readonly labels: Labels;
  readonly timestampsMs: Float64Array;
  /** Stale markers are among them: test with `isStaleAt`. */
  readonly values: Float64Array;
  readonly histograms?: readonly HistogramSample[];
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
}

export interface Queryable {
  /** The series that match and have a sample in the range, in no particular order. Memory is one series at a time. */
  select(request: SelectRequest): AsyncIterable<SeriesSamples>;
  selectExemplars(request: SelectRequest): AsyncIterable<ExemplarSeries>;
  series(request: SeriesRequest): Promise<readonly Labels[]>;
  /** Sorted. */
  labelNames(request: SeriesRequest): Promise<readonly string[]>;
  /** Sorted. */
  labelValues(name: string, request: SeriesRequest): Promise<readonly string[]>;
  /** Of one metric family, or of all when the name is ''. */
  metadata(name: string, limit: number): Promise<readonly MetricMetadata[]>;
}

/** What a store that lives in this process does beyond reading and writing. */
export interface Store extends Appender, Queryable {
  stats(): StoreStats;
  /** Deletes what is older than the retention and does what upkeep is due, in short pieces. */
  maintain(nowMs: number): Promise<void>;
  /** Everything that was appended is on disk; the store takes no more calls. */
  close(): Promise<void>;
}

export interface StoreStats {
  /** Series with a sample in the head, that is, lately. */
  readonly activeSeries: number;
  readonly totalSeries: number;
  readonly headSamples: number;
  readonly sizeBytes: Readonly<Record<'head' | 'blocks' | 'index', number>>;
  readonly oldestTimeMs: number | undefined;
  readonly newestTimeMs: number | undefined;
  readonly errorsTotal: Readonly<Record<'append' | 'read' | 'seal' | 'delete' | 'checkpoint', number>>;
}
