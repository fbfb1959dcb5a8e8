// Observes values of every magnitude in a row that its maker reads meanwhile.

import { workerData } from 'node:worker_threads';
import { exponentialLayout } from '../layout.ts';
import { observeExponential } from '../observe.ts';

const { shared, maxBuckets, observations } = workerData as {
  shared: SharedArrayBuffer;
  maxBuckets: number;
  observations: number;
};
const values = new Float64Array(shared);
const layout = exponentialLayout({ maxBuckets, hasNegative: true });
for (let i = 0; i < observations; i++) {
  const magnitude = 2 ** (((i * 7) % 11) ** (1 + i / observations));
  observeExponential(values, 0, layout, i % 3 === 0 ? -magnitude : magnitude);
}
