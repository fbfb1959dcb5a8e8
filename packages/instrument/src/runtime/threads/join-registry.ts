// The registry of a worker thread: its own, with no lock and no message on the record path; the thread that made the grant
// shows it.

import { isMainThread, type MessagePort, workerData } from 'node:worker_threads';
import { InstrumentError } from '../../errors.ts';
import { Registry } from '../../registry.ts';
import type { RegistryOptions } from '../../registry-options.ts';
import { GRANT_KEY, type ThreadGrant } from './grant.ts';
import { ThreadMemory } from './thread-memory.ts';

let hasJoined = false;

/** How often callbacks of `onCollect` run in a thread that nobody asks to render. */
const DEFAULT_COLLECT_INTERVAL_MS = 1000;

export interface JoinOptions extends Omit<RegistryOptions, 'memory'> {
  /** Milliseconds between the runs of this thread's `onCollect` callbacks and expiries (default 1,000). */
  readonly collectIntervalMs?: number | undefined;
}

/**
 * In a worker that was made with `SharedRegistry.workerOptions`: its registry. Instruments are made in every thread by the
 * same code; metrics of one name are merged. Once a thread.
 * @throws {InstrumentError} `not_granted` elsewhere, and when it was called before
 */
export function joinRegistry({
  collectIntervalMs = DEFAULT_COLLECT_INTERVAL_MS,
  ...options
}: JoinOptions = {}): Registry {
  const grant = grantOf(workerData);
  if (isMainThread || grant === undefined) {
    throw new InstrumentError(
      'not_granted',
      'This thread has no grant: make its worker with the options that SharedRegistry.workerOptions gives.',
    );
  }
  if (hasJoined) {
    throw new InstrumentError(
      'not_granted',
      'This thread takes part already: keep one registry a thread and share it.',
    );
  }
  const { port, stamps } = grant;
  port.unref();
  const registry = new Registry({
    ...options,
    memory: new ThreadMemory((message) => port.postMessage(message), stamps),
  });
  hasJoined = true;
  setInterval(() => registry.collectForMerge(), collectIntervalMs).unref();
  return registry;
}

function grantOf(data: unknown): ThreadGrant | undefined {
  if (typeof data !== 'object' || data === null || !(GRANT_KEY in data)) return undefined;
  const grant = data[GRANT_KEY] as { readonly port?: MessagePort; readonly stamps?: SharedArrayBuffer };
  return grant.port === undefined || grant.stamps === undefined
    ? undefined
    : { port: grant.port, stamps: grant.stamps };
}
