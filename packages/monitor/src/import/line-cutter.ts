// Cuts a stream of bytes into pieces of whole lines, in buffers that the caller gives and takes back. Memory is one buffer and
// one chunk, whatever the length of the stream; a line that does not fit makes the buffer grow, up to a bound.

import { ChainpulseError } from '../model/errors.ts';
import { NEWLINE, QUOTE } from '../sources/scrape/line-cursor.ts';

/** A line that is longer cannot be read. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;

export interface CutPiece {
  /** The buffer that was given, or a larger one in its place. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  /** How much of the buffer are whole lines. */
  readonly length: number;
  readonly isLast: boolean;
}

export class LineCutter {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #hasQuotedNewlines: boolean;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  /** The begin of a line that did not fit into the piece before. */
  #rest: Uint8Array = new Uint8Array(0);

  /** `hasQuotedNewlines`: a line feed within quotes ends no line, as in CSV. */
  constructor(chunks: AsyncIterable<Buffer>, hasQuotedNewlines: boolean) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#hasQuotedNewlines = hasQuotedNewlines;
  }

  /** @throws {ChainpulseError} `line_too_long`, and what the stream throws. */
  async next(given: Uint8Array<ArrayBuffer>): Promise<CutPiece> {
    let buffer = given.length >= 2 * this.#rest.length ? given : new Uint8Array(2 * this.#rest.length);
    buffer.set(this.#rest);
    let used = this.#rest.length;
    for (;;) {
      used = await this.#fill(buffer, used);
      if (used < buffer.length) {
        this.#rest = new Uint8Array(0);
        return { buffer, length: used, isLast: true };
      }
      const end = this.#endOfLines(buffer);
      if (end > 0) {
        this.#rest = buffer.slice(end);
        return { buffer, length: end, isLast: false };
      }
      if (buffer.length >= LINE_BYTES_MAX) {
        throw new ChainpulseError(
          'line_too_long',
          `A line is longer than ${LINE_BYTES_MAX} bytes: cut it into shorter ones.`,
        );
      }
      const larger = new Uint8Array(2 * buffer.length);
      larger.set(buffer);
      buffer = larger;
    }
  }

  /** To the brim, unless the stream ends before. Gives how much is in the buffer then. */
  async #fill(buffer: Uint8Array, from: number): Promise<number> {
    let used = from;
    while (used < buffer.length) {
      if (this.#at >= this.#chunk.length) {
        const { value, done } = await this.#chunks.next();
        if (done === true) return used;
        this.#chunk = value;
        this.#at = 0;
      }
      const count = Math.min(buffer.length - used, this.#chunk.length - this.#at);
      buffer.set(this.#chunk.subarray(this.#at, this.#at + count), used);
      this.#at += count;
      used += count;
    }
    return used;
  }

  /** Behind the last line that ends in the buffer; 0 when none does. */
  #endOfLines(buffer: Uint8Array): number {
    if (!this.#hasQuotedNewlines) return buffer.lastIndexOf(NEWLINE) + 1;
    let isQuoted = false;
    let end = 0;
    for (let at = 0; at < buffer.length; at++) {
      const byte = buffer[at];
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === NEWLINE && !isQuoted) end = at + 1;
    }
    return end;
  }
}
