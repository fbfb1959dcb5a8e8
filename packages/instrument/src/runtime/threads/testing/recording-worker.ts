// A worker thread that records what it is told, one list of operations a message, and answers when it is done.

import { parentPort } from 'node:worker_threads';
import { bounded, type MergeMode } from '../../../index.ts';
import { joinRegistry } from '../join-registry.ts';

export interface Operation {
  readonly kind: 'count' | 'observe' | 'native' | 'set' | 'remove';
  readonly peer: string;
  readonly value: number;
}

const registry = joinRegistry({ collectIntervalMs: 10 });
const labels = { peer: bounded(50) };
const help = 'Measured.';
const counter = registry.counter({ name: 'records_total', help, labels });
const histogram = registry.histogram({ name: 'sizes', help, labels, buckets: [10, 100] });
const native = registry.exponentialHistogram({ name: 'times', help, labels });
const gauges = (['sum', 'last', 'max', 'min'] as const).map((merge: MergeMode) =>
  registry.gauge({ name: `gauge_${merge}`, help, labels, merge }),
);

const derived = registry.gauge({ name: 'derived', help });
const collected = registry.counter({ name: 'collections_total', help });
registry.onCollect(() => collected.inc());
registry.onDerive(() => derived.set(1));

parentPort?.on('message', (operations: readonly Operation[] | 'exit') => {
  // A thread that ends without a word: what it counted must be there all the same.
  if (operations === 'exit') process.exit(0);
  for (const { kind, peer, value } of operations) {
    if (kind === 'count') counter.inc({ peer }, value);
    else if (kind === 'observe') histogram.observe({ peer }, value);
    else if (kind === 'native') native.observe({ peer }, value);
    else if (kind === 'set') for (const gauge of gauges) gauge.set({ peer }, value);
    else counter.remove({ peer });
  }
  parentPort?.postMessage(operations.length);
});
