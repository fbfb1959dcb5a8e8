// A float after another: the bits in which the two differ, without the zeros at both ends. Where they fit into the window of the
// difference before, its bounds are not written again. Source: "Gorilla", VLDB 2015, section 4.1.2; tsdb/docs/format/chunks.md

import type { BitWriter } from './bit-writer.ts';

/** Five bits say how many zeros lead. */
const LEADING_MAX = 31;
const NO_WINDOW = 0xff;

const ONE = new Float64Array(1);
const ONE_BITS = new Uint32Array(ONE.buffer);

export class XorValue {
  #low = 0;
  #high = 0;
  #leading = NO_WINDOW;
  #trailing = 0;

  /** The first value, whole. */
  begin(writer: BitWriter, low: number, high: number): void {
    this.#low = low;
    this.#high = high;
    this.#leading = NO_WINDOW;
    this.#trailing = 0;
    writer.wide(high, low, 64);
  }

  append(writer: BitWriter, low: number, high: number): void {
    const xorLow = (low ^ this.#low) >>> 0;
    const xorHigh = (high ^ this.#high) >>> 0;
    this.#low = low;
    this.#high = high;
    if (xorLow === 0 && xorHigh === 0) {
      writer.bits(0, 1);
      return;
    }
    const leading = Math.min(LEADING_MAX, xorHigh === 0 ? 32 + Math.clz32(xorLow) : Math.clz32(xorHigh));
    const trailing = xorLow === 0 ? 32 + trailingZeros(xorHigh) : trailingZeros(xorLow);
    if (this.#leading !== NO_WINDOW && leading >= this.#leading && trailing >= this.#trailing) {
      writer.bits(0b10, 2);
    } else {
      this.#leading = leading;
      this.#trailing = trailing;
      // 64 does not fit into six bits; 0 never stands for itself.
      writer.bits(0b11, 2);
      writer.bits(leading, 5);
      writer.bits((64 - leading - trailing) & 63, 6);
    }
    writeShifted(writer, xorHigh, xorLow, this.#trailing, 64 - this.#leading - this.#trailing);
  }

  beginWith(writer: BitWriter, value: number): void {
    ONE[0] = value;
    this.begin(writer, ONE_BITS[0]!, ONE_BITS[1]!);
  }

  appendNext(writer: BitWriter, value: number): void {
    ONE[0] = value;
    this.append(writer, ONE_BITS[0]!, ONE_BITS[1]!);
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** `count` bits of the 64, from the bit `shift` on. */
function writeShifted(writer: BitWriter, high: number, low: number, shift: number, count: number): void {
  if (shift === 0) writer.wide(high, low, count);
  else if (shift < 32) writer.wide(high >>> shift, (low >>> shift) | (high << (32 - shift)), count);
  else writer.wide(0, high >>> (shift - 32), count);
}
