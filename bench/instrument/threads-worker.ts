// The worker of the comparison of threads: counts in shared memory, or sends a message a record.

import { parentPort, workerData } from 'node:worker_threads';
import { joinRegistry } from '@chainpulse/instrument/runtime';

const { records, messages } = workerData as { readonly records?: number; readonly messages?: number };

if (records !== undefined) {
  const counter = joinRegistry().counter({ name: 'bench_records_total', help: 'Measured.' });
  const startMs = performance.now();
  for (let i = 0; i < records; i++) counter.inc();
  parentPort?.postMessage({ elapsedMs: performance.now() - startMs });
}
if (messages !== undefined) {
  parentPort?.once('message', () => {
    for (let i = 0; i < messages; i++) parentPort?.postMessage(1);
  });
}
