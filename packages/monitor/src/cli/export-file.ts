// What an export is written to: stdout, or a file that gets its name when it is whole. Until then it is FILE.part, and
// FILE.part.json says what is in it, so that an export that was interrupted goes on behind the last family of metrics that is whole.

import { once } from 'node:events';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { Writable } from 'node:stream';
import { ChainpulseError } from '../model/errors.ts';

export interface ExportOutput {
  /** What was done before; undefined for a new export. */
  readonly kept: KeptExport | undefined;
  /** Waits until there is room. */
  write(bytes: Buffer): Promise<void>;
  /** Everything up to here is whole. */
  checkpoint(progress: Pick<KeptExport, 'family' | 'samples'>): void;
  /** It is whole. */
  finish(): void;
  /** It is not; what there is can be gone on with. */
  stop(): void;
}

export interface KeptExport {
  /** The name of the last family that is whole. */
  readonly family: string;
  readonly samples: number;
  readonly sizeBytes: number;
  readonly settings: ExportSettings;
}

/** What has to be the same for an export to go on. */
export interface ExportSettings {
  readonly source: string;
  readonly format: string;
  readonly selectors: readonly string[];
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly columns: readonly string[];
}

/** Checkpoints are written this often; families in between are exported anew. */
const SAVE_EVERY_MS = 500;

export class FileOutput implements ExportOutput {
  readonly kept: KeptExport | undefined;
  readonly #path: string;
  readonly #settings: ExportSettings;
  readonly #descriptor: number;
  #sizeBytes: number;
  #pending: KeptExport | undefined;
  #savedMs = Number.NEGATIVE_INFINITY;

  /** `kept`: what `keptExport` found. @throws {ChainpulseError} `output_unwritable` */
  constructor(path: string, settings: ExportSettings, kept: KeptExport | undefined) {
    this.#path = path;
    this.#settings = settings;
    this.kept = kept;
    this.#sizeBytes = kept?.sizeBytes ?? 0;
    try {
      this.#descriptor = openSync(partOf(path), kept === undefined ? 'w' : 'r+');
      ftruncateSync(this.#descriptor, this.#sizeBytes);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  async write(bytes: Buffer): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#sizeBytes + at);
      }
    } catch (error) {
      throw unwritable(this.#path, error);
    }
    this.#sizeBytes += bytes.length;
  }

  checkpoint({ family, samples }: Pick<KeptExport, 'family' | 'samples'>): void {
    this.#pending = { family, samples, sizeBytes: this.#sizeBytes, settings: this.#settings };
    if (performance.now() - this.#savedMs >= SAVE_EVERY_MS) this.#save();
  }

  finish(): void {
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    renameSync(partOf(this.#path), this.#path);
    rmSync(stateOf(this.#path), { force: true });
  }

  stop(): void {
    try {
      this.#save();
    } finally {
      closeSync(this.#descriptor);
    }
  }

  #save(): void {
    if (this.#pending === undefined) return;
    fsyncSync(this.#descriptor);
    const next = `${stateOf(this.#path)}.next`;
    writeFileSync(next, JSON.stringify(this.#pending));
    renameSync(next, stateOf(this.#path));
    this.#pending = undefined;
    this.#savedMs = performance.now();
  }
}

/** What is there of an export to this file that was interrupted. */
export function keptExport(path: string): KeptExport | undefined {
  try {
    const kept = JSON.parse(readFileSync(stateOf(path), 'utf8')) as KeptExport;
    return statSync(partOf(path)).size >= kept.sizeBytes ? kept : undefined;
  } catch {
    return undefined;
  }
}

export class StreamOutput implements ExportOutput {
  readonly kept = undefined;
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** @throws {ChainpulseError} `output_closed` when nobody reads any more. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#stream.destroyed) throw closed();
    if (this.#stream.write(bytes)) return;
    const ended = new AbortController();
    try {
      const { signal } = ended;
      await Promise.race([once(this.#stream, 'drain', { signal }), once(this.#stream, 'close', { signal })]);
    } catch (error) {
      throw closed(error);
    } finally {
      ended.abort();
    }
  }

  checkpoint(): void {}

  finish(): void {}

  stop(): void {}
}

function partOf(path: string): string {
  return `${path}.part`;
}

function stateOf(path: string): string {
  return `${path}.part.json`;
}

function unwritable(path: string, cause: unknown): ChainpulseError {
  const why = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  return new ChainpulseError('output_unwritable', `${partOf(path)} cannot be written (${why}).`, { cause });
}

function closed(cause?: unknown): ChainpulseError {
  return new ChainpulseError('output_closed', 'Nobody reads what is exported any more.', { cause });
}
