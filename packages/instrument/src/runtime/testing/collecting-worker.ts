// A worker thread that shows its runtime, blocks and makes garbage when it is told to, and ends.

import { parentPort } from 'node:worker_threads';
import { collectRuntimeMetrics } from '../collect-runtime-metrics.ts';
import { joinRegistry } from '../threads/join-registry.ts';
import { block } from './samples.ts';

collectRuntimeMetrics(joinRegistry({ collectIntervalMs: 10 }));

parentPort?.on('message', (message: { readonly blockMs: number } | 'exit') => {
  if (message === 'exit') process.exit(0);
  block(message.blockMs);
  makeGarbage();
  parentPort?.postMessage('done');
});

/** More than V8 keeps without collecting. */
function makeGarbage(): void {
  for (let round = 0; round < 20; round++) Array.from({ length: 50_000 }, (_, index) => ({ index }));
}
