// A packer's thread that ends at its first call, as one that ran out of memory would.

import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => process.exit(7));
