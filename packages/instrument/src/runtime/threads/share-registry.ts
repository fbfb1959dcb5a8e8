// One registry across worker threads. Each thread records into its own shared memory, as fast as without threads; this side
// reads all of it when it is asked, merges by each metric's mode, and keeps what ended threads have counted. Threads send
// buffers when they make them, and no messages else.

import { MessageChannel, type MessagePort, receiveMessageOnPort, type WorkerOptions } from 'node:worker_threads';
import { InstrumentError } from '../../errors.ts';
import { Registry } from '../../registry.ts';
import type { RegistryOptions } from '../../registry-options.ts';
import type { FamilySnapshot, SnapshotSource } from '../../snapshot/snapshot.ts';
import { RetainedFamilies } from '../retained.ts';
import { GRANT_KEY, type ThreadGrant, type ThreadMessage } from './grant.ts';
import { LocalMemory } from './local-memory.ts';
import { newStampBuffer } from './stamps.ts';
import { ThreadView } from './thread-view.ts';

/** Threads that take part at a time. */
const MAX_THREADS = 256;

export interface SharedRegistry {
  /** Of this thread; what it shows includes what all threads recorded. */
  readonly registry: Registry;
  /**
   * Options for `new Worker` that let the new thread take part: `options` with a grant in their `workerData` (which must be
   * an object, or absent). To be used for one worker.
   * @throws {InstrumentError} `thread_limit` at 256 threads, `option_invalid` for a `workerData` that is no object
   */
  workerOptions(options?: WorkerOptions): WorkerOptions;
  /** Threads that take part now, this one not counted. */
  threadCount(): number;
}

interface Thread {
  readonly port: MessagePort;
  readonly view: ThreadView;
  hasEnded: boolean;
}

/** Makes a registry whose metrics worker threads record too; they get theirs from `joinRegistry`. */
export function shareRegistry(options: Omit<RegistryOptions, 'memory'> = {}): SharedRegistry {
  const stamps = newStampBuffer();
  const registry = new Registry({ ...options, memory: new LocalMemory(stamps) });
  const threads = new Threads();
  registry.attach(threads);
  return {
    registry,
    workerOptions: (workerOptions = {}) => threads.grant(stamps, workerOptions),
    threadCount: () => threads.count(),
  };
}

class Threads implements SnapshotSource {
  readonly #threads = new Set<Thread>();
  readonly #retained = new RetainedFamilies();

  count(): number {
    this.#settle();
    return this.#threads.size;
  }

  grant(stamps: SharedArrayBuffer, options: WorkerOptions): WorkerOptions {
    if (this.count() >= MAX_THREADS) {
      throw new InstrumentError('thread_limit', `${MAX_THREADS} threads record already: end some, or use a pool.`);
    }
    const workerData: unknown = options.workerData ?? {};
    if (typeof workerData !== 'object' || Array.isArray(workerData)) {
      throw new InstrumentError('option_invalid', 'workerData is no object: the grant needs a place in it.');
    }
    const { port1, port2 } = new MessageChannel();
    const view: ThreadView = new ThreadView(() => receiveAll(port1, view));
    const thread: Thread = { port: port1, view, hasEnded: false };
    // Taken as it comes, though it is fetched at each read: where nobody reads, logs that were begun anew would pile up.
    port1.on('message', (message: ThreadMessage) => view.receive(message));
    port1.on('close', () => {
      thread.hasEnded = true;
    });
    port1.unref();
    this.#threads.add(thread);
    const grant: ThreadGrant = { port: port2, stamps };
    return {
      ...options,
      workerData: { ...workerData, [GRANT_KEY]: grant },
      transferList: [...(options.transferList ?? []), port2],
    };
  }

  families(): readonly FamilySnapshot[] {
    this.#settle();
    const living = Array.from(this.#threads, ({ view }) => view.families());
    return [...living, this.#retained.families].flat();
  }

  /** Takes what has come, and lets go of threads that have ended. */
  #settle(): void {
    for (const thread of this.#threads) {
      receiveAll(thread.port, thread.view);
      if (!thread.hasEnded) continue;
      this.#retained.retain(thread.view.families());
      this.#threads.delete(thread);
    }
  }
}

function receiveAll(port: MessagePort, view: ThreadView): void {
  for (let next = receive(port); next !== undefined; next = receive(port)) view.receive(next);
}

function receive(port: MessagePort): ThreadMessage | undefined {
  return receiveMessageOnPort(port)?.message as ThreadMessage | undefined;
}
