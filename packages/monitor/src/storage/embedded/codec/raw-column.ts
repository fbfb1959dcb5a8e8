// Doubles that follow no rule: of each place that has a value of its own the eight bytes, in planes. Where a reference column
// often has the same value (an average of one thing is its sum), a second bitmap tells where it does not, and only those
// values follow. Low bytes that are 0 in the whole column are left out. Lossless for every bit. Format page: docs/formats/store.md.

import { DamagedBytes } from '../../sqlite/failures.ts';
import { bitmapBytes, readBitmap, writeBitmap } from './place-bitmaps.ts';
import { type ColumnStreams, STREAM, type StreamCursor, type StreamWriter } from './stream-frames.ts';
import type { ValueColumn } from './value-forms.ts';

const VALUE_BYTES = 8;
/** The bytes with the sign, the exponent and the first bits below it. */
const TOP_BYTES = 2;
const DROPPED_BYTES_MAX = VALUE_BYTES - TOP_BYTES;

export interface RawLayout {
  readonly placesKind: number;
  /** Places with a value, and how many of these are not the reference's. */
  readonly entries: number;
  readonly unlike: number;
  readonly droppedBytes: number;
  /** Whether there is a reference. */
  readonly distance: number;
}

let unlikePlaces = new Int32Array(0);

/** Numbers of the entries that are not the reference's values; to be kept until the next call. */
function roomFor(count: number): Int32Array {
  if (unlikePlaces.length < count) unlikePlaces = new Int32Array(2 * count);
  return unlikePlaces;
}

/** Writes the values at the places of the column, and returns how many of them and how many of their bytes. */
export function writeRaw(
  streams: StreamWriter,
  { bits, places, entries, isEveryPlace }: ValueColumn,
  reference: ValueColumn | undefined,
): { readonly unlike: number; readonly droppedBytes: number } {
  const unlike = roomFor(entries);
  let count = 0;
  let allLow = 0;
  let allHigh = 0;
  for (let index = 0; index < entries; index++) {
    const at = 2 * (isEveryPlace ? index + 1 : places[index]!);
    const low = bits[at]!;
    const high = bits[at + 1]!;
    if (reference !== undefined && reference.bits[at] === low && reference.bits[at + 1] === high) continue;
    unlike[count++] = index;
    allLow |= low;
    allHigh |= high;
  }
  if (reference !== undefined) writeBitmap(streams.stream(STREAM.places, bitmapBytes(entries)), unlike, count);
  const droppedBytes = zeroBytesOf(allLow, allHigh);
  const lowBytes = VALUE_BYTES - TOP_BYTES - droppedBytes;
  const low = streams.stream(STREAM.low, lowBytes * count);
  const top = streams.stream(STREAM.top, TOP_BYTES * count);
  for (let index = 0; index < count; index++) {
    const entry = unlike[index]!;
    const at = 2 * (isEveryPlace ? entry + 1 : places[entry]!);
    const high = bits[at + 1]!;
    let from = index;
    for (let byte = droppedBytes; byte < DROPPED_BYTES_MAX; byte++) {
      low[from] = byte < 4 ? bits[at]! >>> (8 * byte) : high >>> (8 * byte - 32);
      from += count;
    }
    top[index] = high >>> 16;
    top[count + index] = high >>> 24;
  }
  return { unlike: count, droppedBytes };
}

/** Passes the streams of a column by, but for the bitmap of its places. */
export function skipRaw(cursor: StreamCursor, { entries, unlike, droppedBytes, distance }: RawLayout): void {
  if (droppedBytes > DROPPED_BYTES_MAX) throw new DamagedBytes(`a column leaves out ${droppedBytes} bytes`);
  if (distance > 0) cursor.skip(STREAM.places, bitmapBytes(entries));
  cursor.skip(STREAM.low, (DROPPED_BYTES_MAX - droppedBytes) * unlike);
  cursor.skip(STREAM.top, TOP_BYTES * unlike);
}

/** Fills in the values; the places of the column and its first value are there. @throws {DamagedBytes} */
export function readRaw(
  into: ValueColumn,
  layout: RawLayout & { readonly low: number; readonly high: number },
  streams: ColumnStreams,
  reference: ValueColumn | undefined,
): void {
  const { entries } = into;
  const { unlike } = layout;
  let wanted = entries;
  if (reference !== undefined) {
    const list = roomFor(layout.entries + 8);
    wanted = readBitmap(streams.take(STREAM.places, bitmapBytes(layout.entries)), entries, list);
    spreadLike(into, reference);
  }
  if (wanted > unlike) throw new DamagedBytes(`a column has ${wanted} places for ${unlike} values`);
  const planes = DROPPED_BYTES_MAX - layout.droppedBytes;
  const low = streams.take(STREAM.low, planes * unlike);
  const top = streams.take(STREAM.top, TOP_BYTES * unlike);
  spreadUnlike(into, low, top, unlike, wanted, layout.droppedBytes, reference !== undefined);
  fillGaps(into, layout.low, layout.high);
  noteChanges(into);
}

function spreadLike({ bits, places, entries, isEveryPlace }: ValueColumn, reference: ValueColumn): void {
  const others = reference.bits;
  for (let index = 0; index < entries; index++) {
    const at = 2 * (isEveryPlace ? index + 1 : places[index]!);
    bits[at] = others[at]!;
    bits[at + 1] = others[at + 1]!;
  }
}

/** Plane after plane. */
function spreadUnlike(
  { bits, places, isEveryPlace }: ValueColumn,
  low: Uint8Array,
  top: Uint8Array,
  count: number,
  wanted: number,
  droppedBytes: number,
  isListed: boolean,
): void {
  const list = unlikePlaces;
  const two = (DROPPED_BYTES_MAX - 1 - droppedBytes) * count;
  for (let index = 0; index < wanted; index++) {
    const entry = isListed ? list[index]! : index;
    const at = 2 * (isEveryPlace ? entry + 1 : places[entry]!);
    let lowWord = 0;
    let highWord = (top[index]! << 16) | (top[count + index]! << 24);
    if (droppedBytes === 0) {
      lowWord =
        low[index]! | (low[count + index]! << 8) | (low[2 * count + index]! << 16) | (low[3 * count + index]! << 24);
      highWord |= low[4 * count + index]! | (low[two + index]! << 8);
    } else {
      let from = index;
      for (let byte = droppedBytes; byte < DROPPED_BYTES_MAX; byte++) {
        if (byte < 4) lowWord |= low[from]! << (8 * byte);
        else highWord |= low[from]! << (8 * byte - 32);
        from += count;
      }
    }
    bits[at] = lowWord;
    bits[at + 1] = highWord;
  }
}

/** Repeats the value before at places without one. */
function fillGaps({ bits, places, entries, length, isEveryPlace }: ValueColumn, low: number, high: number): void {
  bits[0] = low;
  bits[1] = high;
  if (isEveryPlace) return;
  let at = 1;
  for (let index = 0; index <= entries; index++) {
    const place = index < entries ? places[index]! : length;
    const beforeLow = bits[2 * at - 2]!;
    const beforeHigh = bits[2 * at - 1]!;
    for (; at < place; at++) {
      bits[2 * at] = beforeLow;
      bits[2 * at + 1] = beforeHigh;
    }
    at = place + 1;
  }
}

/** A value that differs from the one before is a change; how large it is says nothing. */
export function noteChanges(column: ValueColumn): void {
  const { bits, length, numbers, isEveryPlace } = column;
  if (isEveryPlace) {
    for (let index = 1; index < length; index++) {
      numbers[index - 1] =
        bits[2 * index] !== bits[2 * index - 2] || bits[2 * index + 1] !== bits[2 * index - 1] ? 1 : 0;
    }
  } else {
    numbers.fill(1, 0, column.entries);
  }
}

/** Bytes at the low end that are 0; of the two highest none counts. */
function zeroBytesOf(low: number, high: number): number {
  if (low !== 0) return (31 - Math.clz32(low & -low)) >>> 3;
  const middle = high & 0xffff;
  return middle === 0 ? DROPPED_BYTES_MAX : 4 + ((31 - Math.clz32(middle & -middle)) >>> 3);
}
