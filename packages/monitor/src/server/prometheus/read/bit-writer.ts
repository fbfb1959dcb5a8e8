// Bits into bytes, the highest first, as Prometheus' chunks have them. A value of more than 32 bits comes as its two halves; whole
// numbers are exact up to 2^53 either way. Source: github.com/prometheus/prometheus, tsdb/docs/format/chunks.md

const FIRST_BYTES = 4096;
const WORD = 2 ** 32;
/** How many bits follow each of the prefixes `10`, `110`, … of a varbit; `11111111` is followed by 64. */
const VARBIT_SIZES = [3, 6, 9, 12, 18, 25, 56] as const;

const ONE = new Float64Array(1);
const ONE_BITS = new Uint32Array(ONE.buffer);

export class BitWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  /** Whole bytes and the one that is being filled. */
  #length = 0;
  /** Bits that are free in the last byte. */
  #room = 0;

  clear(): void {
    this.#length = 0;
    this.#room = 0;
  }

  /** A copy of what was written since `clear`. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** The lowest `count` bits of the value, at most 32. */
  bits(value: number, count: number): void {
    let rest = count;
    while (rest > 0) {
      if (this.#room === 0) this.#addByte();
      const taken = Math.min(rest, this.#room);
      const part = (value >>> (rest - taken)) & ((1 << taken) - 1);
      this.#bytes[this.#length - 1]! |= part << (this.#room - taken);
      this.#room -= taken;
      rest -= taken;
    }
  }

  /** The lowest `count` bits of a value of 64. */
  wide(high: number, low: number, count: number): void {
    if (count > 32) this.bits(high, count - 32);
    this.bits(low, Math.min(count, 32));
  }

  double(value: number): void {
    ONE[0] = value;
    this.wide(ONE_BITS[1]!, ONE_BITS[0]!, 64);
  }

  /** Go's `binary.PutUvarint`. */
  uvarint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bits((rest % 0x80) | 0x80, 8);
    this.bits(rest, 8);
  }

  /** Go's `binary.PutVarint`: zigzag. */
  varint(value: number): void {
    const zigzag = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
    let rest = zigzag;
    for (; rest >= 0x80n; rest >>= 7n) this.bits(Number(rest & 0x7fn) | 0x80, 8);
    this.bits(Number(rest), 8);
  }

  /** A whole number that is mostly near 0. */
  varbitInt(value: number): void {
    if (value === 0) this.bits(0, 1);
    else
      this.#varbit(
        value,
        VARBIT_SIZES.findIndex((size) => fits(value, size)),
      );
  }

  varbitUint(value: number): void {
    if (value === 0) this.bits(0, 1);
    else
      this.#varbit(
        value,
        VARBIT_SIZES.findIndex((size) => value < 2 ** size),
      );
  }

  /** `place`: among the sizes; -1 for a value that has 64 bits. */
  #varbit(value: number, place: number): void {
    const high = Math.floor(value / WORD) | 0;
    if (place === -1) {
      this.bits(0xff, 8);
      this.wide(high, value >>> 0, 64);
      return;
    }
    const ones = place + 1;
    this.bits((1 << (ones + 1)) - 2, ones + 1);
    this.wide(high, value >>> 0, VARBIT_SIZES[place]!);
  }

  #addByte(): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = 0;
    this.#room = 8;
  }
}

/** Whether it is one of the 2^size numbers from -(2^(size-1) - 1) to 2^(size-1). */
export function fits(value: number, size: number): boolean {
  const most = 2 ** (size - 1);
  return value > -most && value <= most;
}
