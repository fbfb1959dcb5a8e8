// Two columns as bytes. Timestamps: the first, the first difference, then the differences of the differences, which are
// 0 in a steady scrape. Values: each word is XORed with the one before, and of all the words first come the highest
// bytes, then the second highest, and so on: what changes little becomes runs of zeros, which the packing of the
// envelope removes. Lossless for every bit. Format page: docs/formats/store.md.

import type { ByteReader, ByteWriter } from './bytes.ts';

export function writeTimes(writer: ByteWriter, timesMs: Float64Array): void {
  writer.varint(timesMs.length);
  let previous = timesMs[0] ?? 0;
  let difference = 0;
  if (timesMs.length > 0) writer.signedVarint(previous);
  for (let index = 1; index < timesMs.length; index++) {
    const nextDifference = timesMs[index]! - previous;
    writer.signedVarint(nextDifference - difference);
    difference = nextDifference;
    previous = timesMs[index]!;
  }
}

/** @throws {DamagedBytes} */
export function readTimes(reader: ByteReader): Float64Array {
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

/** `bits` has two 32-bit words a value, low word first. Takes 8 bytes a value. */
export function writeValues(writer: ByteWriter, bits: Uint32Array, count: number): void {
  const planes = writer.reserve(8 * count);
  let low = 0;
  let high = 0;
  for (let index = 0; index < count; index++) {
    const changedLow = bits[2 * index]! ^ low;
    const changedHigh = bits[2 * index + 1]! ^ high;
    low = bits[2 * index]!;
    high = bits[2 * index + 1]!;
    planes[index] = changedHigh >>> 24;
    planes[index + count] = changedHigh >>> 16;
    planes[index + 2 * count] = changedHigh >>> 8;
    planes[index + 3 * count] = changedHigh;
    planes[index + 4 * count] = changedLow >>> 24;
    planes[index + 5 * count] = changedLow >>> 16;
    planes[index + 6 * count] = changedLow >>> 8;
    planes[index + 7 * count] = changedLow;
  }
}

/** Reads the values up to (without) index `end` and writes those from `start` on into `bits`, from word `at`. */
export function readValues(planes: Uint8Array, start: number, end: number, bits: Uint32Array, at: number): void {
  const count = planes.length / 8;
  let low = 0;
  let high = 0;
  let word = at;
  for (let index = 0; index < end; index++) {
    high ^=
      (planes[index]! << 24) |
      (planes[index + count]! << 16) |
      (planes[index + 2 * count]! << 8) |
      planes[index + 3 * count]!;
    low ^=
      (planes[index + 4 * count]! << 24) |
      (planes[index + 5 * count]! << 16) |
      (planes[index + 6 * count]! << 8) |
      planes[index + 7 * count]!;
    if (index >= start) {
      bits[word++] = low;
      bits[word++] = high;
    }
  }
}
