// OpenTelemetry's metrics, of the SDK that its users run: without handles, each record names its attributes.

import type { Meter } from '@opentelemetry/api';
import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';

/** Collects when it is asked, as the reader of an exporter does. */
class ManualReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

export function openTelemetryMeter(histograms?: { readonly boundaries: readonly number[] } | 'exponential'): Meter {
  return new MeterProvider({
    readers: [new ManualReader()],
    views: histograms === undefined ? [] : [{ instrumentName: 'bench_*', aggregation: aggregationOf(histograms) }],
  }).getMeter('bench');
}

function aggregationOf(histograms: { readonly boundaries: readonly number[] } | 'exponential'): AggregationOption {
  return histograms === 'exponential'
    ? { type: AggregationType.EXPONENTIAL_HISTOGRAM }
    : { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [...histograms.boundaries] } };
}
