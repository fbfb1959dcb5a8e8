// The `metrics` option of js-libp2p: an implementation of `Metrics` of @libp2p/interface 3 that shows what libp2p and its
// components register in a registry, under the names and labels of @libp2p/prometheus-metrics.

import { InstrumentError } from '../../errors.ts';
import { type ByteRecorder, trackBytes } from './byte-tracking.ts';
import type { Calculation } from './calculation.ts';
import { checkedLabelValues } from './cells.ts';
import { type BridgeClock, RUNTIME_CLOCK } from './clock.ts';
import type { ForeignFamily, ScalarFamily } from './families.ts';
import { histogramGroupOf, histogramOf, metricGroupOf, metricOf } from './instruments.ts';
import type {
  AttachingRegistry,
  ByteStream,
  HistogramOptions,
  Libp2pCounter,
  Libp2pCounterGroup,
  Libp2pHistogram,
  Libp2pHistogramGroup,
  Libp2pMetric,
  Libp2pMetricGroup,
  Libp2pMetrics,
  MetricOptions,
  ProtocolStream,
  Values,
} from './interface.ts';
import { labelName } from './names.ts';
import type { Libp2pSink } from './sink.ts';
import { type ForeignStore, type Registration, storeOf } from './store.ts';

export interface Libp2pMetricsOptions {
  /** Values of one label (default 64, 1 to 10,000); a record with one more goes to `other` and is counted. */
  readonly maxLabelValues?: number;
  /** Of histograms for which libp2p gives none; ascending. Default: 0.005 to 10, as prom-client has them. */
  readonly buckets?: readonly number[];
  /** Of summaries, which are shown as histograms. Default: 1, 2.5 and 5 of each power of ten from 0.001 to 50,000. */
  readonly summaryBuckets?: readonly number[];
  /** How long `Registry.refresh` waits for a `calculate` that answers later (default 1,000, above 0). */
  readonly calculateTimeoutMs?: number;
  /** Takes the bytes of all connections: `createNodeMetrics` makes one. */
  readonly sink?: Libp2pSink;
  readonly clock?: BridgeClock;
}

type Settings = Required<Omit<Libp2pMetricsOptions, 'buckets' | 'sink'>> &
  Pick<Libp2pMetricsOptions, 'buckets' | 'sink'>;

const DEFAULT_CALCULATE_TIMEOUT_MS = 1000;
/** Of what unit a summary is, nobody says. */
const SUMMARY_BUCKETS = [-3, -2, -1, 0, 1, 2, 3, 4].flatMap((power) =>
  [1, 2.5, 5].map((factor) => Number(`${factor}e${power}`)),
);
/** How libp2p finds out what a component can do for others. */
const SERVICE_CAPABILITIES = Symbol.for('@libp2p/service-capabilities');

/**
 * What libp2p's `metrics` option takes. One registry may serve several nodes: what they register under one name adds up.
 *
 * ```ts
 * const node = await createLibp2p({ metrics: libp2pMetrics(registry), … });
 * ```
 *
 * - Metrics and groups become gauges, counters and their groups counters (a missing `_total` is added), histograms and
 *   summaries classic histograms. A name registered again is the same instrument; one that conflicts in type, labels or
 *   buckets records nothing and is counted, see `libp2pDroppedRecords`.
 * - `libp2p_data_transfer_bytes_total{protocol}` counts bytes: `global sent`, `global received` and the same by protocol.
 *   Those of protocols begin after the negotiation and are without the multiplexer's and the encryption's share.
 * - Values that are calculated later (`async`) are right after `Registry.refresh()`; without it one collection old.
 * @throws {InstrumentError} `option_invalid`
 */
export function libp2pMetrics(
  registry: AttachingRegistry,
  options: Libp2pMetricsOptions = {},
): (components?: unknown) => Libp2pMetrics {
  const settings: Settings = {
    maxLabelValues: checkedLabelValues(options.maxLabelValues),
    calculateTimeoutMs: options.calculateTimeoutMs ?? DEFAULT_CALCULATE_TIMEOUT_MS,
    summaryBuckets: options.summaryBuckets ?? SUMMARY_BUCKETS,
    clock: options.clock ?? RUNTIME_CLOCK,
    ...(options.buckets === undefined ? {} : { buckets: options.buckets }),
    ...(options.sink === undefined ? {} : { sink: options.sink }),
  };
  if (!(settings.calculateTimeoutMs > 0)) {
    throw new InstrumentError(
      'option_invalid',
      `calculateTimeoutMs is ${String(settings.calculateTimeoutMs)}: give a number of milliseconds above 0.`,
    );
  }
  const store = storeOf(registry);
  return () => new BridgedMetrics(store, settings);
}

class BridgedMetrics implements Libp2pMetrics {
  readonly [Symbol.toStringTag] = '@chainpulse/instrument/libp2p';
  readonly [SERVICE_CAPABILITIES] = ['@libp2p/metrics'];
  readonly #store: ForeignStore;
  readonly #settings: Settings;
  readonly #transferred: ScalarFamily;
  /** Those that components register when they are made live as long as the node; the others from start to stop. */
  readonly #lasting: Calculation[] = [];
  #running: Calculation[] = [];
  #isRunning = false;

  constructor(store: ForeignStore, settings: Settings) {
    this.#store = store;
    this.#settings = settings;
    this.#transferred = store.scalar('counter', {
      ...this.#registration('libp2p_data_transfer_bytes_total', ['protocol']),
      help: 'Bytes sent and received, over all connections (global) and by protocol.',
    });
  }

  trackMultiaddrConnection(connection: ByteStream): void {
    this.#track(connection, 'global', (sentBytes, receivedBytes) => {
      this.#settings.sink?.network?.recordBytes?.({ sentBytes, receivedBytes });
    });
  }

  trackProtocolStream(stream: ProtocolStream): void {
    if (typeof stream?.protocol === 'string' && stream.protocol !== '') this.#track(stream, stream.protocol);
  }

  registerMetric(name: string, options: MetricOptions<number> = {}): Libp2pMetric {
    const family = this.#store.scalar('gauge', this.#registration(name, [], options));
    this.#calculate(family, options);
    return metricOf(family, this.#settings.clock);
  }

  registerMetricGroup(name: string, options: MetricOptions<Values> = {}): Libp2pMetricGroup {
    const family = this.#store.scalar('gauge', this.#groupRegistration(name, options));
    this.#calculate(family, options);
    return metricGroupOf(family, this.#settings.clock);
  }

  registerCounter(name: string, options: MetricOptions<number> = {}): Libp2pCounter {
    const family = this.#store.scalar('counter', this.#registration(name, [], options));
    this.#calculate(family, options);
    return metricOf(family, this.#settings.clock);
  }

  registerCounterGroup(name: string, options: MetricOptions<Values> = {}): Libp2pCounterGroup {
    const family = this.#store.scalar('counter', this.#groupRegistration(name, options));
    this.#calculate(family, options);
    return metricGroupOf(family, this.#settings.clock);
  }

  registerHistogram(name: string, options: HistogramOptions<number> = {}): Libp2pHistogram {
    const buckets = options?.buckets ?? this.#settings.buckets;
    const family = this.#store.histogram(this.#registration(name, [], options), buckets);
    this.#calculate(family, options);
    return histogramOf(family, this.#settings.clock);
  }

  registerHistogramGroup(name: string, options: HistogramOptions<Values> = {}): Libp2pHistogramGroup {
    const buckets = options?.buckets ?? this.#settings.buckets;
    const family = this.#store.histogram(this.#groupRegistration(name, options), buckets);
    this.#calculate(family, options);
    return histogramGroupOf(family, this.#settings.clock);
  }

  registerSummary(name: string, options: MetricOptions<number> = {}): Libp2pHistogram {
    const family = this.#store.histogram(this.#registration(name, [], options), this.#settings.summaryBuckets);
    this.#calculate(family, options);
    return histogramOf(family, this.#settings.clock);
  }

  registerSummaryGroup(name: string, options: MetricOptions<Values> = {}): Libp2pHistogramGroup {
    const family = this.#store.histogram(this.#groupRegistration(name, options), this.#settings.summaryBuckets);
    this.#calculate(family, options);
    return histogramGroupOf(family, this.#settings.clock);
  }

  traceFunction<F>(_name: string, fn: F): F {
    return fn;
  }

  createTrace(): undefined {
    return undefined;
  }

  /** libp2p calls it before its other components start and register what they show while they run. */
  beforeStart(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (const calculation of this.#lasting) this.#store.addCalculation(calculation);
  }

  start(): void {}

  stop(): void {}

  /** A node that is stopped has no connections and no streams: what is calculated of it is absent, and not called any more. */
  afterStop(): void {
    this.#isRunning = false;
    for (const calculation of [...this.#lasting, ...this.#running]) this.#store.removeCalculation(calculation);
    this.#running = [];
  }

  #registration(name: string, labelNames: readonly string[], options: MetricOptions<unknown> = {}): Registration {
    return { name, labelNames, help: options?.help, maxLabelValues: this.#settings.maxLabelValues };
  }

  #groupRegistration(name: string, options: MetricOptions<unknown>): Registration {
    return this.#registration(name, [labelName(options?.label ?? name) ?? 'key'], options);
  }

  #calculate(family: ForeignFamily, options: MetricOptions<unknown>): void {
    if (typeof options?.calculate !== 'function') return;
    const calculation = this.#store.makeCalculation(family, options.calculate, this.#settings);
    if (calculation === undefined || !this.#store.addCalculation(calculation)) return;
    (this.#isRunning ? this.#running : this.#lasting).push(calculation);
  }

  #track(stream: ByteStream, name: string, also: (sentBytes: number, receivedBytes: number) => void = () => {}): void {
    const sentKey = [`${name} sent`];
    const receivedKey = [`${name} received`];
    const recorder: ByteRecorder = {
      sent: (bytes) => {
        this.#transferred.add(sentKey, bytes);
        this.#guarded(() => also(bytes, 0));
      },
      received: (bytes) => {
        this.#transferred.add(receivedKey, bytes);
        this.#guarded(() => also(0, bytes));
      },
    };
    this.#guarded(() => trackBytes(stream, recorder));
  }

  /** Whatever goes wrong in a sink, or with a stream of another kind, must not reach the node. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch {
      this.#store.drops.count('callback');
    }
  }
}
