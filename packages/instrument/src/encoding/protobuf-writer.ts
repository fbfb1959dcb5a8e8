// Protocol Buffers' wire format in one array that grows: exactly the fields it is told, in that order, defaults included, so
// that whoever calls decides what is left out. A message within a message is written in place: its length gets the room that
// the last message of the same depth needed, and only where that was wrong its content moves by some bytes.
// Source: protobuf.dev/programming-guides/encoding

import { writeUtf8 } from './utf8.ts';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

const WORD = 2 ** 32;
const TWO_TO_63 = 2 ** 63;
const TWO_TO_64 = 2 ** 64;
/** Below this a zigzag is a whole number that a double holds exactly. */
const EXACT_ZIGZAG = 2 ** 52;
const MAX_VARINT_BYTES = 10;
/** Tag of any field and a varint. */
const MAX_TAG_BYTES = 5;
/** Longest string (UTF-16 units) whose length in UTF-8 surely takes one byte. */
const SHORT_STRING_LENGTH = 42;

const NANOSECONDS_A_MILLISECOND = 1_000_000;
/** Milliseconds are multiplied in two parts, the lower one below this, so that both products are exact doubles. */
const MILLISECOND_PART = 2 ** 22;

export class ProtobufWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  #depth = 0;
  /** Bytes that the length of the last message took, by depth. */
  readonly #lengthBytes: number[] = [];

  /** `expectedBytes` saves growing; it is no limit. */
  constructor(expectedBytes = 0) {
    this.#bytes = new Uint8Array(expectedBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written until now. */
  get length(): number {
    return this.#length;
  }

  /** What was written, without a copy: the writer is not to be used after it. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** `uint32`, `uint64`, enums: a whole number from 0 to below 2^64. @throws {RangeError} for any other, a broken invariant */
  uint(field: number, value: number | bigint): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  /** `int32`, `int64`: a whole number from -2^63 to below 2^63; negative ones take ten bytes. @throws {RangeError} as `uint` */
  int(field: number, value: number | bigint): void {
    this.#tag(field, VARINT);
    if (value >= 0 && value < WORD) {
      this.#varint(value);
      return;
    }
    checkSigned64(value);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
  }

  /** `sint32`, `sint64` (zigzag): a whole number from -2^63 to below 2^63. @throws {RangeError} as `uint` */
  sint(field: number, value: number | bigint): void {
    this.#tag(field, VARINT);
    this.#varint(zigzag(value));
  }

  bool(field: number, value: boolean): void {
    this.#tag(field, VARINT);
    this.#varint(value ? 1 : 0);
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED64);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** `fixed64`: a whole number from 0 to below 2^64; past 2^53 give a bigint. @throws {RangeError} as `uint` */
  fixed64(field: number, value: number | bigint): void {
    this.#tag(field, FIXED64);
    this.#word64(value);
  }

  /** `fixed64` with the nanoseconds of a Unix time in milliseconds (at least 0), exact for whole milliseconds. */
  fixed64Nanoseconds(field: number, timeMs: number): void {
    this.#tag(field, FIXED64);
    const wholeMs = Math.floor(timeMs);
    const high = Math.floor(wholeMs / MILLISECOND_PART) * NANOSECONDS_A_MILLISECOND;
    const low =
      (wholeMs % MILLISECOND_PART) * NANOSECONDS_A_MILLISECOND +
      Math.round((timeMs - wholeMs) * NANOSECONDS_A_MILLISECOND);
    const partsAWord = WORD / MILLISECOND_PART;
    const lowWords = (high % partsAWord) * MILLISECOND_PART + low;
    this.#words(lowWords % WORD, Math.floor(high / partsAWord) + Math.floor(lowWords / WORD));
  }

  /** As UTF-8; what is no valid Unicode becomes U+FFFD. */
  string(field: number, text: string): void {
    this.#tag(field, LENGTH_DELIMITED);
    if (text.length > SHORT_STRING_LENGTH) {
      const start = this.#openLength();
      this.#text(text);
      this.close(start);
      return;
    }
    this.#reserve(1);
    const start = this.#length++;
    this.#text(text);
    this.#bytes[start] = this.#length - start - 1;
  }

  bytes(field: number, content: Uint8Array): void {
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(content.length);
    this.raw(content);
  }

  /** Copies fields that are encoded already: tags and all. */
  raw(encoded: Uint8Array): void {
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
  }

  /** A message within this one. */
  message(field: number, write: (writer: this) => void): void {
    const start = this.open(field);
    write(this);
    this.close(start);
  }

  /** `message` without a function, for hot paths: whatever is written until `close(open(field))` is the message. */
  open(field: number): number {
    this.#tag(field, LENGTH_DELIMITED);
    return this.#openLength();
  }

  /** Ends the message that `open` began; the innermost one first. */
  close(start: number): void {
    this.#depth--;
    const room = this.#lengthBytes[this.#depth]!;
    const size = this.#length - start - room;
    const needed = varintSize(size);
    if (needed !== room) {
      this.#reserve(needed);
      this.#bytes.copyWithin(start + needed, start + room, this.#length);
      this.#lengthBytes[this.#depth] = needed;
    }
    this.#length = start;
    this.#varint(size);
    this.#length += size;
  }

  /** A length and then that many bytes, without a field: one of a stream of messages. */
  lengthDelimited(write: (writer: this) => void): void {
    const start = this.openDelimited();
    write(this);
    this.close(start);
  }

  /** `lengthDelimited` without a function: ended by `close`. */
  openDelimited(): number {
    return this.#openLength();
  }

  /** Without values nothing is written, here and in the other packed ones: an empty list and an absent one are the same. */
  packedDoubles(field: number, values: ArrayLike<number>): void {
    if (!this.#openPacked64(field, values.length)) return;
    for (let i = 0; i < values.length; i++) {
      this.#view.setFloat64(this.#length, values[i]!, true);
      this.#length += 8;
    }
  }

  packedFixed64(field: number, values: ArrayLike<number | bigint>): void {
    if (!this.#openPacked64(field, values.length)) return;
    for (let i = 0; i < values.length; i++) this.#word64(values[i]!);
  }

  packedUints(field: number, values: ArrayLike<number | bigint>): void {
    if (values.length === 0) return;
    const start = this.open(field);
    for (let i = 0; i < values.length; i++) this.#varint(values[i]!);
    this.close(start);
  }

  packedSints(field: number, values: ArrayLike<number | bigint>): void {
    if (values.length === 0) return;
    const start = this.open(field);
    for (let i = 0; i < values.length; i++) this.#varint(zigzag(values[i]!));
    this.close(start);
  }

  #openPacked64(field: number, count: number): boolean {
    if (count === 0) return false;
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(8 * count);
    this.#reserve(8 * count);
    return true;
  }

  #openLength(): number {
    const room = (this.#lengthBytes[this.#depth] ??= 1);
    this.#depth++;
    this.#reserve(room);
    const start = this.#length;
    this.#length += room;
    return start;
  }

  #tag(field: number, wireType: number): void {
    const tag = (field << 3) | wireType;
    this.#reserve(MAX_TAG_BYTES + MAX_VARINT_BYTES);
    if (tag < 0x80) this.#bytes[this.#length++] = tag;
    else this.#varint(tag >>> 0);
  }

  #varint(value: number | bigint): void {
    this.#reserve(MAX_VARINT_BYTES);
    if (typeof value === 'number' && value === value >>> 0) {
      this.#varint32(value);
      return;
    }
    checkUnsigned64(value);
    const bytes = this.#bytes;
    let high = highWord(value);
    let low = lowWord(value);
    for (; high > 0; high >>>= 7) {
      bytes[this.#length++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
    }
    this.#varint32(low);
  }

  /** Room is there. */
  #varint32(value: number): void {
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
    this.#length = at;
  }

  #word64(value: number | bigint): void {
    checkUnsigned64(value);
    this.#words(lowWord(value), highWord(value));
  }

  #words(low: number, high: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.#length, low, true);
    this.#view.setUint32(this.#length + 4, high, true);
    this.#length += 8;
  }

  #text(text: string): void {
    this.#reserve(3 * text.length);
    this.#length = writeUtf8(this.#bytes, this.#length, text);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function zigzag(value: number | bigint): number | bigint {
  checkSigned64(value);
  if (typeof value === 'number' && Math.abs(value) < EXACT_ZIGZAG) return value < 0 ? -2 * value - 1 : 2 * value;
  const wide = BigInt(value);
  return wide < 0n ? -2n * wide - 1n : 2n * wide;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Dividing a double by a power of two is exact, so this is right up to 2^64. */
function highWord(value: number | bigint): number {
  return typeof value === 'bigint' ? Number(value >> 32n) : Math.floor(value / WORD);
}

function lowWord(value: number | bigint): number {
  return typeof value === 'bigint' ? Number(value & 0xffffffffn) : value % WORD;
}

function checkUnsigned64(value: number | bigint): void {
  if (!(value >= 0 && value < TWO_TO_64) || isFraction(value)) refuse(value, 'from 0 to below 2^64');
}

function checkSigned64(value: number | bigint): void {
  if (!(value >= -TWO_TO_63 && value < TWO_TO_63) || isFraction(value)) refuse(value, 'from -2^63 to below 2^63');
}

function isFraction(value: number | bigint): boolean {
  return typeof value === 'number' && !Number.isInteger(value);
}

function refuse(value: number | bigint, range: string): never {
  throw new RangeError(`${value} cannot be written: give a whole number ${range}.`);
}
