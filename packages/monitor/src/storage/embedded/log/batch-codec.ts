// One committed batch as the payload of one row of the log: rows of reference, timestamp and value, then what hangs on
// them. Values are copied as bytes and never become numbers, so that every NaN keeps its bits. The value of a row with a
// native histogram is the histogram's digest. Format page: docs/formats/store.md.

import type { Exemplar, NativeHistogram } from '../../../model/batch.ts';
import { ByteReader, type ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { decodeHistogram, readExemplar, writeExemplar } from '../../sqlite/histogram-codec.ts';

const SHARED_TIMESTAMP = 0;
const OWN_TIMESTAMPS = 1;

interface LogRows {
  readonly count: number;
  /** The columns may be longer than `count`. */
  readonly refs: Uint32Array;
  readonly timestampsMs: Float64Array;
  /** Two 32-bit words a row, as in the memory of a Float64Array. */
  readonly valueBits: Uint32Array;
  readonly exemplars: readonly LogExemplar[];
}

export interface LogExemplar {
  readonly ref: number;
  readonly exemplar: Exemplar;
}

export interface EncodableRows extends LogRows {
  readonly histograms: readonly EncodedHistogram[];
}

export interface EncodedHistogram {
  readonly row: number;
  readonly histogram: NativeHistogram;
  readonly bytes: Uint8Array;
}

export interface DecodedRows extends LogRows {
  readonly histograms: readonly { readonly row: number; readonly histogram: NativeHistogram }[];
}

/** Appends the payload to the writer. */
export function encodeBatch(writer: ByteWriter, rows: EncodableRows): void {
  writer.varint(rows.count);
  writeTimestamps(writer, rows);
  let ref = 0;
  for (let row = 0; row < rows.count; row++) {
    writer.signedVarint(rows.refs[row]! - ref);
    ref = rows.refs[row]!;
  }
  writer.bytes(new Uint8Array(rows.valueBits.buffer, rows.valueBits.byteOffset, rows.count * 8));
  writer.varint(rows.histograms.length);
  for (const { row, bytes } of rows.histograms) {
    writer.varint(row);
    writer.bytes(bytes);
  }
  writer.varint(rows.exemplars.length);
  for (const { ref: exemplarRef, exemplar } of rows.exemplars) {
    writer.varint(exemplarRef);
    writeExemplar(writer, exemplar);
  }
}

/** @throws {DamagedBytes} */
export function decodeBatch(payload: Uint8Array): DecodedRows {
  const reader = new ByteReader(payload);
  const count = reader.count(9);
  const timestampsMs = readTimestamps(reader, count);
  const refs = new Uint32Array(count);
  let ref = 0;
  for (let row = 0; row < count; row++) refs[row] = ref += reader.signedVarint();
  const valueBits = new Uint32Array(2 * count);
  new Uint8Array(valueBits.buffer).set(reader.bytes(8 * count));
  const histograms: { row: number; histogram: NativeHistogram }[] = [];
  for (let left = reader.count(40); left > 0; left--) {
    const row = reader.varint();
    if (row >= count) throw new DamagedBytes(`a histogram belongs to row ${row} of ${count}`);
    histograms.push({ row, histogram: decodeHistogram(reader) });
  }
  const exemplars: LogExemplar[] = [];
  for (let left = reader.count(11); left > 0; left--) {
    exemplars.push({ ref: reader.varint(), exemplar: readExemplar(reader) });
  }
  reader.expectEnd();
  return { count, refs, timestampsMs, valueBits, histograms, exemplars };
}

function writeTimestamps(writer: ByteWriter, { count, timestampsMs }: LogRows): void {
  const first = timestampsMs[0] ?? 0;
  let shared = true;
  for (let row = 1; shared && row < count; row++) shared = timestampsMs[row] === first;
  writer.byte(shared ? SHARED_TIMESTAMP : OWN_TIMESTAMPS);
  let previous = 0;
  for (let row = 0; row < (shared ? Math.min(1, count) : count); row++) {
    writer.signedVarint(timestampsMs[row]! - previous);
    previous = timestampsMs[row]!;
  }
}

function readTimestamps(reader: ByteReader, count: number): Float64Array {
  const timestampsMs = new Float64Array(count);
  const kind = reader.byte();
  if (kind > OWN_TIMESTAMPS) throw new DamagedBytes(`timestamps of unknown kind ${kind}`);
  if (count === 0) return timestampsMs;
  if (kind === SHARED_TIMESTAMP) return timestampsMs.fill(reader.signedVarint());
  let timestampMs = 0;
  for (let row = 0; row < count; row++) timestampsMs[row] = timestampMs += reader.signedVarint();
  return timestampsMs;
}
