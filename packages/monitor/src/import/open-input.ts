// What is imported, as a stream of unpacked bytes: a file, or what is piped in; gzip and zstd are told by their first bytes.
// Little is read ahead of who takes it. Invariant: the chunks are those of the whole input, its begin included.

import { createReadStream, fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unpackZstd } from '../encoding/unpack-zstd.ts';
import { ChainpulseError } from '../model/errors.ts';
import { PipedBytes } from './piped-bytes.ts';

const READ_BYTES = 512 * 1024;
/** Enough to tell a format by. */
const BEGIN_BYTES = 65_536;
const STANDARD_INPUT = 0;
const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** A chunk of it holds until the next one is asked for. */
type ByteSource = AsyncIterable<Buffer | string> & { destroy(): unknown };

export interface Input {
  /** Fit for messages. */
  readonly name: string;
  /** As it lies on the disk; undefined for what is piped in. */
  readonly sizeBytes: number | undefined;
  /** How much of that was taken so far. */
  readonly takenBytes: number;
  /** The first bytes, unpacked. */
  readonly begin: Buffer;
  /** Unpacked, from the first byte on; once. A chunk holds until the next one is asked for. @throws {ChainpulseError} */
  chunks(): AsyncGenerator<Buffer>;
  close(): void;
}

/** @throws {ChainpulseError} `input_unreadable`, `input_damaged` */
export async function openInput(path: string | ByteSource): Promise<Input> {
  const isFile = typeof path === 'string';
  const name = isFile ? path : 'what is piped in';
  const sizeBytes = isFile ? await sizeOf(path) : undefined;
  const raw = isFile ? createReadStream(path, { highWaterMark: READ_BYTES }) : path;
  const counted = { bytes: 0 };
  const unpacked = await unpackedChunks(countedChunks(raw, counted));
  const ahead = new Ahead(unpacked, name);
  const begin = await ahead.peek(BEGIN_BYTES);
  return {
    name,
    sizeBytes,
    get takenBytes() {
      return counted.bytes;
    },
    begin,
    chunks: () => ahead.all(),
    close: () => void raw.destroy(),
  };
}

/** What is piped in: a pipe, a socket, a file or what somebody types. */
export function standardInput(): ByteSource {
  const stat = fstatSync(STANDARD_INPUT);
  return stat.isFIFO() || stat.isSocket() ? new PipedBytes(STANDARD_INPUT) : process.stdin;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw new ChainpulseError('input_unreadable', `${path} is a folder: name a file, or - for what is piped in.`);
    }
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (error instanceof ChainpulseError) throw error;
    throw readFailure(error, path);
  }
}

async function* countedChunks(raw: AsyncIterable<Buffer | string>, counted: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of raw) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    counted.bytes += bytes.length;
    yield bytes;
  }
}

async function unpackedChunks(chunks: AsyncGenerator<Buffer>): Promise<AsyncIterable<Buffer>> {
  const first: Buffer[] = [];
  let length = 0;
  while (length < ZSTD.length) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    first.push(Buffer.from(value));
    length += value.length;
  }
  const begin = Buffer.concat(first);
  const isGzip = begin.subarray(0, GZIP.length).equals(GZIP);
  if (!isGzip && !begin.subarray(0, ZSTD.length).equals(ZSTD)) return joined(begin, chunks);
  // What unpacks them looks at several at once.
  const whole = joined(begin, copied(chunks));
  if (!isGzip) return unpackZstd(whole);
  // The error reaches whoever reads from `unpack`, which is destroyed with it.
  const unpack = createGunzip({ chunkSize: READ_BYTES });
  return pipeline(Readable.from(whole, { objectMode: false }), unpack, () => {}) as AsyncIterable<Buffer>;
}

async function* joined(begin: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (begin.length > 0) yield begin;
  yield* rest;
}

async function* copied(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** Chunks of which the first are looked at before they are taken. */
class Ahead {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #name: string;
  readonly #looked: Buffer[] = [];
  #hasEnded = false;

  constructor(chunks: AsyncIterable<Buffer>, name: string) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#name = name;
  }

  async peek(bytes: number): Promise<Buffer> {
    let length = 0;
    while (length < bytes) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      this.#looked.push(Buffer.from(chunk));
      length += chunk.length;
    }
    return Buffer.concat(this.#looked).subarray(0, bytes);
  }

  async *all(): AsyncGenerator<Buffer> {
    yield* this.#looked.splice(0);
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
  }

  async #next(): Promise<Buffer | undefined> {
    if (this.#hasEnded) return undefined;
    try {
      const { value, done } = await this.#chunks.next();
      if (done !== true) return value;
      this.#hasEnded = true;
      return undefined;
    } catch (error) {
      throw readFailure(error, this.#name);
    }
  }
}

function readFailure(error: unknown, name: string): ChainpulseError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return new ChainpulseError('input_unreadable', `There is no file ${name}: check the path.`, { cause: error });
  }
  if (code.startsWith('Z_') || code.startsWith('ZSTD_') || /unexpected end|zstd/i.test(message)) {
    const problem = `${name} cannot be unpacked to its end (${message}): it is damaged or was cut off. What came before is kept.`;
    return new ChainpulseError('input_damaged', problem, { cause: error });
  }
  return new ChainpulseError('input_unreadable', `${name} cannot be read: ${message}.`, { cause: error });
}
