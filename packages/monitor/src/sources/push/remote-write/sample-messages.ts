// The messages of a sample and of a histogram, the same in remote write 1.0 and 2.0, on their way into a batch. Senders write a
// sample in 18 bytes of one layout; those are read without a look at each field, and whatever else is allowed field by field.

import { readHistogram } from '../../../encoding/native-histogram.ts';
import { knownFields, type ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import type { PushBatch } from '../push-batch.ts';

/** Of a series, in both versions. */
export const SAMPLES = (2 << 3) | WIRE_BYTES;

const VALUE = (1 << 3) | WIRE_FIXED64;
const TIMESTAMP = (2 << 3) | WIRE_VARINT;
const SAMPLE_FIELDS = knownFields(VALUE, TIMESTAMP);

/** `SAMPLES`, the length, `VALUE`, its eight bytes, `TIMESTAMP`, and a time of six bytes: one from 1971 to 2109. */
export const PLAIN_SAMPLE_BYTES = 18;
const PLAIN_BEGIN = SAMPLES | ((PLAIN_SAMPLE_BYTES - 2) << 8) | (VALUE << 16);
const PLAIN_BEGIN_MASK = 0xffffff;
const VALUE_AT = 3;
const TIMESTAMP_AT = 11;
const TIME_AT = 12;
/** Of a varint's bytes: more of it follows. */
const MORE = 0x80;
const MORE_IN_FOUR = 0x80808080 | 0;
const TWO_28 = 2 ** 28;

/** Whether a sample in that layout begins at `at`; so many bytes have to be there. */
export function isPlainSample(bytes: Uint8Array, view: DataView, at: number): boolean {
  return (
    (view.getInt32(at, true) & PLAIN_BEGIN_MASK) === PLAIN_BEGIN &&
    bytes[at + TIMESTAMP_AT] === TIMESTAMP &&
    (view.getInt32(at + TIME_AT, true) & MORE_IN_FOUR) === MORE_IN_FOUR &&
    bytes[at + TIME_AT + 4]! >= MORE &&
    bytes[at + TIME_AT + 5]! < MORE
  );
}

/** Takes one that is. */
export function takePlainSample(view: DataView, at: number, batch: PushBatch, series: number): void {
  const word = view.getInt32(at + TIME_AT, true);
  const low = (word & 0x7f) | ((word >>> 1) & 0x3f80) | ((word >>> 2) & 0x1fc000) | ((word >>> 3) & 0xfe00000);
  const high = view.getUint16(at + TIME_AT + 4, true);
  const timeMs = ((high & 0x7f) | ((high >>> 1) & 0x3f80)) * TWO_28 + low;
  batch.sampleBits(series, timeMs, view.getUint32(at + VALUE_AT, true), view.getUint32(at + VALUE_AT + 4, true));
}

/** The reader stands before the message's length. A series below 0 is refused, and its sample only read. */
export function readSampleInto(reader: ProtobufReader, batch: PushBatch, series: number): void {
  const { view } = reader;
  const begin = reader.position - 1;
  if (begin + PLAIN_SAMPLE_BYTES <= reader.end && isPlainSample(reader.bytes, view, begin)) {
    reader.position = begin + PLAIN_SAMPLE_BYTES;
    if (series >= 0) takePlainSample(view, begin, batch, series);
    return;
  }
  const outer = reader.enter();
  let low = 0;
  let high = 0;
  let timestampMs = 0;
  while (reader.position < reader.end) {
    const tag = reader.readTag();
    if (tag === VALUE) {
      const at = reader.readFixed64();
      low = view.getUint32(at, true);
      high = view.getUint32(at + 4, true);
    } else if (tag === TIMESTAMP) timestampMs = reader.readInt64();
    else reader.skipOther(tag, SAMPLE_FIELDS);
  }
  reader.leave(outer);
  if (series >= 0) batch.sampleBits(series, timestampMs, low, high);
}

export function readHistogramInto(reader: ProtobufReader, batch: PushBatch, series: number, bucketsMax: number): void {
  const outer = reader.enter();
  const { histogram, counts, timestampMs, isStale } = readHistogram(reader, bucketsMax);
  reader.leave(outer);
  if (series < 0) return;
  if (isStale) batch.staleHistogram(series, timestampMs);
  else batch.histogram(series, timestampMs, histogram, counts);
}
