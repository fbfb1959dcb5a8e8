// The summary of the drop-in. Sum and count are of all observations; quantiles are of the last while where one is set. They
// are exact interpolations up to 1,000 different values and those of a t-digest past it (`t-digest.ts`), so that they may
// differ from prom-client's, whose digest begins to merge at some 100 values, in random order.

import { BaseMetric, isObject } from './metric.ts';
import { observationOf } from './observation.ts';
import { type LabelSet, type Series, SeriesBinding } from './series-store.ts';
import { TimeWindow } from './time-window.ts';
import { startStopwatch } from './timer.ts';
import type {
  EndTimer,
  LabelValues,
  MetricValueWithName,
  ObserverChild,
  SummaryConfiguration,
  Summary as SummaryInterface,
  TextValue,
} from './types.ts';

const DEFAULT_PERCENTILES = [0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999];
/** Percentiles of one summary. */
const MAX_PERCENTILES = 1000;
const MAX_AGE_BUCKETS = 1000;

/** One series. */
export class SummarySeries implements Series {
  labels: LabelSet;
  isLive = true;
  readonly window: TimeWindow;
  sum = 0;
  count = 0;
  child: object | undefined;

  constructor(labels: LabelSet, window: TimeWindow) {
    this.labels = labels;
    this.window = window;
  }
}

export class Summary<T extends string = string> extends BaseMetric<T, SummarySeries> implements SummaryInterface<T> {
  readonly type = 'summary';
  readonly percentiles: readonly number[];
  readonly maxAgeSeconds: number | undefined;
  readonly ageBuckets: number | undefined;
  readonly pruneAgedBuckets: boolean;
  readonly #unlabelled = new SeriesBinding(this.store, {});

  constructor(configuration: SummaryConfiguration<T>) {
    super(configuration);
    const { percentiles = DEFAULT_PERCENTILES, maxAgeSeconds, ageBuckets } = configuration;
    if (percentiles.length > MAX_PERCENTILES)
      throw new RangeError(`A summary has at most ${MAX_PERCENTILES} percentiles`);
    if (ageBuckets !== undefined && !(Number.isSafeInteger(ageBuckets) && ageBuckets >= 0)) {
      throw new RangeError('Invalid array length');
    }
    if (ageBuckets !== undefined && ageBuckets > MAX_AGE_BUCKETS) {
      throw new RangeError(`A summary has at most ${MAX_AGE_BUCKETS} ageBuckets`);
    }
    this.percentiles = [...percentiles];
    this.maxAgeSeconds = maxAgeSeconds;
    this.ageBuckets = ageBuckets;
    this.pruneAgedBuckets = configuration.pruneAgedBuckets ?? false;
    if ((this.labelNames as readonly string[]).includes('quantile')) {
      throw new Error('quantile is a reserved label keyword');
    }
    if (this.labelNames.length === 0) this.#unlabelled.obtain();
    this.register();
  }

  observe(value: number): void;
  observe(labels: LabelValues<T>, value: number): void;
  observe(first: unknown, second?: unknown): void {
    if (isObject(first)) {
      this.checkLabels(first);
      // A label set alone is taken for the value, and refused as such.
      const value = observationOf(second === undefined ? first : second);
      record(this.store.obtain(first), value);
    } else {
      const value = observationOf(first === 0 || first ? first : (second ?? {}));
      record(this.#unlabelled.obtain(), value);
    }
  }

  startTimer(labels?: LabelValues<T>): EndTimer<T> {
    const elapsedSeconds = startStopwatch();
    return (endLabels) => {
      const value = elapsedSeconds();
      this.observe({ ...labels, ...endLabels } as LabelValues<T>, value);
      return value;
    };
  }

  labels(...values: (string | number)[]): ObserverChild<T>;
  labels(labels: LabelValues<T>): ObserverChild<T>;
  labels(...args: unknown[]): ObserverChild<T> {
    const series = this.existing(args);
    if (series === undefined) return this.#child({ ...this.labelsOf(args) });
    series.child ??= this.#child(series.labels);
    return series.child as ObserverChild<T>;
  }

  /** Sets all series back to 0; none is forgotten. */
  reset(): void {
    for (const series of this.store) {
      series.window.reset();
      series.sum = 0;
      series.count = 0;
    }
  }

  /** Forgets the series that have aged, where that is wanted. */
  prune(): void {
    if (!this.pruneAgedBuckets) return;
    for (const { labels, window } of this.store) if (window.current().size === 0) this.store.remove(labels);
  }

  protected newSeries(labels: LabelSet): SummarySeries {
    return new SummarySeries(labels, new TimeWindow(this.maxAgeSeconds, this.ageBuckets));
  }

  protected jsonValues(): MetricValueWithName<T>[] {
    return this.textValues().map(({ labels, ...value }) => ({
      ...(value as { value: number; metricName?: string }),
      labels: { ...labels } as LabelValues<T>,
    }));
  }

  protected textValues(): readonly TextValue[] {
    this.prune();
    const values: TextValue[] = [];
    for (const { labels, window, sum, count } of this.store) {
      const digest = window.current();
      for (const quantile of this.percentiles) {
        values.push({ labels: { quantile, ...labels }, value: digest.quantile(quantile) ?? 0 });
      }
      values.push({ metricName: `${this.name}_sum`, labels, value: sum });
      values.push({ metricName: `${this.name}_count`, labels, value: count });
    }
    return values;
  }

  #child(labels: LabelSet): ObserverChild<T> {
    const binding = new SeriesBinding(this.store, labels);
    const observe = (value: number): void => {
      const checked = observationOf(value === undefined ? labels : value);
      record(binding.obtain(), checked);
    };
    return { observe, startTimer: () => this.startTimer(labels as LabelValues<T>) };
  }
}

export declare namespace Summary {
  type Internal<T extends string> = ObserverChild<T>;
  interface Config {
    percentiles?: number[];
  }
}

function record(series: SummarySeries, value: number): void {
  series.window.push(value);
  series.count += 1;
  series.sum += value;
}
