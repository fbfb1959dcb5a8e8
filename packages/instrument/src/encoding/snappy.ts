// Compression in Snappy's block format, which remote write demands: the length of the content, then literals and copies of
// what came before. The content is cut into blocks that are compressed alone, so that every copy reaches back less than
// 64 KiB and positions within a block fit in 16 bits. Greedy matching with one candidate for each hash of four bytes.
// Source: github.com/google/snappy format_description.txt

/** Longest content (64 MiB); senders split long before. */
export const MAX_SNAPPY_INPUT_BYTES = 64 * 1024 * 1024;

const BLOCK_BYTES = 65_536;
const HASH_BITS = 14;
/** Any odd number with bits all over spreads well; this is 2^32 divided by the golden ratio. */
const HASH_FACTOR = 0x9e3779b1;
const MIN_MATCH_BYTES = 4;
/** After this many misses the search takes longer steps: what does not compress is not worth a look at every byte. */
const MISSES_A_STEP_BITS = 5;

const LITERAL = 0;
const COPY_NEAR = 1;
const COPY_FAR = 2;
/** A literal up to this length has its length in the tag. */
const MAX_TAGGED_LITERAL_BYTES = 60;
const MAX_NEAR_COPY_BYTES = 11;
const MAX_NEAR_OFFSET = 2047;
const MAX_COPY_BYTES = 64;

/** What is being written, with where its next byte goes. */
interface Output {
  readonly bytes: Uint8Array;
  length: number;
}

/** @throws {RangeError} for content past {@link MAX_SNAPPY_INPUT_BYTES} */
export function compressSnappy(content: Uint8Array): Uint8Array {
  if (content.length > MAX_SNAPPY_INPUT_BYTES) {
    throw new RangeError(
      `${content.length} bytes are more than the ${MAX_SNAPPY_INPUT_BYTES} that are compressed at once.`,
    );
  }
  const output: Output = { bytes: new Uint8Array(maxCompressedBytes(content.length)), length: 0 };
  writeVarint(output, content.length);
  const table = new Uint16Array(2 ** HASH_BITS);
  for (let start = 0; start < content.length; start += BLOCK_BYTES) {
    if (start > 0) table.fill(0);
    compressBlock(content, start, Math.min(start + BLOCK_BYTES, content.length), table, output);
  }
  return output.bytes.subarray(0, output.length);
}

/** `table` holds by hash where, from the start of the block, four such bytes were last seen; 0 also where they never were. */
function compressBlock(content: Uint8Array, start: number, end: number, table: Uint16Array, output: Output): void {
  const lastMatchStart = end - MIN_MATCH_BYTES;
  let literalStart = start;
  let at = start + 1;
  let misses = 0;
  while (at <= lastMatchStart) {
    const word = wordAt(content, at);
    const hash = Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS);
    const candidate = start + table[hash]!;
    table[hash] = at - start;
    if (candidate >= at || wordAt(content, candidate) !== word) {
      at += 1 + (misses++ >>> MISSES_A_STEP_BITS);
      continue;
    }
    let matchEnd = at + MIN_MATCH_BYTES;
    while (matchEnd < end && content[matchEnd] === content[candidate + matchEnd - at]) matchEnd++;
    if (at > literalStart) writeLiteral(output, content, literalStart, at);
    writeCopies(output, at - candidate, matchEnd - at);
    at = matchEnd;
    literalStart = matchEnd;
    misses = 0;
  }
  if (literalStart < end) writeLiteral(output, content, literalStart, end);
}

function wordAt(content: Uint8Array, at: number): number {
  return content[at]! | (content[at + 1]! << 8) | (content[at + 2]! << 16) | (content[at + 3]! << 24);
}

/** A literal is at most one block, so its length takes two bytes beside the tag. */
function writeLiteral(output: Output, content: Uint8Array, start: number, end: number): void {
  const { bytes } = output;
  const lengthMinus1 = end - start - 1;
  if (lengthMinus1 < MAX_TAGGED_LITERAL_BYTES) {
    bytes[output.length++] = (lengthMinus1 << 2) | LITERAL;
  } else if (lengthMinus1 < 0x100) {
    bytes[output.length++] = (60 << 2) | LITERAL;
    bytes[output.length++] = lengthMinus1;
  } else {
    bytes[output.length++] = (61 << 2) | LITERAL;
    bytes[output.length++] = lengthMinus1 & 0xff;
    bytes[output.length++] = lengthMinus1 >>> 8;
  }
  bytes.set(content.subarray(start, end), output.length);
  output.length += end - start;
}

function writeCopies(output: Output, offset: number, length: number): void {
  let rest = length;
  for (; rest > MAX_COPY_BYTES; rest -= MAX_COPY_BYTES) writeFarCopy(output, offset, MAX_COPY_BYTES);
  if (rest < MIN_MATCH_BYTES || rest > MAX_NEAR_COPY_BYTES || offset > MAX_NEAR_OFFSET) {
    writeFarCopy(output, offset, rest);
    return;
  }
  output.bytes[output.length++] = ((offset >>> 8) << 5) | ((rest - MIN_MATCH_BYTES) << 2) | COPY_NEAR;
  output.bytes[output.length++] = offset & 0xff;
}

function writeFarCopy(output: Output, offset: number, length: number): void {
  const { bytes } = output;
  bytes[output.length++] = ((length - 1) << 2) | COPY_FAR;
  bytes[output.length++] = offset & 0xff;
  bytes[output.length++] = offset >>> 8;
}

function writeVarint(output: Output, value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) output.bytes[output.length++] = (rest & 0x7f) | 0x80;
  output.bytes[output.length++] = rest;
}

/**
 * Copies are never longer than what they stand for (a far one has 3 bytes for at least 4, or for what is left of a match after
 * its first 64), so only the tags of literals add: between two literals lies a copy of at least 4 bytes, and a tag of more
 * than one byte has 60 bytes of content behind it.
 */
function maxCompressedBytes(size: number): number {
  return 32 + size + Math.ceil(size / 6);
}
