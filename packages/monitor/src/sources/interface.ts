// What a source is to the rest of the monitor. A `Collector` fetches the samples of one target once; the `TargetLoop`
// calls it at every interval, adds `up` and its siblings, marks series that went away as stale, and appends the batch.

import type { MetricMetadata, NativeHistogram } from '../model/batch.ts';
import { ChainpulseError } from '../model/errors.ts';
import type { Labels } from '../model/labels.ts';
import type { RejectReason } from '../storage/interface.ts';

export type SourceType = 'scrape' | 'probe' | 'machine';

export type CollectionOutcome = 'ok' | 'timeout' | 'refused' | 'http_error' | 'parse_error' | 'too_large' | 'other';

/** A collection that failed: `outcome` is what is counted, the message is the reason that a person reads. */
export class CollectionError extends ChainpulseError {
  readonly outcome: Exclude<CollectionOutcome, 'ok'>;

  constructor(outcome: Exclude<CollectionOutcome, 'ok'>, message: string, options?: ErrorOptions) {
    super(`collection_${outcome}`, message, options);
    this.name = 'CollectionError';
    this.outcome = outcome;
  }
}

/**
 * Takes the samples of one collection. Series are given as slots, small numbers that stay the same for the same labels,
 * so that a series that a collector has seen before costs it no labels. Slots belong to the sink that gave them.
 */
export interface SampleSink {
  /**
   * Slots below this number are forgotten and must be asked for again. It rises only when thousands of series have gone
   * away, so that memory stays bounded; a collector that remembers slots drops them all when it has risen.
   */
  readonly firstSlot: number;
  /** The slot of a series; `labels` are the metric's own, the target's labels are added by the sink. */
  slotOf(labels: Labels): number;
  /** One sample. Without a timestamp it gets the collection's. */
  add(slot: number, value: number, timestampMs?: number): void;
  /** One sample that is a native histogram, instead of `add`. A sink without this takes none. */
  histogram?(slot: number, histogram: NativeHistogram, timestampMs?: number): void;
  /** Of the sample that was given last, whose slot this is. A sink without this takes none. */
  exemplar?(slot: number, exemplar: GivenExemplar): void;
  describe(metadata: MetricMetadata): void;
}

/** An exemplar as a target shows it; without a time of its own it gets that of its sample. */
export interface GivenExemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs: number | undefined;
}

/**
 * Gives the series of one target the names and labels under which they are stored; an object for each target, asked once a
 * series. Without one a series is stored as it is shown.
 */
export interface SeriesRenaming {
  /** Told of series that are new, with the target's labels, before any of them is renamed: what they are may tell who the target is. */
  meet(series: readonly Labels[]): void;
  /** Undefined where the series is not stored. Depends on the labels alone, which have the target's among them. */
  rename(labels: Labels): RenamedSeries | undefined;
  /** What is told of metrics, under the names that they have now, and what became known by renaming. */
  describe(described: readonly MetricMetadata[]): readonly MetricMetadata[];
  /** Told once of a series that has become the same as another one: the one that came first in a collection is stored. */
  clashed(shown: Labels, stored: Labels): void;
}

export interface RenamedSeries {
  readonly labels: Labels;
  /** Undefined where values stay as they are. A native histogram that has one is not stored: its buckets cannot follow. */
  readonly scale?: ValueScale | undefined;
}

/** From one unit to another: what is stored is value × multiplier / divisor. Both are above 0. */
export interface ValueScale {
  readonly multiplier: number;
  readonly divisor: number;
}

export interface Collector {
  readonly type: SourceType;
  /**
   * Fetches everything once and hands it to the sink. Nothing of it is stored when this throws.
   * @throws {CollectionError} anything else that is thrown counts as `other`.
   */
  collect(sink: SampleSink, signal: AbortSignal): Promise<void>;
  /** Set by the loop: a collector that learns of news between intervals (a new block) calls it to be asked at once. */
  onNews?: () => void;
  close(): Promise<void>;
}

/** Told of every collection that ended: the monitor's own metrics listen here. */
export interface CollectionObserver {
  collectionEnded(event: {
    readonly type: SourceType;
    readonly outcome: CollectionOutcome;
    readonly durationSeconds: number;
    readonly acceptedSamples: number;
    readonly rejectedSamples: Readonly<Partial<Record<RejectReason | 'body_limit', number>>>;
  }): void;
}

export interface TargetStatus {
  /** Unique among the targets; what the page and the API name the target by. */
  readonly id: string;
  readonly type: SourceType;
  /** The address without credentials. */
  readonly address: string;
  readonly labels: Labels;
  readonly health: 'up' | 'down' | 'unknown';
  /** Why it is down, a sentence that a person can act on; '' otherwise. */
  readonly reason: string;
  readonly lastCollectionMs: number | undefined;
  readonly lastDurationMs: number | undefined;
  readonly lastSampleCount: number | undefined;
  /** Since when `health` is what it is. */
  readonly sinceMs: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}
