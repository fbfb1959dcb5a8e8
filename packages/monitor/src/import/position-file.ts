// How far an import of a file has come, kept on the disk so that it goes on there after an interruption. The file is known
// again by its path and by its content: what it begins with, and what stands before the position. Samples behind the position may be
// stored already, which does no harm; none before it is missing.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChainpulseError } from '../model/errors.ts';
import type { LinePosition } from './import-lines.ts';

/** Bytes before a position that are compared. */
const TAIL_BYTES = 65_536;
const VERSION = 1;

interface KeptPosition extends LinePosition {
  readonly version: typeof VERSION;
  readonly file: string;
  readonly format: string;
  readonly samples: number;
  readonly beginHash: string;
  readonly tailBytes: number;
  readonly tailHash: string;
}

export interface PositionKey {
  /** Where positions are kept; made when it is needed. */
  readonly directory: string;
  /** What is imported, and into what. */
  readonly file: string;
  readonly target: string;
  readonly format: string;
  /** The first bytes of the file, unpacked. */
  readonly begin: Uint8Array;
}

export class PositionFile {
  readonly path: string;
  readonly #key: PositionKey;
  readonly #file: string;
  readonly #beginHash: string;

  constructor(key: PositionKey) {
    this.#key = key;
    this.#file = realpathSync(key.file);
    this.#beginHash = hashOf(key.begin);
    const name = hashOf(Buffer.from(`${this.#file}\0${key.target}`)).slice(0, 32);
    this.path = join(key.directory, `${name}.json`);
  }

  /** Undefined when there is none, or it is of another content. */
  load(): KeptPosition | undefined {
    try {
      const kept = JSON.parse(readFileSync(this.path, 'utf8')) as KeptPosition;
      const isOurs = kept.version === VERSION && kept.format === this.#key.format && kept.beginHash === this.#beginHash;
      return isOurs ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  /** `tail`: bytes before the position, as many as there are at hand. */
  save({ offset, lines, header }: LinePosition, samples: number, tail: Uint8Array): void {
    const last = tail.subarray(Math.max(0, tail.length - TAIL_BYTES));
    const kept: KeptPosition = {
      version: VERSION,
      file: this.#file,
      format: this.#key.format,
      offset,
      lines,
      header,
      samples,
      beginHash: this.#beginHash,
      tailBytes: last.length,
      tailHash: hashOf(last),
    };
    mkdirSync(this.#key.directory, { recursive: true });
    const next = `${this.path}.next`;
    writeFileSync(next, JSON.stringify(kept));
    renameSync(next, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

/**
 * The chunks from the position on.
 * @throws {ChainpulseError} `input_changed` when what stands before it is not what was imported.
 */
export async function* chunksBehind(
  { offset, tailBytes, tailHash, file }: KeptPosition,
  chunks: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  const tail = Buffer.alloc(tailBytes);
  const tailStart = offset - tailBytes;
  let at = 0;
  let rest: Buffer | undefined;
  for await (const chunk of fromNow(chunks)) {
    const end = Math.min(chunk.length, offset - at);
    const from = Math.max(0, tailStart - at);
    if (from < end) chunk.copy(tail, at + from - tailStart, from, end);
    at += end;
    if (at < offset) continue;
    rest = chunk.subarray(end);
    break;
  }
  if (at < offset || hashOf(tail) !== tailHash) throw changed(file);
  if (rest !== undefined && rest.length > 0) yield rest;
  yield* chunks;
}

/** Leaving the loop over it does not end what is behind it. */
function fromNow(chunks: AsyncGenerator<Buffer>): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) };
}

function changed(file: string): ChainpulseError {
  return new ChainpulseError(
    'input_changed',
    `${file} is not the file of which a part was imported: import it from its beginning, with --restart.`,
  );
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
