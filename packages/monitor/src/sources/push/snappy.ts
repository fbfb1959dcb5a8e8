// Unpacks Snappy's block format: the length of the content, then literals and copies of what came before. The length is
// checked against a bound before anything is reserved, and every step against both ends: no byte outside is ever touched.
// Source: github.com/google/snappy format_description.txt

import { MalformedPush, OversizedPush } from './malformed.ts';
import type { Slices } from './pacing.ts';

const KIND_LITERAL = 0;
const KIND_COPY_NEAR = 1;
const KIND_COPY_FAR = 2;
/** Lengths from here on stand in the bytes behind the tag. */
const LONG_LITERAL = 60;
/** Longer pieces than this are copied by the engine, shorter ones word after word, which spares the call. */
const SHORT_BYTES = 32;
const WORD_BYTES = 4;
/** A piece that is copied by words may be written up to so many bytes beyond its end, where the next piece goes. */
const SLACK_BYTES = WORD_BYTES - 1;
const BYTES_BETWEEN_LOOKS_AT_THE_CLOCK = 65_536;

/** @throws {MalformedPush} @throws {OversizedPush} */
export async function unpackSnappy(packed: Uint8Array, maxBytes: number, slices: Slices): Promise<Uint8Array> {
  const unpacking = new Unpacking(packed, maxBytes);
  while (unpacking.advance(BYTES_BETWEEN_LOOKS_AT_THE_CLOCK)) if (slices.isOver) await slices.rest();
  return unpacking.content.subarray(0, unpacking.length);
}

class Unpacking {
  /** The content, and room for words behind it. */
  readonly content: Uint8Array;
  readonly length: number;
  readonly #view: DataView;
  readonly #packed: Uint8Array;
  readonly #packedView: DataView;
  #from = 0;
  #to = 0;

  constructor(packed: Uint8Array, maxBytes: number) {
    this.#packed = packed;
    const length = this.#readLength();
    if (length > maxBytes) {
      throw new OversizedPush(
        `the body says that it unpacks to ${length} bytes and at most ${maxBytes} are taken: send less in one request`,
      );
    }
    // What a byte can unpack to is bounded, so what cannot be true is not reserved.
    if (length > MAX_RATIO * packed.length) this.#fail(`${length} bytes cannot come out of ${packed.length}`);
    this.length = length;
    // Not zeroed: every byte up to the length is written, or the whole is refused.
    this.content = Buffer.allocUnsafeSlow(length + SLACK_BYTES);
    this.#view = new DataView(this.content.buffer, this.content.byteOffset, this.content.byteLength);
    this.#packedView = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  }

  /** Unpacks until so many bytes more are there; whether there is more to do. */
  advance(bytes: number): boolean {
    const packed = this.#packed;
    const content = this.content;
    const contentLength = this.length;
    const view = this.#view;
    const packedView = this.#packedView;
    const end = packed.length;
    const lastWord = end - WORD_BYTES;
    const pauseAt = this.#to + bytes;
    let from = this.#from;
    let to = this.#to;
    while (from < end) {
      const tag = packed[from++]!;
      let length = tag >>> 2;
      const kind = tag & 3;
      if (kind === KIND_LITERAL) {
        if (length >= LONG_LITERAL) {
          const extra = length - LONG_LITERAL + 1;
          if (from + extra > end) this.#failAt(from);
          length = 0;
          for (let at = extra - 1; at >= 0; at--) length = length * 256 + packed[from + at]!;
          from += extra;
        }
        length++;
        if (from + length > end || to + length > contentLength) this.#failAt(from);
        if (length > SHORT_BYTES) content.set(packed.subarray(from, from + length), to);
        else if (from + length <= lastWord) {
          for (let done = 0; done < length; done += WORD_BYTES) {
            view.setInt32(to + done, packedView.getInt32(from + done, true), true);
          }
        } else for (let done = 0; done < length; done++) content[to + done] = packed[from + done]!;
        from += length;
        to += length;
      } else {
        let offset: number;
        if (kind === KIND_COPY_NEAR) {
          if (from + 1 > end) this.#failAt(from);
          offset = ((tag & 0xe0) << 3) | packed[from++]!;
          length = (length & 7) + 4;
        } else if (kind === KIND_COPY_FAR) {
          if (from + 2 > end) this.#failAt(from);
          offset = packed[from]! | (packed[from + 1]! << 8);
          from += 2;
          length++;
        } else {
          if (from + 4 > end) this.#failAt(from);
          offset =
            (packed[from]! | (packed[from + 1]! << 8) | (packed[from + 2]! << 16) | (packed[from + 3]! << 24)) >>> 0;
          from += 4;
          length++;
        }
        if (offset === 0 || offset > to || to + length > contentLength) this.#failAt(from);
        const source = to - offset;
        if (length > SHORT_BYTES && offset >= length) content.copyWithin(to, source, source + length);
        else if (offset >= WORD_BYTES) {
          for (let done = 0; done < length; done += WORD_BYTES) {
            view.setInt32(to + done, view.getInt32(source + done, true), true);
          }
        } else for (let done = 0; done < length; done++) content[to + done] = content[source + done]!;
        to += length;
      }
      if (to >= pauseAt) break;
    }
    this.#from = from;
    this.#to = to;
    if (from < end) return true;
    if (to !== contentLength) this.#fail(`${contentLength} bytes were promised and ${to} came`);
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
    throw new MalformedPush(
      `the body is no Snappy block (${problem}): compress it with Snappy's block format, without frames`,
    );
  }
}

/** The densest piece: three bytes for a copy of 64. */
const MAX_RATIO = 22;
