// A process that serves a page of metrics in which every value changes at every scrape: what the benchmarks watch.
//   node bench/exporter.ts [series]        prints its address on the first line

import { createServer } from 'node:http';

/** Text exposition of counters, gauges and histograms, about `series` series; the values are a function of `round`. */
export function exposition(series: number, round: number): string {
  const nodes = Math.max(1, Math.round(series / 100));
  const parts: string[] = [];
  for (let family = 0; family < 5; family++) {
    parts.push(
      `# HELP bench_events_${family}_total Events of kind ${family}.\n# TYPE bench_events_${family}_total counter\n`,
    );
    for (let index = 0; index < nodes * 10; index++) {
      parts.push(
        `bench_events_${family}_total{peer="peer-${index % nodes}",kind="k${index % 10}",n="${index}"} ${round * (index + 1)}\n`,
      );
    }
  }
  parts.push('# HELP bench_level_ratio A level.\n# TYPE bench_level_ratio gauge\n');
  for (let index = 0; index < nodes * 37; index++) {
    parts.push(
      `bench_level_ratio{peer="peer-${index % nodes}",n="${index}"} ${((round * 31 + index * 17) % 9973) / 9973}\n`,
    );
  }
  parts.push('# HELP bench_delay_seconds A delay.\n# TYPE bench_delay_seconds histogram\n');
  for (let node = 0; node < nodes; node++) parts.push(histogram(`peer="peer-${node}"`, round, node));
  return parts.join('');
}

const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '+Inf'];

function histogram(labels: string, round: number, seed: number): string {
  const lines = BOUNDS.map(
    (le, index) => `bench_delay_seconds_bucket{${labels},le="${le}"} ${round * (index + 1) + seed}\n`,
  );
  const count = round * BOUNDS.length + seed;
  return `${lines.join('')}bench_delay_seconds_sum{${labels}} ${count * 0.137}\nbench_delay_seconds_count{${labels}} ${count}\n`;
}

if (import.meta.main) {
  const series = Number(process.argv[2] ?? 10_000);
  let round = 0;
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(exposition(series, ++round));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}/metrics`);
  });
}
