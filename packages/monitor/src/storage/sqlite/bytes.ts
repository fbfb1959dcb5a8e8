// Writing and reading of packed bytes. Numbers are little-endian. A varint has seven bits a byte, the lowest first, the
// high bit set on all but the last; a signed one is zigzagged before (0, -1, 1, -2 … become 0, 1, 2, 3 …). Varints hold
// whole numbers up to 2^53. The writer's buffer grows and is used again; the reader fails on bytes that end too early.

import { DamagedBytes } from './failures.ts';

const VARINT_BYTES_MAX = 8;

export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  /** The bytes written since `clear`; valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Room for so many bytes more, which the caller fills before the next write. */
  reserve(sizeBytes: number): Uint8Array {
    this.#ensure(sizeBytes);
    const room = this.#bytes.subarray(this.#length, this.#length + sizeBytes);
    this.#length += sizeBytes;
    return room;
  }

  byte(value: number): void {
    this.#ensure(1);
    this.#bytes[this.#length++] = value;
  }

  varint(value: number): void {
    this.#ensure(VARINT_BYTES_MAX);
    const bytes = this.#bytes;
    let rest = value;
    while (rest >= 0x80) {
      bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    bytes[this.#length++] = rest;
  }

  signedVarint(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  float64(value: number): void {
    this.#ensure(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(source: Uint8Array): void {
    this.reserve(source.length).set(source);
  }

  text(text: string): void {
    const encoded = Buffer.from(text, 'utf8');
    this.varint(encoded.length);
    this.bytes(encoded);
  }

  #ensure(sizeBytes: number): void {
    const needed = this.#length + sizeBytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes that are read. */
  get offset(): number {
    return this.#offset;
  }

  byte(): number {
    return this.#bytes[this.#advance(1)]!;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let read = 0; read < VARINT_BYTES_MAX; read++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw new DamagedBytes(`a number is too long at byte ${this.#offset}`);
  }

  signedVarint(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A count of things that take at least `sizeBytes` each, so that damaged bytes cannot ask for endless memory. */
  count(sizeBytes: number): number {
    const value = this.varint();
    if (value * sizeBytes > this.#bytes.length - this.#offset) {
      throw new DamagedBytes(`a count of ${value} does not fit at byte ${this.#offset}`);
    }
    return value;
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** A view, not a copy. */
  bytes(sizeBytes: number): Uint8Array {
    const start = this.#advance(sizeBytes);
    return this.#bytes.subarray(start, start + sizeBytes);
  }

  text(): string {
    return Buffer.from(this.bytes(this.count(1))).toString('utf8');
  }

  expectEnd(): void {
    const rest = this.#bytes.length - this.#offset;
    if (rest !== 0) throw new DamagedBytes(`${rest} bytes too many`);
  }

  #advance(sizeBytes: number): number {
    const start = this.#offset;
    if (sizeBytes > this.#bytes.length - start) throw new DamagedBytes(`the bytes end at ${this.#bytes.length}`);
    this.#offset = start + sizeBytes;
    return start;
  }
}
