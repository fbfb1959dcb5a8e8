// What is remembered of a page of protobuf from one collection to the next: the slots of each metric, found by the bytes of
// its labels, and the order in which they came, so that a metric that is where it was costs a comparison of bytes.

import type { MetricMetadata } from '../../../model/batch.ts';

export type FamilyType = 'counter' | 'gauge' | 'summary' | 'untyped' | 'histogram' | 'gaugehistogram';

export interface KnownFamily {
  readonly metadata: MetricMetadata;
  readonly type: FamilyType;
  /** By the bytes of their labels. */
  readonly metrics: Map<string, KnownMetric>;
}

/** The slots of one metric; -1 for one that was not asked for yet. */
export interface KnownMetric {
  readonly family: KnownFamily;
  /** Its place in the latest page that had it. */
  place: number;
  /** Of the metric itself: its value, or its native histogram. */
  slot: number;
  countSlot: number;
  sumSlot: number;
  /** The upper bounds of its buckets or its quantiles, as they came last, and the slots of these. */
  readonly parts: number[];
  readonly partSlots: number[];
}

const INITIAL_METRICS = 256;

/** The metrics and the heads of the families of one page, in their order. */
export class PageIndex {
  body: Buffer = Buffer.alloc(0);
  count = 0;
  /** Where the labels of a metric lie. A length of -1: they do not lie together. */
  starts = new Int32Array(INITIAL_METRICS);
  lengths = new Int32Array(INITIAL_METRICS);
  metrics: KnownMetric[] = [];
  families: FamilyPlace[] = [];

  /** Begins anew with another body; the columns are kept. */
  reset(body: Buffer): void {
    this.body = body;
    this.count = 0;
    this.metrics.length = 0;
    this.families.length = 0;
  }

  push(start: number, length: number, metric: KnownMetric): void {
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.lengths[this.count] = length;
    this.metrics.push(metric);
    metric.place = this.count++;
  }

  #grow(): void {
    const { starts, lengths } = this;
    this.starts = new Int32Array(2 * starts.length);
    this.lengths = new Int32Array(2 * lengths.length);
    this.starts.set(starts);
    this.lengths.set(lengths);
  }
}

/** Where what is said of a family lies, before its metrics and behind them. */
export interface FamilyPlace {
  readonly family: KnownFamily;
  readonly headStart: number;
  readonly headEnd: number;
  readonly tailStart: number;
  readonly tailEnd: number;
}
