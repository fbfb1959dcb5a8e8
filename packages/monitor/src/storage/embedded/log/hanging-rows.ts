// What hangs on the rows of a batch in the log: native histograms and exemplars.

import type { Exemplar, NativeHistogram } from '../../../model/batch.ts';
import type { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { decodeHistogram, readExemplar, writeExemplar } from '../../sqlite/histogram-codec.ts';

const HISTOGRAM_BYTES_MIN = 40;
const EXEMPLAR_BYTES_MIN = 11;

export interface LogExemplar {
  readonly ref: number;
  readonly exemplar: Exemplar;
}

export interface EncodedHistogram {
  readonly row: number;
  readonly histogram: NativeHistogram;
  readonly bytes: Uint8Array;
}

export interface HangingRows {
  /** In the order of their rows. */
  readonly histograms: readonly { readonly row: number; readonly histogram: NativeHistogram }[];
  readonly exemplars: readonly LogExemplar[];
}

export interface EncodableHangingRows extends HangingRows {
  readonly histograms: readonly EncodedHistogram[];
}

export function writeHanging(writer: ByteWriter, { histograms, exemplars }: EncodableHangingRows): void {
  writer.varint(histograms.length);
  for (const { row, bytes } of histograms) {
    writer.varint(row);
    writer.bytes(bytes);
  }
  writer.varint(exemplars.length);
  for (const { ref, exemplar } of exemplars) {
    writer.varint(ref);
    writeExemplar(writer, exemplar);
  }
}

/** @throws {DamagedBytes} */
export function readHanging(reader: ByteReader, rows: number): HangingRows {
  const histograms: { row: number; histogram: NativeHistogram }[] = [];
  for (let left = reader.count(HISTOGRAM_BYTES_MIN); left > 0; left--) {
    const row = reader.varint();
    if (row >= rows) throw new DamagedBytes(`a histogram belongs to row ${row} of ${rows}`);
    histograms.push({ row, histogram: decodeHistogram(reader) });
  }
  const exemplars: LogExemplar[] = [];
  for (let left = reader.count(EXEMPLAR_BYTES_MIN); left > 0; left--) {
    exemplars.push({ ref: reader.varint(), exemplar: readExemplar(reader) });
  }
  return { histograms, exemplars };
}
