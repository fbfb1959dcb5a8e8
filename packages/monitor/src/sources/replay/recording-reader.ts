// Reads a recording (docs/formats/recording.md) as a stream, one record at a time: memory is one record and the window of
// the compression, however long the recording. Whatever breaks the format is refused with the record and its place.

import { createReadStream } from 'node:fs';
import { unpackZstd } from '../../encoding/unpack-zstd.ts';
import { ChainpulseError } from '../../model/errors.ts';

export interface RecordHeader {
  /** From 1. */
  readonly number: number;
  readonly timestampMs: number;
  readonly target: string;
  /** Of the exposition; `undefined` where the target did not answer. */
  readonly sizeBytes: number | undefined;
}

export interface RecordedAnswer extends RecordHeader {
  /** The record's own; `undefined` where the target did not answer or the body was not wanted. */
  readonly body: Buffer | undefined;
}

const READ_BYTES = 256 * 1024;
const LONGEST_HEADER_BYTES = 1024;
const LARGEST_BODY_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
const HEADER = /^#@ (\d{1,15}) (\S+) (\d{1,15}|down)$/;

/**
 * The records in the order of the file. Bodies are read only where `wants` says so, and skipped elsewhere.
 * @throws {ChainpulseError} `recording_unreadable`, `recording_malformed`.
 */
export async function* readRecords(
  file: string,
  wants: (header: RecordHeader) => boolean,
): AsyncGenerator<RecordedAnswer, void, void> {
  const bytes = new ByteSource(unpackedChunks(file));
  let number = 0;
  try {
    for (;;) {
      number++;
      const at = bytes.offset;
      const line = await bytes.readLine();
      if (line === undefined) return;
      const header = parseHeader(line, number);
      if (header === undefined) {
        throw malformed(file, number, at, 'expected "#@ <unix ms> <target> <bytes>" or "#@ <unix ms> <target> down"');
      }
      yield await readAnswer(bytes, header, wants(header), file);
    }
  } catch (error) {
    if (error instanceof ChainpulseError) throw error;
    throw readError(error, file, number, bytes.offset);
  } finally {
    await bytes.close();
  }
}

function parseHeader(line: string, number: number): RecordHeader | undefined {
  const match = HEADER.exec(line);
  if (match === null) return undefined;
  const [, timestamp = '', target = '', size = ''] = match;
  return { number, timestampMs: Number(timestamp), target, sizeBytes: size === 'down' ? undefined : Number(size) };
}

async function readAnswer(
  bytes: ByteSource,
  header: RecordHeader,
  isWanted: boolean,
  file: string,
): Promise<RecordedAnswer> {
  const { number, sizeBytes } = header;
  if (sizeBytes === undefined) return { ...header, body: undefined };
  const at = bytes.offset;
  if (sizeBytes > LARGEST_BODY_BYTES) {
    throw malformed(file, number, at, `${sizeBytes} bytes are too many; a record has at most ${LARGEST_BODY_BYTES}`);
  }
  const body = isWanted ? Buffer.allocUnsafeSlow(sizeBytes) : undefined;
  const given = body === undefined ? await bytes.skip(sizeBytes) : await bytes.readInto(body);
  const end = Buffer.alloc(1);
  if (given < sizeBytes || (await bytes.readInto(end)) === 0) {
    throw malformed(file, number, at, `the recording ends within this record: it was cut off`);
  }
  if (end[0] !== NEWLINE) {
    throw malformed(file, number, at + sizeBytes, `expected a new line after the ${sizeBytes} bytes of the record`);
  }
  return { ...header, body };
}

/** Compressed bytes in, plain chunks out, read only as fast as they are taken. */
async function* unpackedChunks(file: string): AsyncGenerator<Buffer> {
  const packed = createReadStream(file, { highWaterMark: READ_BYTES });
  try {
    yield* unpackZstd(packed);
  } finally {
    packed.destroy();
  }
}

class ByteSource {
  /** Bytes of the unpacked recording that were taken. */
  offset = 0;
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** A line without its end; `undefined` at the end of the recording. What is longer than a header comes cut. */
  async readLine(): Promise<string | undefined> {
    let line = '';
    while (await this.#fill()) {
      const newline = this.#chunk.indexOf(NEWLINE, this.#position);
      const end = newline === -1 ? this.#chunk.length : newline;
      line += this.#chunk.toString('utf8', this.#position, Math.min(end, this.#position + LONGEST_HEADER_BYTES));
      this.#take(end - this.#position);
      if (newline !== -1) this.#take(1);
      if (newline !== -1 || line.length >= LONGEST_HEADER_BYTES) return line;
    }
    return line === '' ? undefined : line;
  }

  /** Fills the buffer; returns how many bytes there were. */
  async readInto(target: Buffer): Promise<number> {
    let filled = 0;
    while (filled < target.length && (await this.#fill())) {
      const length = Math.min(target.length - filled, this.#chunk.length - this.#position);
      this.#chunk.copy(target, filled, this.#position, this.#position + length);
      this.#take(length);
      filled += length;
    }
    return filled;
  }

  async skip(count: number): Promise<number> {
    let skipped = 0;
    while (skipped < count && (await this.#fill())) {
      const length = Math.min(count - skipped, this.#chunk.length - this.#position);
      this.#take(length);
      skipped += length;
    }
    return skipped;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #take(count: number): void {
    this.#position += count;
    this.offset += count;
  }

  async #fill(): Promise<boolean> {
    while (this.#position >= this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
      this.#position = 0;
    }
    return true;
  }
}

function readError(error: unknown, file: string, number: number, offset: number): ChainpulseError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return new ChainpulseError('recording_unreadable', `There is no recording ${file}: check the path.`, {
      cause: error,
    });
  }
  if (code.startsWith('E') && !code.startsWith('ERR_')) {
    return new ChainpulseError('recording_unreadable', `The recording ${file} cannot be read: ${message}.`, {
      cause: error,
    });
  }
  const isCut = code === 'Z_BUF_ERROR' || /unexpected end/i.test(message);
  const problem = isCut
    ? 'the file ends before its compression does: it was cut off'
    : `its zstd is damaged: ${message}`;
  return malformed(file, number, offset, problem, error);
}

export function malformed(
  file: string,
  number: number,
  offset: number,
  problem: string,
  cause?: unknown,
): ChainpulseError {
  const where = `record ${number}, at byte ${offset} of the unpacked recording`;
  return new ChainpulseError('recording_malformed', `The recording ${file} is malformed, ${where}: ${problem}.`, {
    cause,
  });
}
