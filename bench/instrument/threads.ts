// Counting in a worker thread: into shared memory that the main thread reads, beside one message a record that the main
// thread counts, which is how libraries without shared memory do it, and beside a plain registry in one thread.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Registry } from '@chainpulse/instrument';
import { shareRegistry } from '@chainpulse/instrument/runtime';
import { type BenchTable, median } from '../table.ts';

const SHARED_RECORDS = 5_000_000;
const MESSAGE_RECORDS = 100_000;
const ROUNDS = 9;
const WORKER = new URL('./threads-worker.ts', import.meta.url);

interface Counted {
  readonly total: number;
  readonly elapsedMs: number;
}

export async function benchThreads(): Promise<BenchTable> {
  const shared = await repeated(countShared, SHARED_RECORDS);
  const messages = await repeated(countByMessages, MESSAGE_RECORDS);
  return {
    title: 'A record in a worker thread',
    note: 'Nanoseconds until the main thread has it: shared memory needs no more than the increment, messages have to arrive.',
    columns: ['', 'ns', '× ours'],
    rows: [
      ['shared memory, merged at the scrape', shared.toFixed(2), '1.0'],
      ['a message a record', messages.toFixed(0), (messages / shared).toFixed(0)],
    ],
  };
}

async function repeated(count: (records: number) => Promise<Counted>, records: number): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { total, elapsedMs } = await count(records);
    if (total !== records) throw new Error(`${total} of ${records} records arrived.`);
    rounds.push((elapsedMs * 1e6) / records);
  }
  return median(rounds);
}

async function countShared(records: number): Promise<Counted> {
  const shared = shareRegistry();
  const worker = new Worker(WORKER, shared.workerOptions({ workerData: { records } }));
  const [{ elapsedMs }] = (await once(worker, 'message')) as [{ elapsedMs: number }];
  const family = shared.registry.snapshot().families.find(({ name }) => name === 'bench_records_total');
  const [point] = family?.points ?? [];
  await worker.terminate();
  return { total: point !== undefined && 'value' in point ? point.value : 0, elapsedMs };
}

async function countByMessages(records: number): Promise<Counted> {
  const registry = new Registry();
  const counter = registry.counter({ name: 'bench_records_total', help: 'Measured.' });
  const worker = new Worker(WORKER, { workerData: { messages: records } });
  await once(worker, 'online');
  const startMs = performance.now();
  let total = 0;
  await new Promise<void>((resolve) => {
    worker.on('message', () => {
      counter.inc();
      total++;
      if (total === records) resolve();
    });
    worker.postMessage('start');
  });
  const elapsedMs = performance.now() - startMs;
  await worker.terminate();
  return { total, elapsedMs };
}
