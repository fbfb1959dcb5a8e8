// OTLP metrics as protobuf: one ExportMetricsServiceRequest with one resource and one scope. The attributes of a series are
// encoded once and kept by its labels; a rendering copies them and writes the numbers. Field numbers are those of
// opentelemetry/proto/metrics/v1/metrics.proto.

import { ProtobufWriter } from '../encoding/protobuf-writer.ts';
import type { Label } from '../labels.ts';
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialFamilySnapshot,
  ExponentialPoint,
  FamilySnapshot,
  HistogramFamilySnapshot,
  HistogramPoint,
  ScalarFamilySnapshot,
  ScalarPoint,
  Snapshot,
  SummaryPoint,
} from '../snapshot/snapshot.ts';
import { wholeCount } from './native-buckets.ts';
import {
  CUMULATIVE,
  isTimedExemplar,
  type OtlpOptions,
  otlpExemplar,
  otlpLostType,
  otlpResource,
  otlpScope,
  otlpUnit,
  TYPE_METADATA_KEY,
  totalOf,
  wholeCounts,
} from './otlp-model.ts';
import { isKnownTime } from './times.ts';

/** The `Content-Type` of what {@link renderOtlpProtobuf} gives. */
export const OTLP_PROTOBUF_CONTENT_TYPE = 'application/x-protobuf';

/** Fields that hold the points and the attributes of a point, by kind. */
const GAUGE = 5;
const SUM = 7;
const HISTOGRAM = 9;
const EXPONENTIAL = 10;
const SUMMARY = 11;
const NUMBER_ATTRIBUTES = 7;
const HISTOGRAM_ATTRIBUTES = 9;
const EXPONENTIAL_ATTRIBUTES = 1;
const EXEMPLAR_ATTRIBUTES = 7;

const encodedAttributes = new Map<number, WeakMap<readonly Label[], Uint8Array>>(
  [NUMBER_ATTRIBUTES, HISTOGRAM_ATTRIBUTES, EXPONENTIAL_ATTRIBUTES].map((field) => [field, new WeakMap()]),
);

/** The whole snapshot; families without points are left out. The bytes are the caller's. */
export function renderOtlpProtobuf(snapshot: Snapshot, options: OtlpOptions = {}): Uint8Array {
  const writer = new ProtobufWriter();
  writer.message(1, () => {
    writer.message(1, () => writeAttributes(writer, 1, otlpResource(options)));
    writer.message(2, () => {
      const { name, version } = otlpScope(options);
      writer.message(1, () => {
        writer.string(1, name);
        if (version !== undefined) writer.string(2, version);
      });
      for (const family of snapshot.families) {
        if (family.points.length === 0) continue;
        writer.message(2, () => writeMetric(writer, family, snapshot.takenAtMs));
      }
    });
  });
  return writer.finish();
}

function writeMetric(writer: ProtobufWriter, family: FamilySnapshot, timeMs: number): void {
  writer.string(1, family.name);
  writer.string(2, family.help);
  const unit = otlpUnit(family);
  if (unit !== '') writer.string(3, unit);
  writeData(writer, family, timeMs);
  const lostType = otlpLostType(family);
  if (lostType !== undefined) writeAttributes(writer, 12, [{ name: TYPE_METADATA_KEY, value: lostType }]);
}

function writeData(writer: ProtobufWriter, family: FamilySnapshot, timeMs: number): void {
  switch (family.type) {
    case 'counter':
      writeCounters(writer, family, timeMs);
      break;
    case 'gauge':
    case 'info':
    case 'stateset':
    case 'unknown':
      writer.message(GAUGE, () => {
        for (const point of family.points) writeNumber(writer, point, timeMs);
      });
      break;
    case 'histogram':
      writeHistograms(writer, family, timeMs);
      break;
    case 'exponential':
      writeExponentials(writer, family, timeMs);
      break;
    case 'summary':
      writer.message(SUMMARY, () => {
        for (const point of family.points) writeSummary(writer, point, timeMs);
      });
  }
}

function writeCounters(writer: ProtobufWriter, { points }: ScalarFamilySnapshot, timeMs: number): void {
  const data = writer.open(SUM);
  for (const point of points) writeNumber(writer, point, timeMs);
  writer.uint(2, CUMULATIVE);
  writer.bool(3, true);
  writer.close(data);
}

function writeNumber(writer: ProtobufWriter, point: ScalarPoint, timeMs: number): void {
  const start = writer.open(1);
  writeTimes(writer, point.createdMs, timeMs);
  writer.double(4, point.value);
  if (isTimedExemplar(point.exemplar)) writeExemplar(writer, 5, point.exemplar);
  writer.raw(attributesOf(point.labels, NUMBER_ATTRIBUTES));
  writer.close(start);
}

function writeHistograms(writer: ProtobufWriter, { points, bounds }: HistogramFamilySnapshot, timeMs: number): void {
  const data = writer.open(HISTOGRAM);
  for (const point of points) writeHistogram(writer, point, bounds, timeMs);
  writer.uint(2, CUMULATIVE);
  writer.close(data);
}

function writeHistogram(
  writer: ProtobufWriter,
  point: HistogramPoint,
  bounds: readonly number[],
  timeMs: number,
): void {
  const counts = wholeCounts(point.counts);
  const start = writer.open(1);
  writeTimes(writer, point.createdMs, timeMs);
  writer.fixed64(4, totalOf(counts));
  writer.double(5, point.sum);
  writer.packedFixed64(6, counts);
  writer.packedDoubles(7, bounds);
  writeExemplars(writer, 8, point.exemplars);
  writer.raw(attributesOf(point.labels, HISTOGRAM_ATTRIBUTES));
  writer.close(start);
}

function writeExponentials(writer: ProtobufWriter, { points }: ExponentialFamilySnapshot, timeMs: number): void {
  const data = writer.open(EXPONENTIAL);
  for (const point of points) writeExponential(writer, point, timeMs);
  writer.uint(2, CUMULATIVE);
  writer.close(data);
}

function writeExponential(writer: ProtobufWriter, point: ExponentialPoint, timeMs: number): void {
  const zeroCount = wholeCount(point.zeroCount);
  const positive = wholeCounts(point.positive.counts);
  const negative = wholeCounts(point.negative.counts);
  const start = writer.open(1);
  writer.raw(attributesOf(point.labels, EXPONENTIAL_ATTRIBUTES));
  writeTimes(writer, point.createdMs, timeMs);
  writer.fixed64(4, zeroCount + totalOf(positive) + totalOf(negative));
  writer.double(5, point.sum);
  writer.sint(6, point.scale);
  writer.fixed64(7, zeroCount);
  writeBuckets(writer, 8, { offset: point.positive.offset, counts: positive });
  writeBuckets(writer, 9, { offset: point.negative.offset, counts: negative });
  writeExemplars(writer, 11, point.exemplars);
  writer.double(14, point.zeroThreshold);
  writer.close(start);
}

function writeBuckets(writer: ProtobufWriter, field: number, { offset, counts }: ExponentialBuckets): void {
  if (counts.length === 0) return;
  const start = writer.open(field);
  writer.sint(1, offset);
  writer.packedUints(2, counts);
  writer.close(start);
}

function writeSummary(writer: ProtobufWriter, point: SummaryPoint, timeMs: number): void {
  const start = writer.open(1);
  writeTimes(writer, point.createdMs, timeMs);
  writer.fixed64(4, wholeCount(point.count));
  writer.double(5, point.sum);
  for (const { quantile, value } of point.quantiles) {
    const pair = writer.open(6);
    writer.double(1, quantile);
    writer.double(2, value);
    writer.close(pair);
  }
  writer.raw(attributesOf(point.labels, NUMBER_ATTRIBUTES));
  writer.close(start);
}

function writeTimes(writer: ProtobufWriter, createdMs: number | undefined, timeMs: number): void {
  if (isKnownTime(createdMs)) writer.fixed64Nanoseconds(2, createdMs);
  writer.fixed64Nanoseconds(3, timeMs);
}

function writeExemplars(
  writer: ProtobufWriter,
  field: number,
  exemplars: readonly (Exemplar | undefined)[] | undefined,
): void {
  if (exemplars === undefined) return;
  for (const exemplar of exemplars) {
    if (isTimedExemplar(exemplar)) writeExemplar(writer, field, exemplar);
  }
}

function writeExemplar(writer: ProtobufWriter, field: number, exemplar: Exemplar): void {
  const { traceId, spanId, attributes, value, timestampMs } = otlpExemplar(exemplar);
  writer.message(field, () => {
    writer.fixed64Nanoseconds(2, timestampMs);
    writer.double(3, value);
    if (spanId !== undefined) writer.bytes(4, bytesOfHex(spanId));
    if (traceId !== undefined) writer.bytes(5, bytesOfHex(traceId));
    writeAttributes(writer, EXEMPLAR_ATTRIBUTES, attributes);
  });
}

function attributesOf(labels: readonly Label[], field: number): Uint8Array {
  const known = encodedAttributes.get(field)!;
  const encoded = known.get(labels);
  if (encoded !== undefined) return encoded;
  const writer = new ProtobufWriter();
  writeAttributes(writer, field, labels);
  const made = writer.finish().slice();
  known.set(labels, made);
  return made;
}

function writeAttributes(writer: ProtobufWriter, field: number, labels: readonly Label[]): void {
  for (const { name, value } of labels) {
    writer.message(field, () => {
      writer.string(1, name);
      writer.message(2, () => writer.string(1, value));
    });
  }
}

function bytesOfHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
