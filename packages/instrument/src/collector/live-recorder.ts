// Records by name. Whatever it is given, it counts what it cannot take and throws nothing of its own.

import type { CollectedMetric, CollectorContext } from './collected-metric.ts';
import type { CollectorLabels } from './instrument-port.ts';
import type {
  CustomMetric,
  IncrementOptions,
  LabelledValue,
  RecordedValue,
  Recorder,
  TimeOptions,
} from './recorder.ts';

type Labels = CollectorLabels | undefined;

interface Timing {
  readonly metric: CollectedMetric;
  readonly labels: Labels;
  readonly weight: number;
  readonly startMs: number;
  readonly outcomeLabel: string | undefined;
}

const NOTHING = (): void => {};

export class LiveRecorder implements Recorder {
  readonly #metrics: ReadonlyMap<string, CollectedMetric>;
  readonly #context: CollectorContext;
  readonly #customMetric: (metric: CustomMetric) => CollectedMetric | undefined;

  /** @param customMetric the metric of a custom record, made where it may be; otherwise it has counted why not */
  constructor(
    metrics: ReadonlyMap<string, CollectedMetric>,
    context: CollectorContext,
    customMetric: (metric: CustomMetric) => CollectedMetric | undefined,
  ) {
    this.#metrics = metrics;
    this.#context = context;
    this.#customMetric = customMetric;
  }

  increment(name: string, options: IncrementOptions | undefined): void {
    const metric = this.#find(name);
    if (metric === undefined) return;
    try {
      if (options === undefined) metric.add(undefined, 1);
      else metric.add(options.labels, options.by ?? 1);
    } catch {
      this.#context.drop('internal');
    }
  }

  set(name: string, value: number | string, labels: Labels): void {
    const metric = this.#find(name);
    try {
      metric?.set(labels, value);
    } catch {
      this.#context.drop('internal');
    }
  }

  add(name: string, amount: number, labels: Labels): void {
    const metric = this.#find(name);
    try {
      metric?.add(labels, amount);
    } catch {
      this.#context.drop('internal');
    }
  }

  observe(name: string, value: number, labels: Labels): void {
    const metric = this.#find(name);
    try {
      metric?.observe(labels, value);
    } catch {
      this.#context.drop('internal');
    }
  }

  time<T>(name: string, labels: Labels, operation: () => T, options: TimeOptions | undefined): T {
    const timing = this.#startTiming(name, labels, options);
    if (timing === undefined) return operation();
    let result: T;
    try {
      result = operation();
    } catch (error) {
      this.#endTiming(timing, 'error');
      throw error;
    }
    if (isPromise(result)) return this.#timePromise(timing, result);
    this.#endTiming(timing, 'ok');
    return result;
  }

  startTimer(name: string, labels: Labels): (labels?: CollectorLabels) => void {
    const timing = this.#startTiming(name, labels, undefined);
    if (timing === undefined) return NOTHING;
    let isRunning = true;
    return (moreLabels) => {
      if (!isRunning) return;
      isRunning = false;
      this.#observe(timing, moreLabels);
    };
  }

  record(custom: CustomMetric): void {
    try {
      const metric = this.#metrics.get(custom.name) ?? this.#customMetric(custom);
      if (metric?.gate.isOn !== true) return;
      if (custom.type !== undefined && custom.type !== metric.port.kind) this.#context.drop('wrong_type');
      else metric.record(custom.labels, custom.value);
    } catch {
      this.#context.drop('internal');
    }
  }

  recordAll(values: Readonly<Record<string, RecordedValue>>, labels: Labels): void {
    try {
      for (const [name, value] of Object.entries(values)) {
        const metric = value === undefined ? undefined : this.#find(name);
        if (metric !== undefined && value !== undefined) this.#recordEach(metric, value, metric.ownOf(labels));
      }
    } catch {
      this.#context.drop('internal');
    }
  }

  #recordEach(metric: CollectedMetric, value: Exclude<RecordedValue, undefined>, labels: Labels): void {
    if (typeof value === 'number' || typeof value === 'string') {
      metric.record(labels, value);
      return;
    }
    const list: readonly LabelledValue[] = Array.isArray(value) ? value : [value as LabelledValue];
    for (const one of list) {
      metric.record(one.labels === undefined ? labels : { ...labels, ...one.labels }, one.value);
    }
  }

  /** Undefined for a metric that there is not, which is counted, or that is switched off. */
  #find(name: string): CollectedMetric | undefined {
    const metric = this.#metrics.get(name);
    if (metric === undefined) this.#context.drop('unknown_name');
    return metric?.gate.isOn === true ? metric : undefined;
  }

  /** Undefined for what is not to be timed. */
  #startTiming(name: string, labels: Labels, options: TimeOptions | undefined): Timing | undefined {
    const metric = this.#find(name);
    if (metric === undefined) return undefined;
    if (metric.port.kind !== 'histogram') {
      this.#context.drop('wrong_type');
      return undefined;
    }
    const weight = metric.sample();
    if (weight === 0) return undefined;
    try {
      const outcomeLabel = options?.outcomeLabel;
      return { metric, labels, weight, outcomeLabel, startMs: this.#context.monotonicMs() };
    } catch {
      this.#context.drop('internal');
      return undefined;
    }
  }

  #timePromise<T extends PromiseLike<unknown>>(timing: Timing, promise: T): T {
    const timed = promise.then(
      (value) => {
        this.#endTiming(timing, 'ok');
        return value;
      },
      (error: unknown) => {
        this.#endTiming(timing, 'error');
        throw error;
      },
    );
    return timed as unknown as T;
  }

  #endTiming(timing: Timing, outcome: 'ok' | 'error'): void {
    this.#observe(timing, timing.outcomeLabel === undefined ? undefined : { [timing.outcomeLabel]: outcome });
  }

  #observe({ metric, labels, weight, startMs }: Timing, moreLabels: Labels): void {
    try {
      metric.observeSince(moreLabels === undefined ? labels : { ...labels, ...moreLabels }, startMs, weight);
    } catch {
      this.#context.drop('internal');
    }
  }
}

/** Of any realm or library; what only has a `then`, such as a query that begins when it is awaited, is a result like others. */
function isPromise<T>(result: T): result is T & PromiseLike<unknown> {
  try {
    return result instanceof Promise || Object.prototype.toString.call(result) === '[object Promise]';
  } catch {
    return false;
  }
}
