// A worker thread that takes part twice, and tells what became of each time.

import { parentPort } from 'node:worker_threads';
import { InstrumentError } from '../../../index.ts';
import { joinRegistry } from '../join-registry.ts';

function outcome(): string {
  try {
    joinRegistry();
    return 'joined';
  } catch (error) {
    return error instanceof InstrumentError ? error.code : String(error);
  }
}

parentPort?.postMessage([outcome(), outcome()]);
