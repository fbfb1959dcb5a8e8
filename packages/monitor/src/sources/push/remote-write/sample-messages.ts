// The messages of a sample and of a histogram, the same in remote write 1.0 and 2.0, on their way into a batch.

import { type ProtobufReader, WIRE_FIXED64, WIRE_VARINT } from '../protobuf-reader.ts';
import type { PushBatch } from '../push-batch.ts';
import { readHistogram } from './native-histogram.ts';

const VALUE = (1 << 3) | WIRE_FIXED64;
const TIMESTAMP = (2 << 3) | WIRE_VARINT;

/** The reader stands before the message's length. A series below 0 is refused, and its sample only read. */
export function readSampleInto(reader: ProtobufReader, batch: PushBatch, series: number): void {
  const outer = reader.enter();
  const { view } = reader;
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
    else reader.skip(tag & 7);
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
