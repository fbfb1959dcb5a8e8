// The message `Histogram`, the same in remote write 1.0, 2.0 and remote read: whole counts travel as differences, as a client
// library's do, others as floats. Source: prometheus.io/docs/specs/native_histograms, prometheus/types.proto,
// io/prometheus/write/v2/types.proto

import type { BucketSpan, NativeHistogram } from '../model/batch.ts';
import { knownFields, type ProtobufReader } from './protobuf-reader.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from './wire-types.ts';

export interface ReadHistogram {
  readonly histogram: NativeHistogram;
  /** How its counts were written. */
  readonly counts: 'integer' | 'float';
  readonly timestampMs: number;
  /** Its sum is the stale marker: the series ended. */
  readonly isStale: boolean;
}

const COUNT_INT = (1 << 3) | WIRE_VARINT;
const COUNT_FLOAT = (2 << 3) | WIRE_FIXED64;
const SUM = (3 << 3) | WIRE_FIXED64;
const SCHEMA = (4 << 3) | WIRE_VARINT;
const ZERO_THRESHOLD = (5 << 3) | WIRE_FIXED64;
const ZERO_COUNT_INT = (6 << 3) | WIRE_VARINT;
const ZERO_COUNT_FLOAT = (7 << 3) | WIRE_FIXED64;
const NEGATIVE_SPANS = (8 << 3) | WIRE_BYTES;
const NEGATIVE_DELTAS = 9;
const NEGATIVE_COUNTS = 10;
const POSITIVE_SPANS = (11 << 3) | WIRE_BYTES;
const POSITIVE_DELTAS = 12;
const POSITIVE_COUNTS = 13;
const RESET_HINT = (14 << 3) | WIRE_VARINT;
const TIMESTAMP = (15 << 3) | WIRE_VARINT;
const CUSTOM_VALUES = 16;

const SPAN_OFFSET = (1 << 3) | WIRE_VARINT;
const SPAN_LENGTH = (2 << 3) | WIRE_VARINT;

const HISTOGRAM_FIELDS = knownFields(
  COUNT_INT,
  COUNT_FLOAT,
  SUM,
  SCHEMA,
  ZERO_THRESHOLD,
  ZERO_COUNT_INT,
  ZERO_COUNT_FLOAT,
  NEGATIVE_SPANS,
  POSITIVE_SPANS,
  RESET_HINT,
  TIMESTAMP,
);
const SPAN_FIELDS = knownFields(SPAN_OFFSET, SPAN_LENGTH);

const HINT_GAUGE = 3;
const STALE_LOW = 0x00000002;
const STALE_HIGH = 0x7ff00000;

const scratch = new ProtobufWriter();
const deltas = new ProtobufWriter();
const ONE = new Float64Array(1);
const ONE_BITS = new Uint32Array(ONE.buffer);

/** The bytes of one message without its tag and length; valid until the next call. */
export function encodeHistogram(histogram: NativeHistogram, timestampMs: number): Uint8Array {
  const writer = scratch;
  writer.clear();
  const isWhole = hasWholeCounts(histogram);
  if (isWhole) {
    writer.varint(COUNT_INT);
    writer.varint(histogram.count);
  } else writeDouble(writer, COUNT_FLOAT, histogram.count);
  writeDouble(writer, SUM, histogram.sum);
  writer.varint(SCHEMA);
  writer.zigzag(histogram.schema);
  writeDouble(writer, ZERO_THRESHOLD, histogram.zeroThreshold);
  if (isWhole) {
    writer.varint(ZERO_COUNT_INT);
    writer.varint(histogram.zeroCount);
  } else writeDouble(writer, ZERO_COUNT_FLOAT, histogram.zeroCount);
  writeSpans(writer, NEGATIVE_SPANS, histogram.negativeSpans);
  if (isWhole) writeDeltas(writer, NEGATIVE_DELTAS, histogram.negativeCounts);
  else writeDoubles(writer, NEGATIVE_COUNTS, histogram.negativeCounts);
  writeSpans(writer, POSITIVE_SPANS, histogram.positiveSpans);
  if (isWhole) writeDeltas(writer, POSITIVE_DELTAS, histogram.positiveCounts);
  else writeDoubles(writer, POSITIVE_COUNTS, histogram.positiveCounts);
  if (histogram.isGauge === true) {
    writer.varint(RESET_HINT);
    writer.varint(HINT_GAUGE);
  }
  writer.varint(TIMESTAMP);
  writer.int64(timestampMs);
  if (histogram.customBounds !== undefined) writeDoubles(writer, CUSTOM_VALUES, histogram.customBounds);
  return writer.written();
}

/** The reader stands at the begin of the message and its end is the message's. Lists hold up to `bucketsMax + 1`. */
export function readHistogram(reader: ProtobufReader, bucketsMax: number): ReadHistogram {
  let count = 0;
  let sum = 0;
  let schema = 0;
  let zeroThreshold = 0;
  let zeroCountInt = 0;
  let zeroCountFloat = 0;
  let isFloat = false;
  let isStale = false;
  let isGauge = false;
  let timestampMs = 0;
  const negativeSpans: BucketSpan[] = [];
  const positiveSpans: BucketSpan[] = [];
  const negativeDeltas: number[] = [];
  const positiveDeltas: number[] = [];
  const negativeFloats: number[] = [];
  const positiveFloats: number[] = [];
  const customValues: number[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    switch (tag) {
      case COUNT_INT:
        count = reader.readUint64();
        isFloat = false;
        continue;
      case COUNT_FLOAT:
        count = reader.readDouble();
        isFloat = true;
        continue;
      case SUM: {
        const at = reader.readFixed64();
        sum = reader.view.getFloat64(at, true);
        isStale = reader.view.getUint32(at, true) === STALE_LOW && reader.view.getUint32(at + 4, true) === STALE_HIGH;
        continue;
      }
      case SCHEMA:
        schema = reader.readSint64();
        continue;
      case ZERO_THRESHOLD:
        zeroThreshold = reader.readDouble();
        continue;
      case ZERO_COUNT_INT:
        zeroCountInt = reader.readUint64();
        continue;
      case ZERO_COUNT_FLOAT:
        zeroCountFloat = reader.readDouble();
        continue;
      case NEGATIVE_SPANS:
        readSpan(reader, negativeSpans, bucketsMax);
        continue;
      case POSITIVE_SPANS:
        readSpan(reader, positiveSpans, bucketsMax);
        continue;
      case RESET_HINT:
        isGauge = reader.readUint64() === HINT_GAUGE;
        continue;
      case TIMESTAMP:
        timestampMs = reader.readInt64();
        continue;
    }
    switch (tag >>> 3) {
      case NEGATIVE_DELTAS:
        readSints(reader, tag, negativeDeltas, bucketsMax);
        break;
      case POSITIVE_DELTAS:
        readSints(reader, tag, positiveDeltas, bucketsMax);
        break;
      case NEGATIVE_COUNTS:
        readDoubles(reader, tag, negativeFloats, bucketsMax);
        break;
      case POSITIVE_COUNTS:
        readDoubles(reader, tag, positiveFloats, bucketsMax);
        break;
      case CUSTOM_VALUES:
        readDoubles(reader, tag, customValues, bucketsMax);
        break;
      default:
        reader.skipOther(tag, HISTOGRAM_FIELDS);
    }
  }
  return {
    histogram: {
      schema,
      zeroThreshold,
      zeroCount: isFloat ? zeroCountFloat : zeroCountInt,
      count,
      sum,
      positiveSpans,
      positiveCounts: isFloat ? Float64Array.from(positiveFloats) : running(positiveDeltas),
      negativeSpans,
      negativeCounts: isFloat ? Float64Array.from(negativeFloats) : running(negativeDeltas),
      ...(customValues.length === 0 ? {} : { customBounds: Float64Array.from(customValues) }),
      ...(isGauge ? { isGauge } : {}),
    },
    counts: isFloat ? 'float' : 'integer',
    timestampMs,
    isStale,
  };
}

function readSpan(reader: ProtobufReader, spans: BucketSpan[], most: number): void {
  const outer = reader.enter();
  let offset = 0;
  let length = 0;
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === SPAN_OFFSET) offset = reader.readSint64();
    else if (tag === SPAN_LENGTH) length = reader.readUint64();
    else reader.skipOther(tag, SPAN_FIELDS);
  }
  reader.leave(outer);
  if (spans.length <= most) spans.push({ offset, length });
}

/** Packed or one by one. */
function readSints(reader: ProtobufReader, tag: number, values: number[], most: number): void {
  if ((tag & 7) === WIRE_VARINT) {
    pushBounded(values, reader.readSint64(), most);
    return;
  }
  reader.expect(tag, WIRE_BYTES);
  const outer = reader.enter();
  while (!reader.isAtEnd) pushBounded(values, reader.readSint64(), most);
  reader.leave(outer);
}

function readDoubles(reader: ProtobufReader, tag: number, values: number[], most: number): void {
  if ((tag & 7) === WIRE_FIXED64) {
    pushBounded(values, reader.readDouble(), most);
    return;
  }
  reader.expect(tag, WIRE_BYTES);
  const outer = reader.enter();
  while (!reader.isAtEnd) pushBounded(values, reader.readDouble(), most);
  reader.leave(outer);
}

function pushBounded(values: number[], value: number, most: number): void {
  if (values.length <= most) values.push(value);
}

/** Each count is the one before it and the difference. */
function running(deltas: readonly number[]): Float64Array {
  const counts = new Float64Array(deltas.length);
  let count = 0;
  for (let at = 0; at < deltas.length; at++) counts[at] = count += deltas[at]!;
  return counts;
}

/** Whether its counts travel as whole numbers. */
export function hasWholeCounts({ count, zeroCount, positiveCounts, negativeCounts }: NativeHistogram): boolean {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  return isCount(count) && isCount(zeroCount) && positiveCounts.every(isCount) && negativeCounts.every(isCount);
}

/** A sum may be a stale marker, whose bits are to stay. */
function writeDouble(writer: ProtobufWriter, tag: number, value: number): void {
  ONE[0] = value;
  writer.varint(tag);
  writer.words(ONE_BITS[0]!, ONE_BITS[1]!);
}

function writeDoubles(writer: ProtobufWriter, field: number, values: Float64Array): void {
  if (values.length === 0) return;
  writer.tag(field, WIRE_BYTES);
  writer.varint(8 * values.length);
  writer.doubles(values);
}

function writeDeltas(writer: ProtobufWriter, field: number, counts: Float64Array): void {
  if (counts.length === 0) return;
  deltas.clear();
  let previous = 0;
  for (const count of counts) {
    deltas.zigzag(count - previous);
    previous = count;
  }
  writer.tag(field, WIRE_BYTES);
  writer.varint(deltas.length);
  writer.bytes(deltas.written());
}

function writeSpans(writer: ProtobufWriter, tag: number, spans: readonly BucketSpan[]): void {
  for (const { offset, length } of spans) {
    deltas.clear();
    deltas.varint(SPAN_OFFSET);
    deltas.zigzag(offset);
    deltas.varint(SPAN_LENGTH);
    deltas.varint(length);
    writer.varint(tag);
    writer.varint(deltas.length);
    writer.bytes(deltas.written());
  }
}
