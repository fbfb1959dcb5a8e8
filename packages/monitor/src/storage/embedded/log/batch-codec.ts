// One committed batch as the payload of one row of the log: rows of reference, timestamp and value, then what hangs on
// them. A value is written as what its bits differ in from those of the series' last value in the log, so that a value which
// stays takes next to nothing, and every NaN keeps its bits. The value of a row with a native histogram is the
// histogram's digest. Format page: docs/formats/store.md.

import { ByteReader, type ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { type EncodableHangingRows, type HangingRows, readHanging, writeHanging } from './hanging-rows.ts';
import type { LoggedValues } from './logged-values.ts';

/** Bits of the byte of flags. */
const OWN_TIMESTAMPS = 1;
const STARTS_ANEW = 2;
/** Rows a byte of the payload can stand for at most: bounds what damaged bytes can ask for. */
const ROWS_A_BYTE_MAX = 128;
/** A byte before a value: this and the number of equal values less one, or how many low bytes are 0 and how many follow. */
const SAME = 0x80;
const SAME_MAX = 128;

interface LogRows {
  readonly count: number;
  /** The columns may be longer than `count`. */
  readonly refs: Uint32Array;
  readonly slots: Uint32Array;
  readonly timestampsMs: Float64Array;
  /** Two 32-bit words a row, as in the memory of a Float64Array. */
  readonly valueBits: Uint32Array;
}

export type EncodableRows = LogRows & EncodableHangingRows;
export type DecodedRows = LogRows & HangingRows;

/**
 * Appends the payload to the writer, and makes the values those that are logged. Gives whether packing would make it smaller:
 * texts and timestamps become so, differences of values do not.
 */
export function encodeBatch(writer: ByteWriter, rows: EncodableRows, logged: LoggedValues): boolean {
  const { count, timestampsMs } = rows;
  const first = timestampsMs[0] ?? 0;
  let shared = true;
  for (let row = 1; shared && row < count; row++) shared = timestampsMs[row] === first;
  writer.varint(count);
  writer.byte((shared ? 0 : OWN_TIMESTAMPS) | (logged.isEmpty ? STARTS_ANEW : 0));
  writeTimestamps(writer, timestampsMs, shared ? Math.min(1, count) : count);
  writeRefs(writer, rows);
  writeValues(writer, rows, logged);
  writeHanging(writer, rows);
  return !shared || rows.histograms.length > 0 || rows.exemplars.length > 0;
}

/** `logged` is as it was when the batch was encoded, and is so afterwards. @throws {DamagedBytes} */
export function decodeBatch(payload: Uint8Array, logged: LoggedValues, slotOf: (ref: number) => number): DecodedRows {
  const reader = new ByteReader(payload);
  const count = reader.varint();
  if (count > payload.length * ROWS_A_BYTE_MAX) throw new DamagedBytes(`${count} rows do not fit`);
  const flags = reader.byte();
  if (flags > (OWN_TIMESTAMPS | STARTS_ANEW)) throw new DamagedBytes(`unknown flags ${flags}`);
  if ((flags & STARTS_ANEW) !== 0) logged.startAnew();
  else if (logged.isEmpty) throw new DamagedBytes('the values build on a batch that is not there');
  const timestampsMs = readTimestamps(reader, count, (flags & OWN_TIMESTAMPS) === 0);
  const refs = readRefs(reader, count);
  const slots = new Uint32Array(count);
  for (let row = 0; row < count; row++) slots[row] = slotOf(refs[row]!);
  const valueBits = readValues(reader, { count, refs, slots }, logged);
  const hanging = readHanging(reader, count);
  reader.expectEnd();
  return { count, refs, slots, timestampsMs, valueBits, ...hanging };
}

function writeTimestamps(writer: ByteWriter, timestampsMs: Float64Array, count: number): void {
  let previous = 0;
  for (let row = 0; row < count; row++) {
    writer.signedVarint(timestampsMs[row]! - previous);
    previous = timestampsMs[row]!;
  }
}

function readTimestamps(reader: ByteReader, count: number, shared: boolean): Float64Array {
  const timestampsMs = new Float64Array(count);
  if (count === 0) return timestampsMs;
  if (shared) return timestampsMs.fill(reader.signedVarint());
  let timestampMs = 0;
  for (let row = 0; row < count; row++) timestampsMs[row] = timestampMs += reader.signedVarint();
  return timestampsMs;
}

/** Runs of references that follow each other, as those of one target do. */
function writeRefs(writer: ByteWriter, { count, refs }: LogRows): void {
  let next = 0;
  for (let row = 0; row < count; ) {
    const first = refs[row]!;
    let end = row + 1;
    while (end < count && refs[end] === first + end - row) end++;
    writer.signedVarint(first - next);
    writer.varint(end - row);
    next = first + end - row;
    row = end;
  }
}

function readRefs(reader: ByteReader, count: number): Uint32Array {
  const refs = new Uint32Array(count);
  let next = 0;
  for (let row = 0; row < count; ) {
    next += reader.signedVarint();
    const end = row + reader.varint();
    if (end === row || end > count) throw new DamagedBytes(`references for row ${end} of ${count}`);
    while (row < end) refs[row++] = next++;
  }
  return refs;
}

function writeValues(writer: ByteWriter, { count, refs, slots, valueBits }: LogRows, logged: LoggedValues): void {
  let same = 0;
  for (let row = 0; row < count; row++) {
    const slot = slots[row]!;
    logged.prepare(slot, refs[row]!);
    const { bits } = logged;
    const low = valueBits[2 * row]!;
    const high = valueBits[2 * row + 1]!;
    const lowChange = (low ^ bits[2 * slot]!) >>> 0;
    const highChange = (high ^ bits[2 * slot + 1]!) >>> 0;
    if (lowChange === 0 && highChange === 0) {
      if (++same === SAME_MAX) {
        writer.byte(SAME | (same - 1));
        same = 0;
      }
      continue;
    }
    bits[2 * slot] = low;
    bits[2 * slot + 1] = high;
    if (same > 0) writer.byte(SAME | (same - 1));
    same = 0;
    writeChange(writer, lowChange, highChange);
  }
  if (same > 0) writer.byte(SAME | (same - 1));
}

/** The bytes from the lowest to the highest that are not 0, after one that says which these are. */
function writeChange(writer: ByteWriter, low: number, high: number): void {
  const start = low !== 0 ? lowestByte(low) : 4 + lowestByte(high);
  const end = high !== 0 ? 8 - (Math.clz32(high) >>> 3) : 4 - (Math.clz32(low) >>> 3);
  const room = writer.reserve(1 + end - start);
  room[0] = (start << 4) | (end - start);
  for (let at = start; at < end; at++) {
    room[1 + at - start] = at < 4 ? low >>> (8 * at) : high >>> (8 * (at - 4));
  }
}

function lowestByte(word: number): number {
  return (31 - Math.clz32(word & -word)) >>> 3;
}

function readValues(
  reader: ByteReader,
  { count, refs, slots }: Pick<LogRows, 'count' | 'refs' | 'slots'>,
  logged: LoggedValues,
): Uint32Array {
  const valueBits = new Uint32Array(2 * count);
  const change = new Uint32Array(2);
  let same = 0;
  for (let row = 0; row < count; row++) {
    const slot = slots[row]!;
    logged.prepare(slot, refs[row]!);
    const { bits } = logged;
    if (same > 0) same--;
    else same = readChange(reader, change);
    bits[2 * slot]! ^= change[0]!;
    bits[2 * slot + 1]! ^= change[1]!;
    valueBits[2 * row] = bits[2 * slot]!;
    valueBits[2 * row + 1] = bits[2 * slot + 1]!;
  }
  if (same > 0) throw new DamagedBytes(`${same} values too many`);
  return valueBits;
}

/** Reads what the next value differs in; the result is how many values after it have the same difference, which is none. */
function readChange(reader: ByteReader, change: Uint32Array): number {
  change.fill(0);
  const head = reader.byte();
  if (head >= SAME) return head - SAME;
  const start = head >>> 4;
  const length = head & 0xf;
  if (length === 0 || start + length > 8) throw new DamagedBytes(`a value of bytes ${start} to ${start + length}`);
  const bytes = reader.bytes(length);
  for (let at = start; at < start + length; at++) change[at >>> 2]! |= bytes[at - start]! << (8 * (at & 3));
  return 0;
}
