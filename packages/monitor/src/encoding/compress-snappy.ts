// Packs with Snappy's block format, which remote write and remote read demand: the length of the content, then literals and
// copies of what came before. Content is cut into blocks that are compressed alone, so that every copy reaches back less than 64 KiB.
// Source: github.com/google/snappy format_description.txt

const BLOCK_BYTES = 65_536;
const HASH_BITS = 14;
/** 2^32 divided by the golden ratio: odd, and its bits spread well. */
const HASH_FACTOR = 0x9e3779b1;
const MIN_MATCH_BYTES = 4;
const MAX_COPY_BYTES = 64;
/** After this many misses the search takes longer steps: what does not compress is not worth a look at every byte. */
const MISSES_A_STEP_BITS = 5;

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
