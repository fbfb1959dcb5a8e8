// Native histograms and exemplars as bytes, field after field, every number in full: they come back bit for bit.
// Format page: docs/formats/store.md.

import type { BucketSpan, Exemplar, NativeHistogram } from '../../model/batch.ts';
import { labelsFrom } from '../../model/labels.ts';
import { type ByteReader, ByteWriter } from './bytes.ts';

const IS_GAUGE = 1;
const HAS_CUSTOM_BOUNDS = 2;
const NUMBERS = ['zeroThreshold', 'zeroCount', 'count', 'sum'] as const;

export function encodeHistogram(histogram: NativeHistogram): Uint8Array {
  const writer = new ByteWriter();
  const { customBounds } = histogram;
  writer.byte((histogram.isGauge === true ? IS_GAUGE : 0) | (customBounds === undefined ? 0 : HAS_CUSTOM_BOUNDS));
  writer.signedVarint(histogram.schema);
  for (const field of NUMBERS) writer.float64(histogram[field]);
  writeSpans(writer, histogram.positiveSpans);
  writeFloats(writer, histogram.positiveCounts);
  writeSpans(writer, histogram.negativeSpans);
  writeFloats(writer, histogram.negativeCounts);
  if (customBounds !== undefined) writeFloats(writer, customBounds);
  return writer.written().slice();
}

export function decodeHistogram(reader: ByteReader): NativeHistogram {
  const flags = reader.byte();
  const schema = reader.signedVarint();
  const [zeroThreshold, zeroCount, count, sum] = NUMBERS.map(() => reader.float64()) as [
    number,
    number,
    number,
    number,
  ];
  const positiveSpans = readSpans(reader);
  const positiveCounts = readFloats(reader);
  const negativeSpans = readSpans(reader);
  const negativeCounts = readFloats(reader);
  return {
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans,
    positiveCounts,
    negativeSpans,
    negativeCounts,
    ...((flags & HAS_CUSTOM_BOUNDS) === 0 ? {} : { customBounds: readFloats(reader) }),
    ...((flags & IS_GAUGE) === 0 ? {} : { isGauge: true }),
  };
}

export function writeExemplar(writer: ByteWriter, exemplar: Exemplar): void {
  writer.signedVarint(exemplar.timestampMs);
  writer.float64(exemplar.value);
  writer.varint(exemplar.labels.length);
  for (const { name, value } of exemplar.labels) {
    writer.text(name);
    writer.text(value);
  }
}

export function readExemplar(reader: ByteReader): Exemplar {
  const timestampMs = reader.signedVarint();
  const value = reader.float64();
  const pairs: [string, string][] = [];
  for (let left = reader.count(2); left > 0; left--) pairs.push([reader.text(), reader.text()]);
  return { labels: labelsFrom(pairs), value, timestampMs };
}

function writeFloats(writer: ByteWriter, values: Float64Array): void {
  writer.varint(values.length);
  writer.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function readFloats(reader: ByteReader): Float64Array {
  const values = new Float64Array(reader.count(8));
  new Uint8Array(values.buffer).set(reader.bytes(values.byteLength));
  return values;
}

function writeSpans(writer: ByteWriter, spans: readonly BucketSpan[]): void {
  writer.varint(spans.length);
  for (const { offset, length } of spans) {
    writer.signedVarint(offset);
    writer.varint(length);
  }
}

function readSpans(reader: ByteReader): BucketSpan[] {
  const spans: BucketSpan[] = [];
  for (let left = reader.count(2); left > 0; left--) {
    spans.push({ offset: reader.signedVarint(), length: reader.varint() });
  }
  return spans;
}
