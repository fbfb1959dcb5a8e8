// Reads Protocol Buffers' wire format from an answer that may be anything: every length is checked against the bytes that
// are there. Source: protobuf.dev/programming-guides/encoding

import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from './wire-writer.ts';

const WORD = 2 ** 32;
const VARINT_BYTES_MAX = 10;

/** Bytes that are not what they should be; the message continues "the answer …". */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;
  #low = 0;
  #high = 0;
  /** The field and the wire type that `next` found. */
  field = 0;
  wireType = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  /** Moves to the next field; false at the end. @throws {WireError} here and in everything below. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const tag = this.uint();
    this.field = Math.floor(tag / 8);
    this.wireType = tag % 8;
    return true;
  }

  /** An unsigned number; past 2^53 the nearest double. */
  uint(): number {
    this.#varint();
    return this.#high * WORD + this.#low;
  }

  /** `int64`. */
  int(): number {
    this.#varint();
    return (this.#high | 0) * WORD + this.#low;
  }

  /** `sint32`, `sint64`. */
  sint(): number {
    this.#varint();
    const low = this.#low;
    const half = Math.floor(this.#high / 2) * WORD + ((low >>> 1) + (this.#high % 2) * 2 ** 31);
    return (low & 1) === 0 ? half : -half - 1;
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** The two words of a double into a column of bits. */
  words(into: Uint32Array, index: number): void {
    const at = this.#advance(8);
    into[2 * index] = this.#view.getUint32(at, true);
    into[2 * index + 1] = this.#view.getUint32(at + 4, true);
  }

  /** A message within this one. */
  message(): WireReader {
    const length = this.uint();
    const start = this.#advance(length);
    return new WireReader(this.#bytes, start, start + length);
  }

  text(): string {
    const length = this.uint();
    const start = this.#advance(length);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length).toString('utf8');
  }

  /** Calls for each number of a packed field, or for the one of a field that is not packed. */
  packed(wireType: number, read: (reader: WireReader) => void): void {
    if (this.wireType === wireType) {
      read(this);
      return;
    }
    this.#expect(LENGTH_DELIMITED);
    const inner = this.message();
    while (inner.#at < inner.#end) read(inner);
  }

  skip(): void {
    switch (this.wireType) {
      case VARINT:
        this.#varint();
        return;
      case FIXED64:
        this.#advance(8);
        return;
      case LENGTH_DELIMITED:
        this.#advance(this.uint());
        return;
      case FIXED32:
        this.#advance(4);
        return;
      default:
        throw new WireError(`has a field of unknown kind ${this.wireType}`);
    }
  }

  #expect(wireType: number): void {
    if (this.wireType !== wireType) throw new WireError(`has field ${this.field} in another kind than expected`);
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let index = 0; index < VARINT_BYTES_MAX; index++) {
      const byte = this.#bytes[this.#advance(1)]!;
      const part = byte & 0x7f;
      if (index < 4) low |= part << (7 * index);
      else if (index === 4) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (7 * index - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new WireError('has a number that is too long');
  }

  #advance(size: number): number {
    const start = this.#at;
    if (size > this.#end - start) throw new WireError('ends too early');
    this.#at = start + size;
    return start;
  }
}
