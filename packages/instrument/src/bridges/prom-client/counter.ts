// The counter of the drop-in. A child finds its series once, and its record is then one addition.

import { exemplarOf } from './exemplar.ts';
import { BaseMetric, isObject } from './metric.ts';
import { formatValue } from './node-modules.ts';
import { type LabelSet, type Series, SeriesBinding } from './series-store.ts';
import type {
  CounterChild,
  CounterConfiguration,
  Counter as CounterInterface,
  ExemplarObject,
  IncreaseDataWithExemplar,
  LabelValues,
  MetricValueWithName,
  TextValue,
} from './types.ts';

/** One series. */
export class CounterSeries implements Series {
  labels: LabelSet;
  isLive = true;
  value = 0;
  exemplar: ExemplarObject | undefined;
  child: CounterChild | undefined;

  constructor(labels: LabelSet) {
    this.labels = labels;
  }
}

export class Counter<T extends string = string> extends BaseMetric<T, CounterSeries> implements CounterInterface<T> {
  readonly type = 'counter';
  readonly #unlabelled = new SeriesBinding(this.store, {});

  constructor(configuration: CounterConfiguration<T>) {
    super(configuration);
    this.reset();
    this.register();
  }

  inc(labels: LabelValues<T>, value?: number): void;
  inc(value?: number): void;
  inc(data: IncreaseDataWithExemplar<T>): void;
  inc(first?: unknown, second?: number): void {
    if (this.enableExemplars && isObject(first)) {
      this.#incWithExemplar(first);
    } else if (isObject(first)) {
      this.checkLabels(first);
      const amount = amountOf(second);
      this.store.obtain(first).value += amount;
    } else {
      const amount = amountOf(first);
      this.#unlabelled.obtain().value += amount;
    }
  }

  labels(...values: (string | number)[]): CounterChild;
  labels(labels: LabelValues<T>): CounterChild;
  labels(...args: unknown[]): CounterChild {
    const series = this.existing(args);
    if (series === undefined) return this.#child({ ...this.labelsOf(args) });
    series.child ??= this.#child(series.labels);
    return series.child;
  }

  reset(): void {
    this.store.clear();
    if (this.labelNames.length === 0) this.#unlabelled.obtain();
  }

  protected newSeries(labels: LabelSet): CounterSeries {
    return new CounterSeries(labels);
  }

  protected jsonValues(): MetricValueWithName<T>[] {
    return Array.from(this.store, ({ value, labels, exemplar }) =>
      exemplar === undefined
        ? { value, labels: { ...labels } as LabelValues<T> }
        : { value, labels: { ...labels } as LabelValues<T>, exemplar: { ...exemplar } },
    );
  }

  protected textValues(): readonly TextValue[] {
    return [...this.store];
  }

  #incWithExemplar({ labels = {}, value, exemplarLabels }: IncreaseDataWithExemplar<T>): void {
    this.checkLabels(labels);
    const amount = amountOf(value);
    const series = this.store.obtain(labels);
    series.value += amount;
    if (exemplarLabels !== undefined) series.exemplar = exemplarOf(exemplarLabels, amount === 0 ? 1 : amount);
  }

  #child(labels: LabelSet): CounterChild {
    const binding = new SeriesBinding(this.store, labels);
    // A property and no method: programs take `inc` out of its object.
    return {
      inc: (value?: number) => {
        const amount = amountOf(value);
        binding.obtain().value += amount;
      },
    };
  }
}

export declare namespace Counter {
  type Internal = CounterChild;
}

/** What is added: 1 for nothing. NaN adds nothing: prom-client's counter would be NaN for ever. */
function amountOf(value: unknown): number {
  if (value === undefined || value === null) return 1;
  if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  if (!value) return 0;
  if (!Number.isFinite(value)) throw new TypeError(`Value is not a valid number: ${formatValue(value)}`);
  throw new Error('It is not possible to decrease a counter');
}
