// Text as UTF-8 bytes in one array that grows. Whole numbers are written digit by digit: a string for each of ten thousand
// numbers, and putting them all together, would cost more than everything else in a rendering.

import { writeUtf8 } from '../encoding/utf8.ts';

const LINE_FEED = 10;
const ZERO = 48;
/** Digits that are computed in 32-bit arithmetic at a time. */
const GROUP_DIGITS = 9;
const GROUP = 10 ** GROUP_DIGITS;
/** Bytes for any whole number that is written by digits. */
const MAX_DIGITS = 2 * GROUP_DIGITS;
/** Bytes that are copied at a time, as a double. */
const WORD_BYTES = 8;

/**
 * UTF-8 that is copied in pieces again and again. Copying takes whole words and may run over the end of a piece, so there is
 * room behind the last one.
 */
export class PreparedBytes {
  readonly view: DataView;

  constructor(utf8: Uint8Array) {
    const bytes = new Uint8Array(utf8.length + WORD_BYTES);
    bytes.set(utf8);
    this.view = new DataView(bytes.buffer);
  }
}

export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  /** `expectedBytes` saves growing; it is no limit. */
  constructor(expectedBytes: number) {
    this.#bytes = new Uint8Array(expectedBytes);
    this.#view = new DataView(this.#bytes.buffer);
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

  /** The bytes from `start` to before `end`. */
  copy({ view }: PreparedBytes, start: number, end: number): void {
    this.#reserve(end - start + WORD_BYTES);
    const to = this.#view;
    // No eight bytes of UTF-8 are a NaN, whose bits need not survive a copy: 0xff is in none, and no 0xf? before a 0x7f.
    for (let from = start, at = this.#length; from < end; from += WORD_BYTES, at += WORD_BYTES) {
      to.setFloat64(at, view.getFloat64(from, true), true);
    }
    this.#length += end - start;
  }

  /** All of a piece that was made before. */
  piece(piece: Uint8Array): void {
    this.#reserve(piece.length);
    const bytes = this.#bytes;
    let at = this.#length;
    // These pieces are some 30 bytes: a loop is faster than `set`.
    for (let i = 0; i < piece.length; i++) bytes[at++] = piece[i]!;
    this.#length = at;
  }

  /** As UTF-8; what is no valid Unicode becomes U+FFFD. */
  text(text: string): void {
    this.#reserve(3 * text.length);
    this.#length = writeUtf8(this.#bytes, this.#length, text);
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
    this.#view = new DataView(grown.buffer);
  }
}

/** A piece to be written many times. */
export function encodeText(text: string): Uint8Array {
  const writer = new ByteWriter(3 * text.length);
  writer.text(text);
  return writer.finish().slice();
}

function digitCount(value: number): number {
  let count = 1;
  for (let power = 10; value >= power; power *= 10) count++;
  return count;
}
