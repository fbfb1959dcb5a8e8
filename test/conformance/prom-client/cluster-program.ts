// A cluster of three workers with metrics of their own; the primary prints the text of all.

import cluster from 'node:cluster';
import { AggregatorRegistry, Counter, Gauge, type PrometheusContentType } from '@chainpulse/instrument/prom-client';

const aggregator = new AggregatorRegistry<PrometheusContentType>();

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork(), cluster.fork()];
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  const [first, second] = await Promise.all([aggregator.clusterMetrics(), aggregator.clusterMetrics()]);
  process.stdout.write(first === second ? first : 'two requests at a time differ');
  for (const worker of workers) worker.kill();
} else {
  const id = cluster.worker?.id ?? 0;
  new Counter({ name: 'c', help: 'C.', labelNames: ['a'] }).inc({ a: 'x' }, id);
  new Gauge({
    name: 'g',
    help: 'G.',
    aggregator: 'max',
    async collect() {
      await Promise.resolve();
      this.set(id * 10);
    },
  });
  process.send?.('ready');
}
