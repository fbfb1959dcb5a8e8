// The gauge of the drop-in: 0 until set where it has no labels, and any number, NaN and infinities included.

import { BaseMetric, isObject } from './metric.ts';
import { formatValue } from './node-modules.ts';
import { keptLabels, type LabelSet, type Series, SeriesBinding } from './series-store.ts';
import { startStopwatch } from './timer.ts';
import type {
  EndTimer,
  GaugeChild,
  GaugeConfiguration,
  Gauge as GaugeInterface,
  LabelValues,
  MetricValueWithName,
  TextValue,
} from './types.ts';

/** One series. */
export class GaugeSeries implements Series {
  labels: LabelSet;
  isLive = true;
  value = 0;
  child: { readonly labels: LabelSet; readonly handle: object } | undefined;

  constructor(labels: LabelSet) {
    this.labels = labels;
  }
}

export class Gauge<T extends string = string> extends BaseMetric<T, GaugeSeries> implements GaugeInterface<T> {
  readonly type = 'gauge';
  readonly #unlabelled = new SeriesBinding(this.store, {});

  constructor(configuration: GaugeConfiguration<T>) {
    super(configuration);
    this.reset();
    this.register();
  }

  set(labels: LabelValues<T>, value: number): void;
  set(value: number): void;
  set(first: unknown, second?: number): void {
    if (isObject(first)) {
      const value = numberOf(second);
      this.checkLabels(first);
      const series = this.store.obtain(first);
      // prom-client shows a gauge under the labels, in order and type, of the last `set`.
      if (!isShownAs(series.labels, first) && !this.store.isOverflow(series)) {
        series.labels = keptLabels(first) ?? series.labels;
      }
      series.value = value;
    } else {
      const value = numberOf(first);
      this.#unlabelled.obtain().value = value;
    }
  }

  inc(labels: LabelValues<T>, value?: number): void;
  inc(value?: number): void;
  inc(first?: unknown, second?: unknown): void {
    const value = isObject(first) ? second : first;
    this.#add(first, value === undefined ? 1 : value);
  }

  dec(labels: LabelValues<T>, value?: number): void;
  dec(value?: number): void;
  dec(first?: unknown, second?: unknown): void {
    const value = isObject(first) ? second : first;
    this.#add(first, negated(value));
  }

  setToCurrentTime(labels?: LabelValues<T>): void {
    this.set((labels ?? {}) as LabelValues<T>, Date.now() / 1000);
  }

  startTimer(labels?: LabelValues<T>): EndTimer<T> {
    const elapsedSeconds = startStopwatch();
    return (endLabels) => {
      const seconds = elapsedSeconds();
      this.set({ ...labels, ...endLabels } as LabelValues<T>, seconds);
      return seconds;
    };
  }

  labels(...values: (string | number)[]): GaugeChild<T>;
  labels(labels: LabelValues<T>): GaugeChild<T>;
  labels(...args: unknown[]): GaugeChild<T> {
    const series = this.existing(args);
    const known = series?.child;
    const labels = this.labelsOf(args);
    // A child's `set` shows the series under the child's labels, so that it serves for those alone.
    if (known !== undefined && isShownAs(known.labels, labels)) return known.handle as GaugeChild<T>;
    const kept = keptLabels(labels) ?? labels;
    const handle = this.#child(kept);
    if (series !== undefined) series.child = { labels: kept, handle };
    return handle;
  }

  reset(): void {
    this.store.clear();
    if (this.labelNames.length === 0) this.#unlabelled.obtain();
  }

  protected newSeries(labels: LabelSet): GaugeSeries {
    return new GaugeSeries(labels);
  }

  protected jsonValues(): MetricValueWithName<T>[] {
    return Array.from(this.store, ({ value, labels }) => ({ value, labels: { ...labels } as LabelValues<T> }));
  }

  protected textValues(): readonly TextValue[] {
    return [...this.store];
  }

  #add(labels: unknown, value: unknown): void {
    const delta = deltaOf(value);
    if (!isObject(labels)) {
      this.#unlabelled.obtain().value += delta;
      return;
    }
    this.checkLabels(labels);
    this.store.obtain(labels).value += delta;
  }

  #child(labels: LabelSet): GaugeChild<T> {
    const binding = new SeriesBinding(this.store, labels);
    const set = (value: number): void => {
      const checked = numberOf(value);
      const series = binding.obtain();
      if (!this.store.isOverflow(series)) series.labels = labels;
      series.value = checked;
    };
    return {
      set,
      inc: (value) => {
        const delta = value === undefined ? 1 : deltaOf(value);
        binding.obtain().value += delta;
      },
      dec: (value) => {
        const delta = deltaOf(negated(value));
        binding.obtain().value += delta;
      },
      setToCurrentTime: () => set(Date.now() / 1000),
      startTimer: () => this.startTimer(labels as LabelValues<T>),
    };
  }
}

export declare namespace Gauge {
  type Internal<T extends string> = GaugeChild<T>;
}

function isShownAs(shown: LabelSet, labels: LabelSet): boolean {
  const names = Object.keys(shown);
  let count = 0;
  for (const name in labels) {
    if (names[count++] !== name || shown[name] !== labels[name]) return false;
  }
  return count === names.length;
}

function negated(value: unknown): unknown {
  // prom-client takes what a minus makes a number of, such as '5'.
  return value === undefined ? -1 : -(value as number);
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`Value is not a valid number: ${formatValue(value)}`);
}

function deltaOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`Delta is not a valid number: ${formatValue(value)}`);
}
