// Unpacks Snappy's block format: the length of the content, then literals and copies of what came before. The length is
// checked against a bound before anything is reserved, and every step against both ends: no byte outside is ever touched, and
// none is given out that was not written. Source: github.com/google/snappy format_description.txt

import { MalformedBytes, OversizedBytes } from './malformed-bytes.ts';

const KIND_LITERAL = 0;
const KIND_COPY_NEAR = 1;
const KIND_COPY_FAR = 2;
/** Lengths from here on stand in the bytes behind the tag. */
const LONG_LITERAL = 60;
const WORD_BYTES = 8;
/** Short pieces are written in steps of so many bytes, whatever their length: what is too much is written over by the next. */
const STEP_BYTES = 2 * WORD_BYTES;
/** The longest copy there is. Longer literals are left to the engine, and no shorter piece is written beyond this. */
const LONGEST_COPY_BYTES = 64;
/** Room behind the content for that. */
const SLACK_BYTES = LONGEST_COPY_BYTES;
/** The densest piece: three bytes for the longest copy. */
const MAX_RATIO = 22;

/** @throws {MalformedBytes} @throws {OversizedBytes} when they say that they hold more than `maxBytes`. */
export function uncompressSnappy(packed: Uint8Array, maxBytes: number): Uint8Array {
  const unpacking = new SnappyUnpacking(packed, maxBytes);
  unpacking.advance(unpacking.length + 1);
  return unpacking.content();
}

/** Unpacks in steps. Every step may throw {MalformedBytes}. */
export class SnappyUnpacking {
  /** Of the content, bytes. */
  readonly length: number;
  readonly #packed: Uint8Array;
  readonly #packedView: DataView;
  /** The content, and room for words behind it. */
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #from = 0;
  #to = 0;

  /** `reserve` gives a buffer of at least so many bytes, whatever they are. @throws {MalformedBytes} @throws {OversizedBytes} */
  constructor(packed: Uint8Array, maxBytes: number, reserve: (bytes: number) => Uint8Array = fresh) {
    this.#packed = packed;
    const length = this.#readLength();
    if (length > maxBytes) throw new OversizedBytes(length, maxBytes);
    // What a byte can unpack to is bounded, so what cannot be true is not reserved.
    if (length > MAX_RATIO * packed.length) this.#fail(`${length} bytes cannot come out of ${packed.length}`);
    this.length = length;
    this.#bytes = reserve(length + SLACK_BYTES);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.#packedView = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  }

  /** When there is nothing more to do. */
  content(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Unpacks until so many bytes more are there; whether there is more to do. */
  advance(bytes: number): boolean {
    const packed = this.#packed;
    const packedView = this.#packedView;
    const content = this.#bytes;
    const view = this.#view;
    const contentEnd = this.length;
    const end = packed.length;
    const pauseAt = this.#to + bytes;
    let from = this.#from;
    let to = this.#to;
    while (from < end) {
      const tag = packed[from++]!;
      const kind = tag & 3;
      let length = tag >>> 2;
      if (kind === KIND_LITERAL) {
        if (length >= LONG_LITERAL) {
          const extra = length - LONG_LITERAL + 1;
          if (from + extra > end) this.#failAt(from);
          length = 0;
          for (let at = extra - 1; at >= 0; at--) length = length * 256 + packed[from + at]!;
          from += extra;
        }
        length++;
        if (from + length > end || to + length > contentEnd) this.#failAt(from);
        if (length <= LONGEST_COPY_BYTES && from + LONGEST_COPY_BYTES <= end) {
          view.setBigInt64(to, packedView.getBigInt64(from, true), true);
          view.setBigInt64(to + 8, packedView.getBigInt64(from + 8, true), true);
          for (let done = STEP_BYTES; done < length; done += STEP_BYTES) {
            view.setBigInt64(to + done, packedView.getBigInt64(from + done, true), true);
            view.setBigInt64(to + done + 8, packedView.getBigInt64(from + done + 8, true), true);
          }
        } else content.set(packed.subarray(from, from + length), to);
        from += length;
        to += length;
      } else {
        let offset: number;
        if (kind === KIND_COPY_FAR) {
          if (from + 2 > end) this.#failAt(from);
          offset = packed[from]! | (packed[from + 1]! << 8);
          from += 2;
          length++;
        } else if (kind === KIND_COPY_NEAR) {
          if (from + 1 > end) this.#failAt(from);
          offset = ((tag & 0xe0) << 3) | packed[from++]!;
          length = (length & 7) + 4;
        } else {
          if (from + 4 > end) this.#failAt(from);
          offset = packedView.getUint32(from, true);
          from += 4;
          length++;
        }
        if (offset === 0 || offset > to || to + length > contentEnd) this.#failAt(from);
        const source = to - offset;
        // Optimized, words of eight bytes are registers: no BigInt is made, and a NaN stays what it is.
        if (offset >= WORD_BYTES) {
          view.setBigInt64(to, view.getBigInt64(source, true), true);
          view.setBigInt64(to + 8, view.getBigInt64(source + 8, true), true);
          for (let done = STEP_BYTES; done < length; done += STEP_BYTES) {
            view.setBigInt64(to + done, view.getBigInt64(source + done, true), true);
            view.setBigInt64(to + done + 8, view.getBigInt64(source + done + 8, true), true);
          }
        } else for (let done = 0; done < length; done++) content[to + done] = content[source + done]!;
        to += length;
      }
      if (to >= pauseAt) break;
    }
    this.#from = from;
    this.#to = to;
    if (from < end) return true;
    if (to !== contentEnd) this.#fail(`${contentEnd} bytes were promised and ${to} came`);
    return false;
  }

  #readLength(): number {
    const packed = this.#packed;
    let length = 0;
    for (let shift = 0; shift < 5; shift++) {
      const byte = packed[this.#from++];
      if (byte === undefined) return this.#fail('its length is cut off');
      length += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return length < 2 ** 32 ? length : this.#fail('its length is no number of 32 bits');
    }
    return this.#fail('its length is no number of 32 bits');
  }

  #failAt(position: number): never {
    this.#fail(`a piece leads out of it at byte ${position}`);
  }

  #fail(problem: string): never {
    throw new MalformedBytes(`is no Snappy block (${problem})`);
  }
}

/** Not zeroed: every byte of the content is written, or the whole is refused. */
function fresh(bytes: number): Uint8Array {
  return Buffer.allocUnsafeSlow(bytes);
}
