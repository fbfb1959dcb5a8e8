// Looks at the write-ahead log that a process left which did not close its file. SQLite reads it up to the first frame that
// is not whole and takes that for its end. That is right for what a crash cut off; but when whole frames of the same log
// come after it, bytes in its middle have changed, and what was committed after them is lost. Nothing else tells of that, so
// it is looked for here. Source: https://sqlite.org/fileformat2.html#the_write_ahead_log

import { closeSync, openSync, readSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The last bit says in which order the checksum takes the bytes of its words: 1 for big-endian. */
const MAGIC = 0x377f0682;
const PAGE_BYTES_MAX = 65_536;

export interface LogFinding {
  /** Where the damage is. */
  readonly atByte: number;
  /** Transactions after it; undefined when that is not known: the beginning of the log is damaged. */
  readonly lostTransactions: number | undefined;
}

/** Undefined when the log is sound, or there is none. */
export function verifyLog(path: string): LogFinding | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return new LogWalk(file).finding();
  } finally {
    closeSync(file);
  }
}

class LogWalk {
  readonly #file: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #sums: readonly [number, number] = [0, 0];

  constructor(file: number) {
    this.#file = file;
  }

  finding(): LogFinding | undefined {
    const header = this.#header;
    const isCutOff = readSync(this.#file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES;
    const hasFrames = readSync(this.#file, Buffer.alloc(1), 0, 1, HEADER_BYTES) > 0;
    if (isCutOff || !hasFrames) return undefined;
    const pageBytes = header.readUInt32BE(8);
    const isKnown = (header.readUInt32BE(0) & ~1) === MAGIC && pageBytes >= 512 && pageBytes <= PAGE_BYTES_MAX;
    if (!isKnown || !this.#follows(header.subarray(0, 24), header.readUInt32BE(24), header.readUInt32BE(28))) {
      return { atByte: 0, lostTransactions: undefined };
    }
    return this.#frames(pageBytes);
  }

  #frames(pageBytes: number): LogFinding | undefined {
    const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageBytes);
    let atByte = HEADER_BYTES;
    while (this.#read(frame, atByte) && this.#isOfThisLog(frame) && this.#isWhole(frame)) atByte += frame.length;
    let lostTransactions = 0;
    for (let later = atByte + frame.length; this.#read(frame, later); later += frame.length) {
      const isCommit = frame.readUInt32BE(4) !== 0;
      if (isCommit && this.#isOfThisLog(frame)) lostTransactions++;
    }
    return lostTransactions === 0 ? undefined : { atByte, lostTransactions };
  }

  #read(frame: Buffer, atByte: number): boolean {
    return readSync(this.#file, frame, 0, frame.length, atByte) === frame.length;
  }

  /** What an earlier log left in the file has other salts. */
  #isOfThisLog(frame: Buffer): boolean {
    return frame.compare(this.#header, 16, 24, 8, 16) === 0;
  }

  #isWhole(frame: Buffer): boolean {
    const before = this.#sums;
    this.#add(frame.subarray(0, 8));
    if (this.#follows(frame.subarray(FRAME_HEADER_BYTES), frame.readUInt32BE(16), frame.readUInt32BE(20))) return true;
    this.#sums = before;
    return false;
  }

  #follows(bytes: Buffer, first: number, second: number): boolean {
    this.#add(bytes);
    return this.#sums[0] === first && this.#sums[1] === second;
  }

  #add(bytes: Buffer): void {
    let [first, second] = this.#sums;
    const isBigEndian = (this.#header[3]! & 1) === 1;
    const ordered = isBigEndian ? new Uint8Array(Buffer.from(bytes).swap32()) : bytes;
    const words = new Uint32Array(ordered.buffer, ordered.byteOffset, ordered.length / 4);
    for (let at = 0; at < words.length; at += 2) {
      first = (first + words[at]! + second) >>> 0;
      second = (second + words[at + 1]! + first) >>> 0;
    }
    this.#sums = [first, second];
  }
}
