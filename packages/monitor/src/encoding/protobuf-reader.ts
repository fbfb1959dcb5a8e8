// Walks protobuf without making objects: a place in the bytes, the end of the message that is being read, and the numbers
// that stand there. Invariant: the place never leaves the message; bytes that would lead out of it are an error with
// their place. Source: protobuf.dev/programming-guides/encoding

import { MalformedBytes } from './malformed-bytes.ts';
import { WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from './wire-types.ts';

/** Of a message's fields, by their numbers: a bit for each wire type that is theirs; 0 for a number that is no field's. */
export type KnownFields = Uint8Array;

/** By the tags of the fields; one whose numbers may stand packed or alone is named with both. */
export function knownFields(...tags: readonly number[]): KnownFields {
  const known = new Uint8Array(Math.max(...tags.map((tag) => tag >>> 3)) + 1);
  for (const tag of tags) known[tag >>> 3]! |= 1 << (tag & 7);
  return known;
}

const LARGEST_FIELD = 2 ** 29 - 1;
const TWO_28 = 2 ** 28;
const LONGEST_VARINT_BYTES = 10;

/** Whatever reads may throw {MalformedBytes}. */
export class ProtobufReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  position: number;
  /** Where the message ends that is being read. */
  end: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.position >= this.end;
  }

  /** Field number and wire type of the field that begins here, as they stand there: `field << 3 | type`. */
  readTag(): number {
    const byte = this.position < this.end ? this.bytes[this.position]! : 0x80;
    if (byte < 0x80 && byte > 7) {
      this.position++;
      return byte;
    }
    const tag = this.readUint64();
    const field = Math.floor(tag / 8);
    if (field === 0 || field > LARGEST_FIELD) this.fail(`there is no field ${field}`);
    return tag;
  }

  /** A number of up to 64 bits; past 2^53 the nearest double. */
  readUint64(): number {
    const { bytes, end } = this;
    let at = this.position;
    let byte: number;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) this.failCut();
      byte = bytes[at++]!;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = at;
        return low;
      }
    }
    let middle = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) this.failCut();
      byte = bytes[at++]!;
      middle |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = at;
        return middle * TWO_28 + low;
      }
    }
    if (at >= end) this.failCut();
    byte = bytes[at++]!;
    let high = byte & 0x7f;
    if (byte >= 0x80) {
      if (at >= end) this.failCut();
      byte = bytes[at++]!;
      if (byte > 1) this.fail('a number has more than 64 bits');
      high |= (byte & 1) << 7;
    }
    this.position = at;
    // Rounded once: the upper 36 bits are exact.
    return (high * TWO_28 + middle) * TWO_28 + low;
  }

  /** A number in two's complement, as `int64` and `int32` have it. Exact within ±2^53. */
  readInt64(): number {
    const start = this.position;
    const value = this.readUint64();
    if (this.position - start < LONGEST_VARINT_BYTES || this.bytes[this.position - 1] !== 1) return value;
    // Negative: the distance to 2^64, rounded once, which the number itself was already.
    return Number(BigInt.asIntN(64, this.#bigAt(start)));
  }

  /** `sint64`: 0, -1, 1, -2, … Exact within ±2^52. */
  readSint64(): number {
    const { bytes, end } = this;
    const first = this.position < end ? bytes[this.position]! : 0x80;
    if (first < 0x80) {
      this.position++;
      return (first >>> 1) ^ -(first & 1);
    }
    const value = this.readUint64();
    const isNegative = (first & 1) === 1;
    return isNegative ? -Math.floor(value / 2) - 1 : Math.floor(value / 2);
  }

  /** Goes 8 bytes on; the low word stands at the returned place, the high one 4 bytes after it. */
  readFixed64(): number {
    const at = this.position;
    if (at + 8 > this.end) this.failCut();
    this.position = at + 8;
    return at;
  }

  readDouble(): number {
    return this.view.getFloat64(this.readFixed64(), true);
  }

  /** UTF-8; what is none becomes U+FFFD. */
  readText(): string {
    const end = this.readLength();
    const { bytes, position } = this;
    this.position = end;
    return Buffer.from(bytes.buffer, bytes.byteOffset + position, end - position).toString('utf8');
  }

  /** Where the bytes end that begin here, behind their length. */
  readLength(): number {
    const { bytes, end } = this;
    let at = this.position;
    let length = at < end ? bytes[at]! : 0x80;
    if (length < 0x80) {
      at++;
    } else {
      length = this.readUint64();
      at = this.position;
    }
    const last = at + length;
    if (last > end) this.fail(`${length} bytes are said to follow and ${end - at} are there`);
    this.position = at;
    return last;
  }

  /** Goes into a message that begins here with its length; gives what `leave` needs. */
  enter(): number {
    const outer = this.end;
    this.end = this.readLength();
    return outer;
  }

  leave(outer: number): void {
    this.position = this.end;
    this.end = outer;
  }

  skip(wireType: number): void {
    switch (wireType) {
      case WIRE_VARINT:
        this.readUint64();
        return;
      case WIRE_FIXED64:
        this.readFixed64();
        return;
      case WIRE_BYTES:
        this.position = this.readLength();
        return;
      case WIRE_FIXED32:
        if (this.position + 4 > this.end) this.failCut();
        this.position += 4;
        return;
      default:
        this.fail(`wire type ${wireType} is none that is written any more`);
    }
  }

  /** Passes over a field that nobody reads. One that the message knows, with another type than is known, is an error. */
  skipOther(tag: number, known: KnownFields): void {
    const field = tag >>> 3;
    if (field < known.length && known[field] !== 0 && (known[field]! & (1 << (tag & 7))) === 0) {
      this.fail(`field ${field} has wire type ${tag & 7}, which is not its own`);
    }
    this.skip(tag & 7);
  }

  /** That a field has the type that its definition gives it. */
  expect(tag: number, wireType: number): void {
    if ((tag & 7) !== wireType) this.fail(`field ${tag >>> 3} has wire type ${tag & 7} where ${wireType} belongs`);
  }

  failCut(): never {
    this.fail('a field is cut off');
  }

  fail(problem: string): never {
    throw new MalformedBytes(`is no such protobuf message: at byte ${this.position} of what was unpacked ${problem}`);
  }

  #bigAt(start: number): bigint {
    let value = 0n;
    for (let at = this.position - 1; at >= start; at--) value = (value << 7n) | BigInt(this.bytes[at]! & 0x7f);
    return value;
  }
}
