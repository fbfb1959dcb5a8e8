// Whole numbers as planes of bytes: first the lowest byte of each, then the next of each, as many planes as most of them
// need. A number is zigzagged (0, -1, 1, -2 … become 0, 1, 2, 3 …); one that does not fit has all bytes 255 and stands in the
// stream of long numbers, its sign as a byte and its size as a varint. Zstd packs planes; reading them is a plain loop.
// Bound: numbers are within ±2^53. Format page: docs/formats/store.md.

import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { type ColumnStreams, STREAM, type StreamCursor, type StreamWriter } from './stream-frames.ts';

export interface PlaneLayout {
  /** 0 when all numbers are 0. */
  readonly planes: number;
  readonly longBytes: number;
}

export const PLANES_MAX = 6;
/** Of so many numbers one may be long. */
const NUMBERS_A_LONG = 32;
/** The largest size that fits into so many bytes. */
const FITS = Float64Array.from({ length: PLANES_MAX + 1 }, (_, planes) => 2 ** (8 * planes - 1) - 1);
const WORD = 2 ** 32;

const sizes = new Uint32Array(PLANES_MAX + 2);
const longs = new ByteWriter();
let highest = new Uint8Array(0);

/** The kinds of the streams of a column. */
export interface PlaneKinds {
  /** Of the one plane that most columns have. */
  readonly single: number;
  /** Of the highest of several planes, and of those below. */
  readonly top: number;
  readonly low: number;
  readonly long: number;
}

export const VALUE_KINDS: PlaneKinds = { single: STREAM.small, top: STREAM.top, low: STREAM.low, long: STREAM.long };

export function writeNumbers(
  streams: StreamWriter,
  kinds: PlaneKinds,
  numbers: Float64Array,
  count: number,
): PlaneLayout {
  const planes = planesOf(numbers, count);
  if (planes === 0) return { planes, longBytes: 0 };
  longs.clear();
  if (planes === 1) writeSingle(streams.stream(kinds.single, count), numbers, count);
  else writePlanes(streams, kinds, numbers, count, planes);
  const long = longs.written();
  if (long.length > 0) streams.stream(kinds.long, long.length).set(long);
  return { planes, longBytes: long.length };
}

/** Passes the streams of a column by. */
export function skipNumbers(
  cursor: StreamCursor,
  kinds: PlaneKinds,
  { planes, longBytes }: PlaneLayout,
  count: number,
): void {
  if (planes === 1) cursor.skip(kinds.single, count);
  if (planes > 1) {
    cursor.skip(kinds.low, (planes - 1) * count);
    cursor.skip(kinds.top, count);
  }
  cursor.skip(kinds.long, longBytes);
}

/**
 * Fills in the first `wanted` of `count` numbers.
 * @throws {DamagedBytes}
 */
export function readNumbers(
  streams: ColumnStreams,
  kinds: PlaneKinds,
  { planes, longBytes }: PlaneLayout,
  count: number,
  numbers: Float64Array,
  wanted: number,
): void {
  if (planes === 0) {
    numbers.fill(0, 0, wanted);
  } else if (planes === 1) {
    const plane = streams.take(kinds.single, count);
    readSingle(plane, numbers, wanted, new ByteReader(streams.take(kinds.long, longBytes)));
  } else {
    const low = streams.take(kinds.low, (planes - 1) * count);
    const top = streams.take(kinds.top, count);
    const long = new ByteReader(streams.take(kinds.long, longBytes));
    if (planes === 2) readTwo(low, top, numbers, wanted, long);
    else if (planes === 3) readThree(low, top, count, numbers, wanted, long);
    else if (planes === 4) readFour(low, top, count, numbers, wanted, long);
    else readMore(low, top, count, planes, numbers, wanted, long);
  }
}

function planesOf(numbers: Float64Array, count: number): number {
  sizes.fill(0);
  for (let index = 0; index < count; index++) {
    const size = Math.abs(numbers[index]!);
    if (size <= 127) {
      sizes[size === 0 ? 0 : 1]!++;
      continue;
    }
    let planes = 2;
    while (planes <= PLANES_MAX && size > FITS[planes]!) planes++;
    sizes[planes]!++;
  }
  let long = count - sizes[0]!;
  if (long === 0) return 0;
  let planes = 1;
  long -= sizes[1]!;
  while (planes < PLANES_MAX && long * NUMBERS_A_LONG > count) long -= sizes[++planes]!;
  return planes;
}

function writeLong(number: number): void {
  longs.byte(number < 0 ? 1 : 0);
  longs.varint(Math.abs(number));
}

function readLong(long: ByteReader): number {
  return long.byte() === 0 ? long.varint() : -long.varint();
}

function writeSingle(plane: Uint8Array, numbers: Float64Array, count: number): void {
  for (let index = 0; index < count; index++) {
    const number = numbers[index]!;
    if (number >= -127 && number <= 127) {
      plane[index] = number < 0 ? -2 * number - 1 : 2 * number;
    } else {
      plane[index] = 255;
      writeLong(number);
    }
  }
}

function writePlanes(
  streams: StreamWriter,
  kinds: PlaneKinds,
  numbers: Float64Array,
  count: number,
  planes: number,
): void {
  const low = streams.stream(kinds.low, (planes - 1) * count);
  // Set aside: the next stream may move the one before.
  if (highest.length < count) highest = new Uint8Array(2 * count);
  const top = highest;
  const fits = FITS[planes]!;
  const topAt = (planes - 1) * count;
  for (let index = 0; index < count; index++) {
    const number = numbers[index]!;
    if (Math.abs(number) > fits) {
      for (let at = index; at < topAt; at += count) low[at] = 255;
      top[index] = 255;
      writeLong(number);
      continue;
    }
    const folded = number < 0 ? -2 * number - 1 : 2 * number;
    let word = folded >>> 0;
    let at = index;
    if (planes > 4) {
      for (let left = 0; left < 4; left++) {
        low[at] = word;
        word >>>= 8;
        at += count;
      }
      word = Math.floor(folded / WORD);
    }
    for (; at < topAt; at += count) {
      low[at] = word;
      word >>>= 8;
    }
    top[index] = word;
  }
  streams.stream(kinds.top, count).set(top.subarray(0, count));
}

function readSingle(plane: Uint8Array, numbers: Float64Array, wanted: number, long: ByteReader): void {
  for (let index = 0; index < wanted; index++) {
    const folded = plane[index]!;
    numbers[index] = folded === 255 ? readLong(long) : (folded >>> 1) ^ -(folded & 1);
  }
}

function readTwo(low: Uint8Array, top: Uint8Array, numbers: Float64Array, wanted: number, long: ByteReader): void {
  for (let index = 0; index < wanted; index++) {
    const folded = low[index]! | (top[index]! << 8);
    numbers[index] = folded === 0xffff ? readLong(long) : (folded >>> 1) ^ -(folded & 1);
  }
}

function readThree(
  low: Uint8Array,
  top: Uint8Array,
  count: number,
  numbers: Float64Array,
  wanted: number,
  long: ByteReader,
): void {
  for (let index = 0; index < wanted; index++) {
    const folded = low[index]! | (low[count + index]! << 8) | (top[index]! << 16);
    numbers[index] = folded === 0xffffff ? readLong(long) : (folded >>> 1) ^ -(folded & 1);
  }
}

function readFour(
  low: Uint8Array,
  top: Uint8Array,
  count: number,
  numbers: Float64Array,
  wanted: number,
  long: ByteReader,
): void {
  for (let index = 0; index < wanted; index++) {
    const folded = low[index]! | (low[count + index]! << 8) | (low[2 * count + index]! << 16) | (top[index]! << 24);
    numbers[index] = folded === -1 ? readLong(long) : (folded >>> 1) ^ -(folded & 1);
  }
}

function readMore(
  low: Uint8Array,
  top: Uint8Array,
  count: number,
  planes: number,
  numbers: Float64Array,
  wanted: number,
  long: ByteReader,
): void {
  const longHigh = planes === 5 ? 0xff : 0xffff;
  for (let index = 0; index < wanted; index++) {
    const word =
      low[index]! | (low[count + index]! << 8) | (low[2 * count + index]! << 16) | (low[3 * count + index]! << 24);
    const high = planes === 5 ? top[index]! : low[4 * count + index]! | (top[index]! << 8);
    if (word === -1 && high === longHigh) {
      numbers[index] = readLong(long);
      continue;
    }
    const size = high * (WORD / 2) + (word >>> 1);
    numbers[index] = (word & 1) === 0 ? size : -size - 1;
  }
}
