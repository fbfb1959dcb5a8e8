// Protocol Buffers' wire format into one buffer that grows and is used again. The caller writes tags and lengths itself, as
// what is sent by remote write has sizes that are known before. Source: protobuf.dev/programming-guides/encoding

const FIRST_BYTES = 16 * 1024;
const VARINT_BYTES_MAX = 10;
const WORD = 2 ** 32;
/** Below this the zigzag of a whole number is one that a double holds exactly. */
const EXACT_ZIGZAG = 2 ** 52;

export class ProtobufWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** What was written since `clear`; valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    this.#reserve(VARINT_BYTES_MAX);
    let rest = value;
    for (; rest >= WORD; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  /** `int64`: a whole number of at most 2^53 either way; a negative one takes ten bytes. */
  int64(value: number): void {
    if (value >= 0) this.varint(value);
    else this.#wideVarint(BigInt.asUintN(64, BigInt(value)));
  }

  /** `sint32`, `sint64`. */
  zigzag(value: number): void {
    if (Math.abs(value) < EXACT_ZIGZAG) this.varint(value < 0 ? -2 * value - 1 : 2 * value);
    else this.#wideVarint(value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value));
  }

  /** The eight bytes of a double by its bits, so that every NaN stays what it is. */
  words(low: number, high: number): void {
    this.#reserve(8);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = low;
    bytes[at++] = low >>> 8;
    bytes[at++] = low >>> 16;
    bytes[at++] = low >>> 24;
    bytes[at++] = high;
    bytes[at++] = high >>> 8;
    bytes[at++] = high >>> 16;
    bytes[at++] = high >>> 24;
    this.#length = at;
  }

  /** `count` doubles as they lie in memory, from the index on. */
  doubles(values: Float64Array, start = 0, count = values.length): void {
    this.bytes(new Uint8Array(values.buffer, values.byteOffset + 8 * start, 8 * count));
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** Length and UTF-8; what is no valid Unicode becomes U+FFFD. */
  text(text: string): void {
    const length = Buffer.byteLength(text, 'utf8');
    this.varint(length);
    this.#reserve(length);
    Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset).write(text, this.#length, length, 'utf8');
    this.#length += length;
  }

  #wideVarint(value: bigint): void {
    this.#reserve(VARINT_BYTES_MAX);
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Bytes of an `int64` as a varint. */
export function int64Size(value: number): number {
  if (value < 0) return VARINT_BYTES_MAX;
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
