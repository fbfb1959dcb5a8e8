// One entry of the queue as bytes: rows of series, time and value, then the native histograms, exemplars and metadata that
// came with them. Values are copied as bits, so that every NaN keeps its own. Format page: docs/formats/queue.md.

import type { Exemplar, MetricMetadata, NativeHistogram } from '../../../model/batch.ts';
import { ByteReader, type ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { decodeHistogram, encodeHistogram, readExemplar, writeExemplar } from '../../sqlite/histogram-codec.ts';

export interface EntryRows {
  /** Whose references these are: see `SeriesDictionary`. */
  readonly space: number;
  readonly refs: Uint32Array;
  readonly timestampsMs: Float64Array;
  /** Two 32-bit words a row, as in the memory of a Float64Array; of a row with a histogram they mean nothing. */
  readonly valueBits: Uint32Array;
  readonly histograms: readonly { readonly row: number; readonly histogram: NativeHistogram }[];
  readonly exemplars: readonly { readonly row: number; readonly exemplar: Exemplar }[];
  readonly metadata: readonly MetricMetadata[];
}

/** Bytes that a row takes at least: the differences of its reference and time, and its value. */
const ROW_BYTES = 10;
const HISTOGRAM_BYTES = 38;
const EXEMPLAR_BYTES = 11;

export function encodeEntry(writer: ByteWriter, rows: EntryRows): void {
  const { refs, timestampsMs, valueBits } = rows;
  const count = refs.length;
  writer.varint(rows.space);
  writer.varint(count);
  let [ref, timeMs] = [0, 0];
  for (let row = 0; row < count; row++) {
    writer.signedVarint(refs[row]! - ref);
    writer.signedVarint(timestampsMs[row]! - timeMs);
    ref = refs[row]!;
    timeMs = timestampsMs[row]!;
  }
  writer.bytes(new Uint8Array(valueBits.buffer, valueBits.byteOffset, 8 * count));
  writer.varint(rows.histograms.length);
  for (const { row, histogram } of rows.histograms) {
    writer.varint(row);
    writer.bytes(encodeHistogram(histogram));
  }
  writer.varint(rows.exemplars.length);
  for (const { row, exemplar } of rows.exemplars) {
    writer.varint(row);
    writeExemplar(writer, exemplar);
  }
  writer.text(rows.metadata.length === 0 ? '' : JSON.stringify(rows.metadata));
}

/** @throws {DamagedBytes} */
export function decodeEntry(payload: Uint8Array): EntryRows {
  const reader = new ByteReader(payload);
  const space = reader.varint();
  const count = reader.count(ROW_BYTES);
  const refs = new Uint32Array(count);
  const timestampsMs = new Float64Array(count);
  let [ref, timeMs] = [0, 0];
  for (let row = 0; row < count; row++) {
    refs[row] = ref += reader.signedVarint();
    timestampsMs[row] = timeMs += reader.signedVarint();
  }
  const valueBits = new Uint32Array(2 * count);
  new Uint8Array(valueBits.buffer).set(reader.bytes(8 * count));
  const readRow = () => {
    const row = reader.varint();
    if (row >= count) throw new DamagedBytes(`something belongs to row ${row} of ${count}`);
    return row;
  };
  const histograms = Array.from({ length: reader.count(HISTOGRAM_BYTES) }, () => ({
    row: readRow(),
    histogram: decodeHistogram(reader),
  }));
  const exemplars = Array.from({ length: reader.count(EXEMPLAR_BYTES) }, () => ({
    row: readRow(),
    exemplar: readExemplar(reader),
  }));
  const metadata = reader.text();
  reader.expectEnd();
  return {
    space,
    refs,
    timestampsMs,
    valueBits,
    histograms,
    exemplars,
    metadata: metadata === '' ? [] : (JSON.parse(metadata) as MetricMetadata[]),
  };
}
