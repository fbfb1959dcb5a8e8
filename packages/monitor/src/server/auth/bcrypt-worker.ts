// The thread that compares passwords with bcrypt hashes: each takes tens of milliseconds of a core, which the main thread
// does not have. One answer a question, in their order.

import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';
import type { BcryptAnswer, BcryptQuestion } from './bcrypt-thread.ts';

if (parentPort === null) throw new Error('server/auth/bcrypt-worker.ts runs in a worker thread only');
const port = parentPort;

port.on('message', ({ id, password, hash }: BcryptQuestion) => {
  port.postMessage({ id, isMatch: compareSync(password, hash) } satisfies BcryptAnswer);
});
