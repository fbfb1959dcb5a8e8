// The histogram of the drop-in. Counts are kept of each bucket alone and cumulated when they are read.

import { exemplarOf } from './exemplar.ts';
import { BaseMetric, isObject } from './metric.ts';
import { observationOf } from './observation.ts';
import { keptLabels, type LabelSet, type Series, SeriesBinding } from './series-store.ts';
import { startStopwatch } from './timer.ts';
import type {
  ExemplarObject,
  HistogramConfiguration,
  Histogram as HistogramInterface,
  LabelValues,
  MetricValueWithName,
  ObserveDataWithExemplar,
  ObserverChild,
  TextValue,
} from './types.ts';

const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Upper bounds of one histogram. */
const MAX_BUCKETS = 10_000;

/** One series. */
export class HistogramSeries implements Series {
  labels: LabelSet;
  isLive = true;
  /** By bucket, and one more for what is above all bounds. */
  readonly counts: Float64Array;
  sum = 0;
  count = 0;
  /** By bucket, as `counts`. */
  exemplars: (ExemplarObject | undefined)[] = [];
  child: object | undefined;

  constructor(labels: LabelSet, bucketCount: number) {
    this.labels = labels;
    this.counts = new Float64Array(bucketCount);
  }

  zero(): void {
    this.counts.fill(0);
    this.sum = 0;
    this.count = 0;
    this.exemplars = [];
  }
}

export class Histogram<T extends string = string>
  extends BaseMetric<T, HistogramSeries>
  implements HistogramInterface<T>
{
  readonly type = 'histogram';
  /** As they were given. */
  readonly upperBounds: readonly number[];
  readonly #unlabelled = new SeriesBinding(this.store, {});

  constructor(configuration: HistogramConfiguration<T>) {
    super(configuration);
    const bounds = configuration.buckets ?? DEFAULT_BUCKETS;
    if (bounds.length > MAX_BUCKETS) throw new RangeError(`A histogram has at most ${MAX_BUCKETS} buckets`);
    this.upperBounds = Object.freeze([...bounds]);
    if ((this.labelNames as readonly string[]).includes('le')) throw new Error('le is a reserved label keyword');
    if (this.labelNames.length === 0) this.#unlabelled.obtain();
    this.register();
  }

  observe(value: number): void;
  observe(labels: LabelValues<T>, value: number): void;
  observe(data: ObserveDataWithExemplar<T>): void;
  observe(first: unknown, second?: unknown): void {
    if (this.enableExemplars && isObject(first)) {
      this.#observeWithExemplar(first as unknown as ObserveDataWithExemplar<T>);
    } else if (isObject(first)) {
      this.checkLabels(first);
      const value = observationOf(second);
      this.#record(this.store.obtain(first), value);
    } else {
      // prom-client takes what is nothing for a label set, and then its value is missing.
      const value = observationOf(first === 0 || first ? first : second);
      this.#record(this.#unlabelled.obtain(), value);
    }
  }

  startTimer(
    labels?: LabelValues<T>,
    exemplarLabels?: LabelValues<string>,
  ): (labels?: LabelValues<T>, exemplarLabels?: LabelValues<string>) => number {
    const elapsedSeconds = startStopwatch();
    return (endLabels, endExemplarLabels) => {
      const value = elapsedSeconds();
      const all = { ...labels, ...endLabels } as LabelValues<T>;
      if (this.enableExemplars) {
        this.observe({ labels: all, value, exemplarLabels: { ...exemplarLabels, ...endExemplarLabels } });
      } else {
        this.observe(all, value);
      }
      return value;
    };
  }

  /** Makes the series of these labels, or sets it back, with 0 in all buckets. */
  zero(labels: LabelValues<T>): void {
    const series = this.store.obtain(labels);
    if (this.store.isOverflow(series)) return;
    series.zero();
    // prom-client makes it anew, under the labels of this call.
    series.labels = keptLabels(labels) ?? series.labels;
  }

  labels(...values: (string | number)[]): ObserverChild<T>;
  labels(labels: LabelValues<T>): ObserverChild<T>;
  labels(...args: unknown[]): ObserverChild<T> {
    const series = this.existing(args);
    if (series === undefined) return this.#child({ ...this.labelsOf(args) });
    series.child ??= this.#child(series.labels);
    return series.child as ObserverChild<T>;
  }

  /** Forgets all series, also the one without labels until it is observed again. */
  reset(): void {
    this.store.clear();
  }

  protected newSeries(labels: LabelSet): HistogramSeries {
    return new HistogramSeries(labels, this.upperBounds.length + 1);
  }

  protected jsonValues(): MetricValueWithName<T>[] {
    return this.textValues().map(({ labels, sharedLabels, value, metricName, exemplar }) => ({
      value,
      metricName: metricName as string,
      exemplar: exemplar ? { ...exemplar } : exemplar,
      labels: { ...labels, ...sharedLabels } as LabelValues<T>,
    }));
  }

  protected textValues(): readonly TextValue[] {
    const values: TextValue[] = [];
    const bucketName = `${this.name}_bucket`;
    const none = this.enableExemplars ? undefined : null;
    for (const { labels: sharedLabels, counts, sum, count, exemplars } of this.store) {
      let cumulated = 0;
      for (const [i, le] of this.upperBounds.entries()) {
        cumulated += counts[i]!;
        const exemplar = exemplars[i] ?? null;
        values.push({ labels: { le }, sharedLabels, value: cumulated, metricName: bucketName, exemplar });
      }
      const last = exemplars[this.upperBounds.length] ?? none;
      values.push(
        { labels: { le: '+Inf' }, sharedLabels, value: count, metricName: bucketName, exemplar: last },
        { labels: {}, sharedLabels, value: sum, metricName: `${this.name}_sum`, exemplar: undefined },
        { labels: {}, sharedLabels, value: count, metricName: `${this.name}_count`, exemplar: undefined },
      );
    }
    return values;
  }

  #record(series: HistogramSeries, value: number): void {
    series.counts[this.#bucketOf(value)]! += 1;
    series.sum += value;
    series.count += 1;
  }

  #bucketOf(value: number): number {
    const bounds = this.upperBounds;
    let bucket = 0;
    while (bucket < bounds.length && !(value <= bounds[bucket]!)) bucket++;
    return bucket;
  }

  #observeWithExemplar({ labels = {}, value, exemplarLabels = {} }: ObserveDataWithExemplar<T>): void {
    this.checkLabels(labels);
    const observed = observationOf(value);
    const series = this.store.obtain(labels);
    this.#record(series, observed);
    if (Object.keys(exemplarLabels).length === 0) return;
    series.exemplars[this.#bucketOf(observed)] = exemplarOf(exemplarLabels, observed);
  }

  #child(labels: LabelSet): ObserverChild<T> {
    const binding = new SeriesBinding(this.store, labels);
    const observe = (value: number): void => {
      const checked = observationOf(value);
      this.#record(binding.obtain(), checked);
    };
    return { observe, startTimer: () => this.startTimer(labels as LabelValues<T>) };
  }
}

export declare namespace Histogram {
  type Internal<T extends string> = ObserverChild<T>;
  interface Config {
    buckets?: number[];
  }
}
