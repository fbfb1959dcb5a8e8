// The shapes of OpenTelemetry's metrics SDK (JavaScript, 2 and 3) that are read and answered here, so that it need not be
// imported. Its enumerations are numbers: 0 to 3 for the types of points below, 0 for delta and 1 for cumulative.

export const HISTOGRAM = 0;
export const EXPONENTIAL_HISTOGRAM = 1;
export const GAUGE = 2;
export const SUM = 3;
export const DELTA = 0;
export const CUMULATIVE = 1;

/** Seconds and nanoseconds. */
export type OtelTime = readonly [number, number];

export type OtelAttributes = Readonly<Record<string, unknown>>;

export interface OtelPoint {
  readonly startTime: OtelTime;
  readonly attributes: OtelAttributes;
  readonly value: unknown;
}

export interface OtelHistogram {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  readonly sum?: number | undefined;
}

export interface OtelBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

export interface OtelExponentialHistogram {
  readonly sum?: number | undefined;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: OtelBuckets;
  readonly negative: OtelBuckets;
}

export interface OtelMetric {
  readonly descriptor: { readonly name: string; readonly description: string; readonly unit: string };
  readonly aggregationTemporality: number;
  readonly dataPointType: number;
  readonly isMonotonic?: boolean | undefined;
  readonly dataPoints: readonly OtelPoint[];
}

export interface OtelScope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
}

interface OtelResource {
  readonly attributes: OtelAttributes;
  readonly asyncAttributesPending?: boolean | undefined;
  waitForAsyncAttributes?(): Promise<void>;
}

export interface OtelCollection {
  readonly resourceMetrics: {
    readonly resource: OtelResource;
    readonly scopeMetrics: readonly { readonly scope: OtelScope; readonly metrics: readonly OtelMetric[] }[];
  };
  readonly errors: readonly unknown[];
}

/** A reader of the SDK, or whatever else collects. */
export interface OtelCollector {
  collect(options?: { timeoutMillis?: number }): Promise<OtelCollection>;
}
