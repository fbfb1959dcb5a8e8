// Snappy's block format, which remote write and remote read demand: the length of the content, then literals and copies of
// what came before. Content is cut into blocks that are compressed alone, so that every copy reaches back less than 64 KiB.
// Source: github.com/google/snappy format_description.txt

import { WireError } from './wire-reader.ts';

const BLOCK_BYTES = 65_536;
const HASH_BITS = 14;
/** 2^32 divided by the golden ratio: odd, and its bits spread well. */
const HASH_FACTOR = 0x9e3779b1;
const MIN_MATCH_BYTES = 4;
const MAX_COPY_BYTES = 64;
/** After this many misses the search takes longer steps: what does not compress is not worth a look at every byte. */
const MISSES_A_STEP_BITS = 5;
const LENGTH_BYTES_MAX = 5;

export function compressSnappy(content: Uint8Array): Uint8Array {
  const table = new Uint16Array(2 ** HASH_BITS);
  const output = new Output(content);
  for (let start = 0; start < content.length; start += BLOCK_BYTES) {
    if (start > 0) table.fill(0);
    compressBlock(content, start, Math.min(start + BLOCK_BYTES, content.length), table, output);
  }
  return output.written();
}

/** `table` holds by hash where, from the start of the block, four such bytes were last seen. */
function compressBlock(content: Uint8Array, start: number, end: number, table: Uint16Array, output: Output): void {
  const lastMatchStart = end - MIN_MATCH_BYTES;
  let literalStart = start;
  let at = start + 1;
  let misses = 0;
  while (at <= lastMatchStart) {
    const word = wordAt(content, at);
    const slot = Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS);
    const candidate = start + table[slot]!;
    table[slot] = at - start;
    if (candidate >= at || wordAt(content, candidate) !== word) {
      at += 1 + (misses++ >>> MISSES_A_STEP_BITS);
      continue;
    }
    let matchEnd = at + MIN_MATCH_BYTES;
    while (matchEnd < end && content[matchEnd] === content[candidate + matchEnd - at]) matchEnd++;
    output.literal(literalStart, at);
    output.copy(at - candidate, matchEnd - at);
    at = matchEnd;
    literalStart = matchEnd;
    misses = 0;
  }
  output.literal(literalStart, end);
}

function wordAt(content: Uint8Array, at: number): number {
  return content[at]! | (content[at + 1]! << 8) | (content[at + 2]! << 16) | (content[at + 3]! << 24);
}

class Output {
  readonly #content: Uint8Array;
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(content: Uint8Array) {
    this.#content = content;
    // A copy takes 3 bytes for at least 4; a literal at most 3 more than it holds, and a copy lies between two.
    this.#bytes = new Uint8Array(32 + content.length + Math.ceil(content.length / 6));
    let rest = content.length;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  literal(start: number, end: number): void {
    if (end <= start) return;
    const last = end - start - 1;
    if (last < 60) {
      this.#bytes[this.#length++] = last << 2;
    } else {
      this.#bytes[this.#length++] = last < 0x100 ? 60 << 2 : 61 << 2;
      this.#bytes[this.#length++] = last;
      if (last >= 0x100) this.#bytes[this.#length++] = last >>> 8;
    }
    this.#bytes.set(this.#content.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  copy(offset: number, length: number): void {
    for (let rest = length; rest > 0; rest -= MAX_COPY_BYTES) {
      this.#bytes[this.#length++] = ((Math.min(rest, MAX_COPY_BYTES) - 1) << 2) | 2;
      this.#bytes[this.#length++] = offset;
      this.#bytes[this.#length++] = offset >>> 8;
    }
  }
}

/** @throws {WireError} when the bytes are damaged, or say that they hold more than `maxBytes`. */
export function uncompressSnappy(packed: Uint8Array, maxBytes: number): Uint8Array {
  const { length, start } = contentLength(packed);
  if (length > maxBytes) throw new WireError(`holds ${length} bytes when unpacked, and the limit is ${maxBytes}`);
  const content = new Uint8Array(length);
  let at = start;
  let to = 0;
  while (at < packed.length) {
    const tag = packed[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let size = tag >>> 2;
      const sizeBytes = Math.max(0, size - 59);
      if (sizeBytes > 0) size = littleEndian(packed, at, sizeBytes);
      at += sizeBytes;
      size++;
      if (size > packed.length - at || size > length - to) throw new WireError('has a literal that is too long');
      content.set(packed.subarray(at, at + size), to);
      at += size;
      to += size;
      continue;
    }
    const offsetBytes = kind === 3 ? 4 : kind;
    const size = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offset = littleEndian(packed, at, offsetBytes) + (kind === 1 ? (tag >>> 5) * 0x100 : 0);
    at += offsetBytes;
    if (offset === 0 || offset > to || size > length - to) throw new WireError('has a copy from outside');
    for (const end = to + size; to < end; to++) content[to] = content[to - offset]!;
  }
  if (to !== length) throw new WireError(`holds ${to} bytes and announced ${length}`);
  return content;
}

function contentLength(packed: Uint8Array): { length: number; start: number } {
  let length = 0;
  for (let index = 0; index < LENGTH_BYTES_MAX; index++) {
    const byte = packed[index];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { length, start: index + 1 };
  }
  throw new WireError('is not compressed with Snappy');
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  if (count > bytes.length - at) throw new WireError('ends too early');
  let value = 0;
  for (let index = count - 1; index >= 0; index--) value = value * 0x100 + bytes[at + index]!;
  return value;
}
