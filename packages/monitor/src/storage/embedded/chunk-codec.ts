// A chunk: what 32 neighbouring references (a group) have in one block. Series of one target are scraped together and
// made together, so the group mostly shares one column of times, which is stored once. Format page: docs/formats/store.md.

import type { Exemplar } from '../../model/batch.ts';
import type { HistogramSample } from '../interface.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import { readTimes, writeTimes, writeValues } from './column-codec.ts';
import { DamagedBytes } from './failures.ts';
import { decodeHistogram, encodeHistogram, readExemplar, writeExemplar } from './histogram-codec.ts';

const GROUP_SERIES = 32;
/** Groups in the space of references, hence the distance between the first chunk ids of two blocks. */
export const GROUPS_MAX = 2 ** 27;

export function groupOf(ref: number): number {
  return Math.floor(ref / GROUP_SERIES);
}

export function chunkId(blockId: number, group: number): number {
  return blockId * GROUPS_MAX + group;
}

/** What one series puts into a chunk; any part may be empty. */
export interface ChunkSeries {
  readonly ref: number;
  readonly timesMs: Float64Array;
  /** Two 32-bit words a value, low word first. */
  readonly bits: Uint32Array;
  readonly histograms: readonly HistogramSample[];
  readonly exemplars: readonly Exemplar[];
}

/** Appends the payload to the writer; `series` are of one group. */
export function encodeChunk(writer: ByteWriter, series: readonly ChunkSeries[]): void {
  const columns: Float64Array[] = [];
  const columnOf = series.map(({ timesMs }) => {
    const known = columns.findIndex((column) => sameTimes(column, timesMs));
    return known >= 0 ? known : columns.push(timesMs) - 1;
  });
  writer.varint(columns.length);
  for (const column of columns) writeTimes(writer, column);
  writer.varint(series.length);
  for (const [index, { ref, timesMs, bits }] of series.entries()) {
    writer.byte(ref % GROUP_SERIES);
    writer.byte(columnOf[index]!);
    writeValues(writer, bits, timesMs.length);
  }
  for (const { histograms } of series) {
    writer.varint(histograms.length);
    for (const { timestampMs, histogram } of histograms) {
      writer.signedVarint(timestampMs);
      writer.bytes(encodeHistogram(histogram));
    }
  }
  for (const { exemplars } of series) {
    writer.varint(exemplars.length);
    for (const exemplar of exemplars) writeExemplar(writer, exemplar);
  }
}

export interface DecodedChunk {
  readonly series: ReadonlyMap<number, DecodedSeries>;
  /** About the memory that it holds. */
  readonly sizeBytes: number;
}

export interface DecodedSeries {
  readonly timesMs: Float64Array;
  /** As stored, for `readValues`. */
  readonly planes: Uint8Array;
  histograms: readonly HistogramSample[];
  exemplars: readonly Exemplar[];
}

/**
 * Reads a chunk; values are unpacked only when they are asked for.
 * @throws {DamagedBytes}
 */
export function decodeChunk(payload: Uint8Array, group: number): DecodedChunk {
  const reader = new ByteReader(payload);
  let sizeBytes = payload.length;
  const columns: Float64Array[] = [];
  for (let left = reader.count(1); left > 0; left--) {
    const column = readTimes(reader);
    columns.push(column);
    sizeBytes += column.byteLength;
  }
  const series = new Map<number, DecodedSeries>();
  for (let left = reader.count(2); left > 0; left--) {
    const ref = group * GROUP_SERIES + reader.byte();
    const timesMs = columns[reader.byte()];
    if (timesMs === undefined) throw new DamagedBytes(`series ${ref} has no column of times`);
    series.set(ref, { timesMs, planes: reader.bytes(8 * timesMs.length), histograms: [], exemplars: [] });
  }
  for (const entry of series.values()) entry.histograms = readHistograms(reader);
  for (const entry of series.values()) entry.exemplars = readExemplars(reader);
  reader.expectEnd();
  return { series, sizeBytes };
}

function readHistograms(reader: ByteReader): HistogramSample[] {
  const histograms: HistogramSample[] = [];
  for (let left = reader.count(40); left > 0; left--) {
    histograms.push({ timestampMs: reader.signedVarint(), histogram: decodeHistogram(reader) });
  }
  return histograms;
}

function readExemplars(reader: ByteReader): Exemplar[] {
  const exemplars: Exemplar[] = [];
  for (let left = reader.count(10); left > 0; left--) exemplars.push(readExemplar(reader));
  return exemplars;
}

function sameTimes(one: Float64Array, other: Float64Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
