// Native histograms as remote write 1.0 and 2.0 send them, the same message in both: buckets as differences of whole
// counts, or as floats. Lists are read up to a bound; whoever checks the histogram refuses one that is over it.
// Source: prometheus/types.proto and io/prometheus/write/v2/types.proto

import type { BucketSpan, NativeHistogram } from '../../../model/batch.ts';
import type { HistogramCounts } from '../histogram-check.ts';
import { type ProtobufReader, WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../protobuf-reader.ts';

export interface PushedHistogram {
  readonly histogram: NativeHistogram;
  readonly counts: HistogramCounts;
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

const HINT_GAUGE = 3;
const STALE_LOW = 0x00000002;
const STALE_HIGH = 0x7ff00000;

/** The reader stands at the begin of the message and its end is the message's. Lists hold up to `bucketsMax + 1`. */
export function readHistogram(reader: ProtobufReader, bucketsMax: number): PushedHistogram {
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
        reader.skip(tag & 7);
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
    else reader.skip(tag & 7);
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
