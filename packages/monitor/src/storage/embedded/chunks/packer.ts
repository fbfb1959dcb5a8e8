// The packer: a thread that encodes groups and merges chunks, so that the storage thread, which answers writes and reads,
// never does. Calls are answered in their order. Invariant: when the thread ends, for whatever reason, no call is left
// waiting; the next call starts another thread, though not again and again without a pause.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ChainpulseError } from '../../../model/errors.ts';
import type { Effort, EncodedChunk, MergeRules, MergeSource } from '../codec/chunk.ts';
import { type PackableGroup, transferablesOf } from './packable-group.ts';
import type { PackerAnswer, PackerCall, PackerWork } from './packer-protocol.ts';
import { DamagedSources, MergeTooLarge } from './packing.ts';

const WORKER = new URL(`./packer-worker${extname(import.meta.url)}`, import.meta.url);
/** Calls that are not answered yet. A further one fails with `storage_packer_busy`. */
const CALLS_MAX = 4096;
/** The thread's heap; its columns are outside of it. With more it ends, and the calls fail with `storage_packer_lost`. */
const HEAP_MAX_MB = 512;
/** A thread that ended is replaced at once, and so is the next only after so long: until then calls fail. */
const RESTART_PAUSE_MS = 10_000;

export interface Packer {
  /** The group's buffers move to the packer; the caller has them no more. */
  encode(group: PackableGroup, effort: Effort): Promise<EncodedChunk>;
  /**
   * Undefined when nothing is left.
   * @throws {DamagedSources}
   * @throws {MergeTooLarge}
   */
  merge(sources: readonly MergeSource[], rules: MergeRules): Promise<EncodedChunk | undefined>;
  close(): Promise<void>;
}

export interface ThreadPackerOptions {
  /** The module that the thread runs. */
  readonly workerUrl?: URL;
  readonly callsMax?: number;
  /** Milliseconds since any fixed moment. */
  readonly monotonicMs?: () => number;
}

interface Waiting {
  readonly resolve: (chunk: EncodedChunk | undefined) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadPacker implements Packer {
  readonly #workerUrl: URL;
  readonly #callsMax: number;
  readonly #monotonicMs: () => number;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;
  /** When a thread that had ended was last replaced. */
  #replacedMs = Number.NEGATIVE_INFINITY;
  #lost: ChainpulseError | undefined;
  #isClosed = false;

  constructor(options: ThreadPackerOptions = {}) {
    this.#workerUrl = options.workerUrl ?? WORKER;
    this.#callsMax = options.callsMax ?? CALLS_MAX;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  async encode(group: PackableGroup, effort: Effort): Promise<EncodedChunk> {
    const chunk = await this.#call({ kind: 'encode', group, effort }, transferablesOf(group));
    if (chunk === undefined) throw new Error('the packer has encoded a group to nothing');
    return chunk;
  }

  merge(sources: readonly MergeSource[], rules: MergeRules): Promise<EncodedChunk | undefined> {
    // A payload may be a view of a buffer that others look at too: what moves is a copy.
    const copies = sources.map(({ payload, sequence }) => ({ payload: new Uint8Array(payload), sequence }));
    return this.#call(
      { kind: 'merge', sources: copies, rules },
      copies.map(({ payload }) => payload.buffer),
    );
  }

  /** Calls that wait fail; a thread in the middle of one is ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#end(new ChainpulseError('storage_closed', 'the packer is closed: the monitor is stopping'));
    await worker?.terminate();
  }

  async #call(work: PackerWork, transfer: ArrayBuffer[]): Promise<EncodedChunk | undefined> {
    if (this.#waiting.size >= this.#callsMax) throw busy(this.#callsMax);
    const worker = this.#started();
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<EncodedChunk | undefined>();
    worker.postMessage({ id, work } satisfies PackerCall, transfer);
    this.#waiting.set(id, { resolve, reject });
    if (this.#waiting.size === 1) worker.ref();
    return promise;
  }

  /** @throws {ChainpulseError} */
  #started(): Worker {
    if (this.#isClosed) throw new ChainpulseError('storage_closed', 'the packer is closed: the monitor is stopping');
    if (this.#worker !== undefined) return this.#worker;
    if (this.#lost !== undefined) {
      const nowMs = this.#monotonicMs();
      if (nowMs - this.#replacedMs < RESTART_PAUSE_MS) throw this.#lost;
      this.#replacedMs = nowMs;
    }
    const worker = new Worker(this.#workerUrl, {
      name: 'packer',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
    });
    // A process that has nothing else to do may end; while a call waits it does not.
    worker.unref();
    worker.on('message', (answer: PackerAnswer) => this.#receive(worker, answer));
    worker.on('error', (error) => this.#lose(worker, error.message, error));
    worker.on('exit', (code) => this.#lose(worker, `exit code ${code}`));
    this.#worker = worker;
    return worker;
  }

  #receive(worker: Worker, answer: PackerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) worker.unref();
    switch (answer.kind) {
      case 'packed':
        waiting.resolve(answer.chunk);
        break;
      case 'damaged':
        waiting.reject(new DamagedSources(answer.sources));
        break;
      case 'tooLarge':
        waiting.reject(new MergeTooLarge(answer.message));
        break;
      case 'failed':
        waiting.reject(failed(answer.message));
        break;
    }
  }

  #lose(worker: Worker, why: string, cause?: Error): void {
    if (worker !== this.#worker) return;
    this.#end(lost(why, cause));
  }

  #end(error: ChainpulseError): void {
    this.#worker = undefined;
    this.#lost = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function busy(callsMax: number): ChainpulseError {
  return new ChainpulseError(
    'storage_packer_busy',
    `${callsMax} calls to the packer are not answered yet: wait for them`,
  );
}

function lost(why: string, cause: Error | undefined): ChainpulseError {
  return new ChainpulseError(
    'storage_packer_lost',
    `the thread that packs history ended (${why}): what it was doing is tried again; when this repeats, give the process more memory`,
    { cause },
  );
}

function failed(message: string): ChainpulseError {
  return new ChainpulseError('storage_packer_failed', `history could not be packed (${message}): it is tried again`);
}
