// Prometheus's protobuf format: MetricFamily messages, each after its length. The only format here that carries exponential
// histograms as they are (Prometheus calls them native), so those get no classic buckets beside. Prometheus counts buckets from
// one higher: its bucket i holds (b^(i-1), b^i], ours (b^i, b^(i+1)]; and it takes schemas (scales) from -4 to 8 only, so finer
// buckets are put together and coarser ones keep their upper bound.
// Source: prometheus/client_model, io/prometheus/client/metrics.proto

import { ProtobufWriter } from '../encoding/protobuf-writer.ts';
import type { Label } from '../labels.ts';
import type {
  Exemplar,
  ExponentialPoint,
  FamilySnapshot,
  HistogramPoint,
  ScalarPoint,
  Snapshot,
  SnapshotType,
  SummaryPoint,
} from '../snapshot/snapshot.ts';
import { isExposableExemplar } from './exemplars.ts';
import { type BucketSpan, nativeBuckets, nativeSchema, wholeCount } from './native-buckets.ts';
import { endsInUnit } from './units.ts';

/** The `Content-Type` of what `renderProtobuf` gives. */
export const PROTOBUF_CONTENT_TYPE =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

const FAMILY = { name: 1, help: 2, type: 3, metric: 4, unit: 5 } as const;
const TYPES = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4 } as const;
const METRIC = { label: 1, gauge: 2, counter: 3, summary: 4, untyped: 5, histogram: 7 } as const;
const PAIR = { name: 1, value: 2 } as const;
const VALUE = 1;
const COUNTER = { exemplar: 2, created: 3 } as const;
const SUMMARY = { count: 1, sum: 2, quantile: 3, created: 4 } as const;
const QUANTILE = { quantile: 1, value: 2 } as const;
const HISTOGRAM = {
  count: 1,
  sum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  negativeSpan: 9,
  negativeDelta: 10,
  positiveSpan: 12,
  positiveDelta: 13,
  created: 15,
  exemplars: 16,
} as const;
const BUCKET = { cumulativeCount: 1, upperBound: 2, exemplar: 3 } as const;
const SPAN = { offset: 1, length: 2 } as const;
const EXEMPLAR = { label: 1, value: 2, timestamp: 3 } as const;
const TIMESTAMP = { seconds: 1, nanoseconds: 2 } as const;

const TYPES_OF_FAMILIES: Readonly<Record<SnapshotType, keyof typeof TYPES>> = {
  counter: 'counter',
  gauge: 'gauge',
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'untyped',
  histogram: 'histogram',
  exponential: 'histogram',
  summary: 'summary',
};

const MILLISECONDS_A_SECOND = 1000;
const NANOSECONDS_A_MILLISECOND = 1_000_000;
/** Of a JavaScript date. */
const MAX_TIME_MS = 8.64e15;

const labelBytes = new WeakMap<readonly Label[], Uint8Array>();

/** All families as delimited messages. The bytes are the caller's. */
export function renderProtobuf(snapshot: Snapshot): Uint8Array {
  const writer = new ProtobufWriter();
  for (const family of snapshot.families) {
    // Prometheus takes none for a broken page.
    if (family.points.length === 0) continue;
    const start = writer.openDelimited();
    writeFamily(writer, family);
    writer.close(start);
  }
  return writer.finish();
}

function writeFamily(writer: ProtobufWriter, family: FamilySnapshot): void {
  const { name, help, unit } = family;
  const type = TYPES_OF_FAMILIES[family.type];
  writer.string(FAMILY.name, name);
  writer.string(FAMILY.help, help);
  writer.uint(FAMILY.type, TYPES[type]);
  switch (family.type) {
    case 'histogram': {
      const { bounds } = family;
      writeMetrics(writer, family.points, METRIC.histogram, (to, point) => writeHistogram(to, point, bounds));
      break;
    }
    case 'exponential':
      writeMetrics(writer, family.points, METRIC.histogram, writeExponential);
      break;
    case 'summary':
      writeMetrics(writer, family.points, METRIC.summary, writeSummary);
      break;
    case 'counter':
      writeMetrics(writer, family.points, METRIC.counter, writeCounter);
      break;
    default:
      writeMetrics(writer, family.points, type === 'untyped' ? METRIC.untyped : METRIC.gauge, writeValue);
  }
  const withoutSuffix = family.type === 'counter' && name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
  if (endsInUnit(withoutSuffix, unit)) writer.string(FAMILY.unit, unit);
}

function writeMetrics<P extends { readonly labels: readonly Label[] }>(
  writer: ProtobufWriter,
  points: readonly P[],
  field: number,
  write: (writer: ProtobufWriter, point: P) => void,
): void {
  for (const point of points) {
    const metric = writer.open(FAMILY.metric);
    writer.raw(labelsOf(point.labels));
    const content = writer.open(field);
    write(writer, point);
    writer.close(content);
    writer.close(metric);
  }
}

function labelsOf(labels: readonly Label[]): Uint8Array {
  let bytes = labelBytes.get(labels);
  if (bytes === undefined) {
    const writer = new ProtobufWriter();
    writeLabels(writer, METRIC.label, labels);
    bytes = writer.finish().slice();
    labelBytes.set(labels, bytes);
  }
  return bytes;
}

function writeLabels(writer: ProtobufWriter, field: number, labels: readonly Label[]): void {
  for (const { name, value } of labels) {
    const start = writer.open(field);
    writer.string(PAIR.name, name);
    writer.string(PAIR.value, value);
    writer.close(start);
  }
}

/** Of a gauge or an untyped metric. */
function writeValue(writer: ProtobufWriter, { value }: ScalarPoint): void {
  writer.double(VALUE, value);
}

function writeCounter(writer: ProtobufWriter, { value, exemplar, createdMs }: ScalarPoint): void {
  writer.double(VALUE, value);
  writeExemplar(writer, COUNTER.exemplar, exemplar);
  writeTime(writer, COUNTER.created, createdMs);
}

function writeSummary(writer: ProtobufWriter, { quantiles, sum, count, createdMs }: SummaryPoint): void {
  writer.uint(SUMMARY.count, wholeCount(count));
  writer.double(SUMMARY.sum, sum);
  for (const { quantile, value } of quantiles) {
    const start = writer.open(SUMMARY.quantile);
    writer.double(QUANTILE.quantile, quantile);
    writer.double(QUANTILE.value, value);
    writer.close(start);
  }
  writeTime(writer, SUMMARY.created, createdMs);
}

function writeHistogram(writer: ProtobufWriter, point: HistogramPoint, bounds: readonly number[]): void {
  const { counts, sum, exemplars, createdMs } = point;
  let count = 0;
  for (let bucket = 0; bucket <= bounds.length; bucket++) {
    count += wholeCount(counts[bucket]!);
    const start = writer.open(HISTOGRAM.bucket);
    writer.uint(BUCKET.cumulativeCount, count);
    writer.double(BUCKET.upperBound, bounds[bucket] ?? Number.POSITIVE_INFINITY);
    writeExemplar(writer, BUCKET.exemplar, exemplars?.[bucket]);
    writer.close(start);
  }
  writer.uint(HISTOGRAM.count, count);
  writer.double(HISTOGRAM.sum, sum);
  writeTime(writer, HISTOGRAM.created, createdMs);
}

function writeExponential(writer: ProtobufWriter, point: ExponentialPoint): void {
  const { scale, sum, zeroThreshold, createdMs, exemplars = [] } = point;
  const zeroCount = wholeCount(point.zeroCount);
  const negative = nativeBuckets(point.negative, scale);
  const positive = nativeBuckets(point.positive, scale);
  writer.uint(HISTOGRAM.count, zeroCount + negative.count + positive.count);
  writer.double(HISTOGRAM.sum, sum);
  writer.sint(HISTOGRAM.schema, nativeSchema(scale));
  writer.double(HISTOGRAM.zeroThreshold, zeroThreshold);
  writer.uint(HISTOGRAM.zeroCount, zeroCount);
  writeSpans(writer, HISTOGRAM.negativeSpan, negative.spans);
  writer.packedSints(HISTOGRAM.negativeDelta, negative.deltas);
  // An empty span tells an empty native histogram from an empty classic one.
  writeSpans(writer, HISTOGRAM.positiveSpan, positive.spans.length === 0 ? [{ offset: 0, length: 0 }] : positive.spans);
  writer.packedSints(HISTOGRAM.positiveDelta, positive.deltas);
  writeTime(writer, HISTOGRAM.created, createdMs);
  for (const exemplar of exemplars) writeExemplar(writer, HISTOGRAM.exemplars, exemplar);
}

function writeSpans(writer: ProtobufWriter, field: number, spans: readonly BucketSpan[]): void {
  for (const { offset, length } of spans) {
    const start = writer.open(field);
    writer.sint(SPAN.offset, offset);
    writer.uint(SPAN.length, length);
    writer.close(start);
  }
}

function writeExemplar(writer: ProtobufWriter, field: number, exemplar: Exemplar | undefined): void {
  if (!isExposableExemplar(exemplar)) return;
  const start = writer.open(field);
  writeLabels(writer, EXEMPLAR.label, exemplar.labels);
  writer.double(EXEMPLAR.value, exemplar.value);
  writeTime(writer, EXEMPLAR.timestamp, exemplar.timestampMs);
  writer.close(start);
}

/** A time that is none, from another library, is left out. */
function writeTime(writer: ProtobufWriter, field: number, timeMs: number | undefined): void {
  if (timeMs === undefined || !(Math.abs(timeMs) <= MAX_TIME_MS)) return;
  const wholeMs = Math.round(timeMs);
  const seconds = Math.floor(wholeMs / MILLISECONDS_A_SECOND);
  const start = writer.open(field);
  writer.int(TIMESTAMP.seconds, seconds);
  writer.uint(TIMESTAMP.nanoseconds, (wholeMs - seconds * MILLISECONDS_A_SECOND) * NANOSECONDS_A_MILLISECOND);
  writer.close(start);
}
