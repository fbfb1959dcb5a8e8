// What a registry holds at one moment, as plain data: every renderer but the fast text path, every push and every bridge
// reads this and nothing else. It is a copy, so it may be kept, changed into other names, merged with others or sent.

import type { Label } from '../labels.ts';

/** How the values of several threads or processes become one; counters and histograms are always added up. */
export type MergeMode = 'sum' | 'last' | 'max' | 'min';

export interface Snapshot {
  /** Unix time in milliseconds. */
  readonly takenAtMs: number;
  /** By name, each name once. */
  readonly families: readonly FamilySnapshot[];
}

export type FamilySnapshot =
  | ScalarFamilySnapshot
  | HistogramFamilySnapshot
  | ExponentialFamilySnapshot
  | SummaryFamilySnapshot;

export type SnapshotType = FamilySnapshot['type'];

interface FamilyHead {
  /** As it is exposed in the text format: a counter's ends in `_total`, an info's in `_info`. */
  readonly name: string;
  readonly help: string;
  /** The base unit, or ''. */
  readonly unit: string;
  /** Of gauges; `last` when absent. */
  readonly merge?: MergeMode;
}

export interface ScalarFamilySnapshot extends FamilyHead {
  /** A state set is gauges with a label `state`; `unknown` comes only from other libraries. */
  readonly type: 'counter' | 'gauge' | 'info' | 'stateset' | 'unknown';
  readonly points: readonly ScalarPoint[];
}

export interface HistogramFamilySnapshot extends FamilyHead {
  readonly type: 'histogram';
  /** Finite upper bounds, ascending. */
  readonly bounds: readonly number[];
  readonly points: readonly HistogramPoint[];
}

export interface ExponentialFamilySnapshot extends FamilyHead {
  readonly type: 'exponential';
  readonly points: readonly ExponentialPoint[];
}

/** Only from other libraries: no instrument here computes quantiles. */
export interface SummaryFamilySnapshot extends FamilyHead {
  readonly type: 'summary';
  readonly points: readonly SummaryPoint[];
}

interface PointHead {
  /** Sorted by name, without those of the format (`le`, `quantile`). */
  readonly labels: readonly Label[];
  /** Unix time in milliseconds at which the series began to count; absent for gauges and where it is not known. */
  readonly createdMs?: number;
}

export interface ScalarPoint extends PointHead {
  readonly value: number;
  readonly exemplar?: Exemplar;
  /** Orders the sets of one gauge across threads; only where `merge` is `last`. */
  readonly stamp?: number;
}

export interface HistogramPoint extends PointHead {
  /** Of each bucket alone, not cumulated; one more than there are bounds, the last for what is above all of them. */
  readonly counts: readonly number[];
  readonly sum: number;
  /** By bucket; a bucket without one is a hole or undefined. */
  readonly exemplars?: readonly (Exemplar | undefined)[];
}

/** A native histogram: bucket i holds what is in (b^i, b^(i+1)] with b = 2^(2^-scale), as in OpenTelemetry. */
export interface ExponentialPoint extends PointHead {
  /** From -10 (coarse) to 20 (fine); Prometheus takes -4 to 8, and so do our own instruments. */
  readonly scale: number;
  readonly sum: number;
  /** Values whose distance from 0 is at most this are in `zeroCount`. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
  readonly exemplars?: readonly Exemplar[];
}

export interface ExponentialBuckets {
  /** The index of `counts[0]`. */
  readonly offset: number;
  readonly counts: readonly number[];
}

export interface SummaryPoint extends PointHead {
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
  readonly sum: number;
  readonly count: number;
}

/** One observation that stands for its bucket, with what leads to its trace. */
export interface Exemplar {
  /** Names and values together at most 128 characters, as OpenMetrics demands. */
  readonly labels: readonly Label[];
  readonly value: number;
  readonly timestampMs: number;
}

/** Families that come from elsewhere (other threads, another library) and are shown with a registry's own. */
export interface SnapshotSource {
  /** What it knows now; called at every snapshot. */
  families(): readonly FamilySnapshot[];
  /** Fetches what cannot be had at once; `Registry.refresh` waits for it. */
  refresh?(): Promise<void>;
}
