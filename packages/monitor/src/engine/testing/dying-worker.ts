// A worker that opens as the real one does and ends at the first request, as one that ran out of memory would.

import { parentPort } from 'node:worker_threads';

parentPort?.postMessage({ kind: 'opened' });
parentPort?.on('message', () => process.exit(7));
