// The message `Histogram`, whose fields remote write 1.0, 2.0 and remote read number alike. Whole counts travel as integers
// with deltas, as a client library's do; others as floats. Source: prometheus.io/docs/specs/native_histograms

import type { BucketSpan, NativeHistogram } from '../../../model/batch.ts';
import { WireError, type WireReader } from './wire-reader.ts';
import { FIXED64, LENGTH_DELIMITED, VARINT, WireWriter } from './wire-writer.ts';

const RESET_HINT_GAUGE = 3;
/** Buckets of one side in an answer; more is refused. Prometheus itself keeps to some hundreds. */
const BUCKETS_MAX = 100_000;

const COUNT_INT = 1;
const COUNT_FLOAT = 2;
const SUM = 3;
const SCHEMA = 4;
const ZERO_THRESHOLD = 5;
const ZERO_COUNT_INT = 6;
const ZERO_COUNT_FLOAT = 7;
const NEGATIVE_SPANS = 8;
const NEGATIVE_DELTAS = 9;
const NEGATIVE_COUNTS = 10;
const POSITIVE_SPANS = 11;
const POSITIVE_DELTAS = 12;
const POSITIVE_COUNTS = 13;
const RESET_HINT = 14;
const TIMESTAMP = 15;
const CUSTOM_VALUES = 16;

const scratch = new WireWriter();
const ONE = new Float64Array(1);
const ONE_BITS = new Uint32Array(ONE.buffer);

/** The bytes of one message without its tag and length; valid until the next call. */
export function encodeHistogram(histogram: NativeHistogram, timestampMs: number): Uint8Array {
  const writer = scratch;
  writer.clear();
  const isWhole = hasWholeCounts(histogram);
  if (isWhole) {
    writer.tag(COUNT_INT, VARINT);
    writer.varint(histogram.count);
  } else writeDouble(writer, COUNT_FLOAT, histogram.count);
  writeDouble(writer, SUM, histogram.sum);
  writer.tag(SCHEMA, VARINT);
  writer.zigzag(histogram.schema);
  writeDouble(writer, ZERO_THRESHOLD, histogram.zeroThreshold);
  if (isWhole) {
    writer.tag(ZERO_COUNT_INT, VARINT);
    writer.varint(histogram.zeroCount);
  } else writeDouble(writer, ZERO_COUNT_FLOAT, histogram.zeroCount);
  writeSpans(writer, NEGATIVE_SPANS, histogram.negativeSpans);
  if (isWhole) writeDeltas(writer, NEGATIVE_DELTAS, histogram.negativeCounts);
  else writeDoubles(writer, NEGATIVE_COUNTS, histogram.negativeCounts);
  writeSpans(writer, POSITIVE_SPANS, histogram.positiveSpans);
  if (isWhole) writeDeltas(writer, POSITIVE_DELTAS, histogram.positiveCounts);
  else writeDoubles(writer, POSITIVE_COUNTS, histogram.positiveCounts);
  if (histogram.isGauge === true) {
    writer.tag(RESET_HINT, VARINT);
    writer.varint(RESET_HINT_GAUGE);
  }
  writer.tag(TIMESTAMP, VARINT);
  writer.int64(timestampMs);
  if (histogram.customBounds !== undefined) writeDoubles(writer, CUSTOM_VALUES, histogram.customBounds);
  return writer.written();
}

/** @throws {WireError} */
export function decodeHistogram(reader: WireReader): { timestampMs: number; histogram: NativeHistogram } {
  let [count, sum, schema, zeroThreshold, zeroCount, timestampMs] = [0, 0, 0, 0, 0, 0];
  let isGauge = false;
  const sides = { positive: new Side(), negative: new Side() };
  const customBounds: number[] = [];
  while (reader.next()) {
    switch (reader.field) {
      case COUNT_INT:
        count = reader.uint();
        break;
      case COUNT_FLOAT:
        count = reader.double();
        break;
      case SUM:
        sum = reader.double();
        break;
      case SCHEMA:
        schema = reader.sint();
        break;
      case ZERO_THRESHOLD:
        zeroThreshold = reader.double();
        break;
      case ZERO_COUNT_INT:
        zeroCount = reader.uint();
        break;
      case ZERO_COUNT_FLOAT:
        zeroCount = reader.double();
        break;
      case NEGATIVE_SPANS:
        sides.negative.readSpan(reader.message());
        break;
      case NEGATIVE_DELTAS:
        reader.packed(VARINT, (inner) => sides.negative.addDelta(inner.sint()));
        break;
      case NEGATIVE_COUNTS:
        reader.packed(FIXED64, (inner) => sides.negative.addCount(inner.double()));
        break;
      case POSITIVE_SPANS:
        sides.positive.readSpan(reader.message());
        break;
      case POSITIVE_DELTAS:
        reader.packed(VARINT, (inner) => sides.positive.addDelta(inner.sint()));
        break;
      case POSITIVE_COUNTS:
        reader.packed(FIXED64, (inner) => sides.positive.addCount(inner.double()));
        break;
      case RESET_HINT:
        isGauge = reader.uint() === RESET_HINT_GAUGE;
        break;
      case TIMESTAMP:
        timestampMs = reader.int();
        break;
      case CUSTOM_VALUES:
        reader.packed(FIXED64, (inner) => customBounds.push(inner.double()));
        break;
      default:
        reader.skip();
    }
  }
  const histogram: NativeHistogram = {
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans: sides.positive.spans,
    positiveCounts: Float64Array.from(sides.positive.counts),
    negativeSpans: sides.negative.spans,
    negativeCounts: Float64Array.from(sides.negative.counts),
    ...(customBounds.length === 0 ? {} : { customBounds: Float64Array.from(customBounds) }),
    ...(isGauge ? { isGauge } : {}),
  };
  return { timestampMs, histogram };
}

/** The buckets of one sign. */
class Side {
  readonly spans: BucketSpan[] = [];
  readonly counts: number[] = [];

  readSpan(reader: WireReader): void {
    let [offset, length] = [0, 0];
    while (reader.next()) {
      if (reader.field === 1) offset = reader.sint();
      else if (reader.field === 2) length = reader.uint();
      else reader.skip();
    }
    this.spans.push({ offset, length });
  }

  addDelta(delta: number): void {
    this.addCount((this.counts.at(-1) ?? 0) + delta);
  }

  addCount(count: number): void {
    if (this.counts.length >= BUCKETS_MAX) throw new WireError(`has a histogram of more than ${BUCKETS_MAX} buckets`);
    this.counts.push(count);
  }
}

function hasWholeCounts({ count, zeroCount, positiveCounts, negativeCounts }: NativeHistogram): boolean {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  return isCount(count) && isCount(zeroCount) && positiveCounts.every(isCount) && negativeCounts.every(isCount);
}

/** A sum may be a stale marker, whose bits are to stay. */
function writeDouble(writer: WireWriter, field: number, value: number): void {
  ONE[0] = value;
  writer.tag(field, FIXED64);
  writer.words(ONE_BITS[0]!, ONE_BITS[1]!);
}

function writeDoubles(writer: WireWriter, field: number, values: Float64Array): void {
  if (values.length === 0) return;
  writer.tag(field, LENGTH_DELIMITED);
  writer.varint(8 * values.length);
  writer.doubles(values);
}

const deltas = new WireWriter();

function writeDeltas(writer: WireWriter, field: number, counts: Float64Array): void {
  if (counts.length === 0) return;
  deltas.clear();
  let previous = 0;
  for (const count of counts) {
    deltas.zigzag(count - previous);
    previous = count;
  }
  writer.tag(field, LENGTH_DELIMITED);
  writer.varint(deltas.length);
  writer.bytes(deltas.written());
}

function writeSpans(writer: WireWriter, field: number, spans: readonly BucketSpan[]): void {
  for (const { offset, length } of spans) {
    deltas.clear();
    deltas.tag(1, VARINT);
    deltas.zigzag(offset);
    deltas.tag(2, VARINT);
    deltas.varint(length);
    writer.tag(field, LENGTH_DELIMITED);
    writer.varint(deltas.length);
    writer.bytes(deltas.written());
  }
}
