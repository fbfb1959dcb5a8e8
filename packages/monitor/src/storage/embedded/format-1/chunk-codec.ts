// Chunks of format 1: what 32 neighbouring references have in one block. Only read, to bring their samples into the
// present format. Format page: docs/formats/store.md.

import type { Exemplar } from '../../../model/batch.ts';
import type { HistogramSample } from '../../interface.ts';
import { ByteReader } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { decodeHistogram, readExemplar } from '../../sqlite/histogram-codec.ts';

const GROUP_SERIES = 32;
/** Groups in the space of references, hence the distance between the first chunk ids of two blocks. */
const GROUPS_MAX = 2 ** 27;

export interface Format1Series {
  readonly ref: number;
  readonly timesMs: Float64Array;
  /** Two 32-bit words a value, low word first. */
  readonly bits: Uint32Array;
  histograms: readonly HistogramSample[];
  exemplars: readonly Exemplar[];
}

/** @throws {DamagedBytes} */
export function decodeFormat1Chunk(payload: Uint8Array, id: number): readonly Format1Series[] {
  const reader = new ByteReader(payload);
  const columns: Float64Array[] = [];
  for (let left = reader.count(1); left > 0; left--) columns.push(readTimes(reader));
  const series: Format1Series[] = [];
  for (let left = reader.count(2); left > 0; left--) {
    const ref = (id % GROUPS_MAX) * GROUP_SERIES + reader.byte();
    const timesMs = columns[reader.byte()];
    if (timesMs === undefined) throw new DamagedBytes(`series ${ref} has no column of times`);
    series.push({ ref, timesMs, bits: readValues(reader, timesMs.length), histograms: [], exemplars: [] });
  }
  for (const entry of series) entry.histograms = readHistograms(reader);
  for (const entry of series) entry.exemplars = readExemplars(reader);
  reader.expectEnd();
  return series;
}

/** The first time, the first difference, then the differences of the differences. */
function readTimes(reader: ByteReader): Float64Array {
  const timesMs = new Float64Array(reader.count(1));
  let timeMs = 0;
  let difference = 0;
  for (let index = 0; index < timesMs.length; index++) {
    if (index === 0) {
      timeMs = reader.signedVarint();
    } else {
      difference += reader.signedVarint();
      timeMs += difference;
    }
    timesMs[index] = timeMs;
  }
  return timesMs;
}

/** Each value XORed with the one before; first the highest bytes of all values, then the second highest, and so on. */
function readValues(reader: ByteReader, count: number): Uint32Array {
  const planes = reader.bytes(8 * count);
  const bits = new Uint32Array(2 * count);
  const word = (index: number, plane: number) =>
    (planes[index + plane * count]! << 24) |
    (planes[index + (plane + 1) * count]! << 16) |
    (planes[index + (plane + 2) * count]! << 8) |
    planes[index + (plane + 3) * count]!;
  let low = 0;
  let high = 0;
  for (let index = 0; index < count; index++) {
    bits[2 * index] = low ^= word(index, 4);
    bits[2 * index + 1] = high ^= word(index, 0);
  }
  return bits;
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
