// A program with a cluster of two workers, run as a process of its own: it prints its page after each step of a script.

import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { Registry, renderText } from '../../../index.ts';
import { aggregateCluster, reportToPrimary } from '../aggregate-cluster.ts';

const registry = new Registry();
const requests = registry.counter({ name: 'requests_total', help: 'Measured.', labels: { path: ['a', 'b'] } });
const height = registry.gauge({ name: 'height', help: 'Measured.', merge: 'max' });
const highest = registry.gauge({ name: 'highest', help: 'Measured.', merge: 'max' });
const queue = registry.gauge({ name: 'queue', help: 'Measured.', merge: 'sum' });

// Computed from everything, which a worker does not see: its own is not to be shown.
const share = registry.gauge({ name: 'share', help: 'Measured.' });
if (cluster.isWorker) registry.onDerive(() => share.set(1));

if (cluster.isPrimary) await runPrimary();
else runWorker();

async function runPrimary(): Promise<void> {
  aggregateCluster(registry, { timeoutMs: 300 });
  requests.inc({ path: 'a' });
  const [first, second] = await Promise.all([startWorker(), startWorker()]);
  await tell(first, 'record');
  await tell(second, 'record');
  await print('both');
  first.process.kill('SIGKILL');
  await once(first, 'exit');
  await print('one');
  second.process.kill('SIGSTOP');
  await print('stopped');
  second.process.kill('SIGKILL');
  await once(second, 'exit');
  await print('none');
  process.exit(0);
}

function runWorker(): void {
  reportToPrimary(registry);
  process.on('message', (message) => {
    if (message !== 'record') return;
    requests.inc({ path: 'b' }, 10);
    height.set(7);
    queue.set(2);
    highest.set(Number.POSITIVE_INFINITY);
    process.send?.('recorded');
  });
  process.send?.('ready');
}

async function startWorker(): Promise<Worker> {
  const worker = cluster.fork();
  await once(worker, 'message');
  return worker;
}

async function tell(worker: Worker, message: string): Promise<void> {
  worker.send(message);
  await once(worker, 'message');
}

async function print(step: string): Promise<void> {
  await registry.refresh();
  const samples = renderText(registry)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  process.stdout.write(`${step}: ${samples.join(' | ')}\n`);
}
