// What js-libp2p and gossipsub expect of a metrics implementation, and what the bridge needs of theirs: copies of structure
// only, of `Metrics` in @libp2p/interface 3.3 and `MetricsRegister` in @libp2p/gossipsub 17, because this package depends on
// nothing. `test/conformance/libp2p/types.test.ts` has the compiler compare them with the originals.

import type { SnapshotSource } from '../../snapshot/snapshot.ts';

/** The part of a registry that the bridge needs. */
export interface AttachingRegistry {
  attach(source: SnapshotSource): unknown;
}

export interface MetricOptions<T> {
  /** The label of a group; the metric's name where it is left out, as libp2p's own Prometheus metrics have it. */
  readonly label?: string | undefined;
  readonly help?: string | undefined;
  /** Called when the metrics are collected. Of a gauge it gives the value; of a counter what came since the last call. */
  readonly calculate?: (() => T | Promise<T>) | undefined;
}

export interface HistogramOptions<T> extends MetricOptions<T> {
  readonly buckets?: readonly number[] | undefined;
}

export type Amounts = Readonly<Record<string, number | true | undefined>>;
export type Values = Readonly<Record<string, number | undefined>>;
export type StopTimer = () => void;

export interface Libp2pMetric {
  update(value: number): void;
  increment(value?: number): void;
  decrement(value?: number): void;
  /** Sets it to 0. */
  reset(): void;
  /** The returned function sets the metric to the seconds since this call. */
  timer(): StopTimer;
}

export interface Libp2pMetricGroup {
  update(values: Values): void;
  increment(values: Amounts): void;
  decrement(values: Amounts): void;
  /** Ends all series of the group. */
  reset(): void;
  timer(key: string): StopTimer;
}

export interface Libp2pHistogram {
  observe(value: number): void;
  reset(): void;
  /** The returned function observes the seconds since this call. */
  timer(): StopTimer;
}

export interface Libp2pHistogramGroup {
  observe(values: Values): void;
  reset(): void;
  timer(key: string): StopTimer;
}

export type Libp2pCounter = Pick<Libp2pMetric, 'increment' | 'reset'>;
export type Libp2pCounterGroup = Pick<Libp2pMetricGroup, 'increment' | 'reset'>;

/** `Metrics` of @libp2p/interface, and the life cycle that libp2p gives to components that have one. */
export interface Libp2pMetrics {
  trackMultiaddrConnection(connection: ByteStream): void;
  trackProtocolStream(stream: ProtocolStream): void;
  registerMetric(name: string, options?: MetricOptions<number>): Libp2pMetric;
  registerMetricGroup(name: string, options?: MetricOptions<Values>): Libp2pMetricGroup;
  registerCounter(name: string, options?: MetricOptions<number>): Libp2pCounter;
  registerCounterGroup(name: string, options?: MetricOptions<Values>): Libp2pCounterGroup;
  registerHistogram(name: string, options?: HistogramOptions<number>): Libp2pHistogram;
  registerHistogramGroup(name: string, options?: HistogramOptions<Values>): Libp2pHistogramGroup;
  registerSummary(name: string, options?: MetricOptions<number>): Libp2pHistogram;
  registerSummaryGroup(name: string, options?: MetricOptions<Values>): Libp2pHistogramGroup;
  /** Answers with the function as it is: nothing is traced. */
  traceFunction<F>(name: string, fn: F, options?: unknown): F;
  createTrace(): undefined;
  beforeStart(): void;
  start(): void;
  stop(): void;
  afterStop(): void;
}

/** Of a libp2p `MessageStream` what it takes to count its bytes. */
export interface ByteStream {
  send(data: Sized): boolean;
  unshift(data: Sized): void;
  dispatchEvent(event: StreamEvent): boolean;
}

export interface ProtocolStream extends ByteStream {
  readonly protocol: string;
}

export interface Sized {
  readonly byteLength: number;
}

export interface StreamEvent {
  readonly type: string;
}

export type GossipsubLabels = Readonly<Record<string, string | number>>;

/** `GaugeConfig` and `AvgMinMaxConfig` of gossipsub. */
export interface GossipsubConfig {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}

export interface GossipsubHistogramConfig extends GossipsubConfig {
  readonly buckets?: readonly number[];
}

/** Records take `(labels, value)` or, for a metric without labels, `(value)`. */
export interface GossipsubGauge {
  inc(labelsOrAmount?: GossipsubLabels | number, amount?: number): void;
  dec(labelsOrAmount?: GossipsubLabels | number, amount?: number): void;
  set(labelsOrValue: GossipsubLabels | number, value?: number): void;
  /** Calls back whenever the metrics are collected. */
  addCollect(callback: (gauge: GossipsubGauge) => void): void;
}

export interface GossipsubHistogram {
  /** The returned function observes the seconds since this call. */
  startTimer(labels?: GossipsubLabels): () => void;
  observe(labelsOrValue: GossipsubLabels | number, value?: number): void;
  reset(): void;
}

export interface GossipsubAvgMinMax {
  /** No values: absent. */
  set(labelsOrValues: GossipsubLabels | readonly number[], values?: readonly number[]): void;
}
