// Text as UTF-8 bytes in one array that grows. Whole numbers are written digit by digit: a string for each of ten thousand
// numbers, and putting them all together, would cost more than everything else in a rendering.

const LINE_FEED = 10;
const ZERO = 48;
/** Digits that are computed in 32-bit arithmetic at a time. */
const GROUP_DIGITS = 9;
const GROUP = 10 ** GROUP_DIGITS;
/** Bytes for any whole number that is written by digits. */
const MAX_DIGITS = 2 * GROUP_DIGITS;

export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** `expectedBytes` saves growing; it is no limit. */
  constructor(expectedBytes: number) {
    this.#bytes = new Uint8Array(expectedBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, without a copy: the writer is not to be used after it. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  lineFeed(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = LINE_FEED;
  }

  copy(from: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let at = this.#length;
    // These pieces are some 60 bytes: a loop is faster than making a view of them for `set`.
    for (let i = start; i < end; i++) bytes[at++] = from[i]!;
    this.#length = at;
  }

  text(text: string): void {
    this.#reserve(3 * text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) {
        bytes[at++] = unit;
        continue;
      }
      const code = text.codePointAt(i)!;
      if (code < 0x800) {
        bytes[at++] = 0xc0 | (code >> 6);
      } else {
        if (code < 0x10000) {
          bytes[at++] = 0xe0 | (code >> 12);
        } else {
          bytes[at++] = 0xf0 | (code >> 18);
          bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
          i++;
        }
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      }
      bytes[at++] = 0x80 | (code & 0x3f);
    }
    this.#length = at;
  }

  /** A number as Prometheus reads it: shortest digits that give the same double, `+Inf`, `-Inf`, `NaN`. */
  number(value: number): void {
    if (value >= 0 && value < GROUP && value === (value | 0)) {
      this.#reserve(MAX_DIGITS);
      this.#digits(value | 0, digitCount(value));
    } else if (value >= GROUP && Number.isSafeInteger(value)) {
      const high = Math.floor(value / GROUP);
      this.#reserve(MAX_DIGITS);
      this.#digits(high, digitCount(high));
      this.#digits(value - high * GROUP, GROUP_DIGITS);
    } else if (value === Number.POSITIVE_INFINITY) {
      this.text('+Inf');
    } else if (value === Number.NEGATIVE_INFINITY) {
      this.text('-Inf');
    } else {
      this.text(String(value));
    }
  }

  /** The last `count` digits of a whole number below 10^9. */
  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.#length += count;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function digitCount(value: number): number {
  let count = 1;
  for (let power = 10; value >= power; power *= 10) count++;
  return count;
}
