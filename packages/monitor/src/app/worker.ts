// The root of the storage worker: constructs the store and the query engine over it, and hands both to the host.
// Beside `start-monitor.ts` the only root.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../engine/failure.ts';
import { hostEngine } from '../engine/host.ts';
import type { Response, WorkerSettings } from '../engine/protocol.ts';
import { SteadyClock } from '../model/clock.ts';
import { VirtualClock } from '../model/virtual-clock.ts';
import { createQueryEngine } from '../promql/engine.ts';
import { openEmbeddedStore } from '../storage/embedded/open.ts';

if (parentPort === null) throw new Error('app/worker.ts runs in a worker thread only');
const port = parentPort;
const settings = workerData as WorkerSettings;

try {
  const store = await openEmbeddedStore({
    directory: settings.directory,
    retentionMs: settings.retentionMs,
    durability: settings.durability,
    clock: settings.clock === 'system' ? new SteadyClock() : new VirtualClock(settings.clock),
  });
  hostEngine(port, store, createQueryEngine({ queryable: store, yieldToOthers: () => nextTurn() }));
} catch (error) {
  port.postMessage({ kind: 'failedToOpen', failure: failureOf(error) } satisfies Response);
  port.close();
}
