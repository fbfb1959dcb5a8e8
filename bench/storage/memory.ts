// Resident memory with 10,000 and 100,000 series, every one with a sample each 5 s: so many intervals by remote write as fast as they
// are taken, then a moment for what was put off. The time of the samples is what counts for a store, not how fast they came.

import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTable } from '../table.ts';
import type { Contender } from './contenders.ts';
import { withFolder, writeAll } from './loading.ts';
import { writeRequests } from './remote-write.ts';
import { contendersHere } from './settings.ts';
import { syntheticWorkload } from './synthetic-node.ts';

const SERIES = [10_000, 100_000];
const INTERVAL_MS = 5000;
const SCRAPES = Number(process.env['BENCH_STORAGE_MEMORY_SCRAPES'] ?? 60);
const SAMPLES_A_REQUEST = 2000;
const SETTLE_MS = 5000;

interface Memory {
  readonly residentBytes: number;
  readonly residentPeakBytes: number;
}

export async function benchMemory(): Promise<BenchTable[]> {
  const contenders = contendersHere();
  const rows = contenders.map(({ name }) => [name]);
  for (const series of SERIES) {
    for (const [index, contender] of contenders.entries()) {
      const { residentBytes, residentPeakBytes } = await measure(contender, series);
      rows[index]!.push(mebibytes(residentBytes), mebibytes(residentPeakBytes));
    }
  }
  return [
    {
      title: `Resident memory: ${SCRAPES} intervals of ${INTERVAL_MS / 1000} s by remote write, ${SAMPLES_A_REQUEST} samples a request`,
      columns: ['', ...SERIES.flatMap((series) => [`${series} series, after ${SETTLE_MS / 1000} s`, 'peak'])],
      rows,
    },
  ];
}

async function measure(contender: Contender, series: number): Promise<Memory> {
  const startMs = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS - SCRAPES * INTERVAL_MS;
  const workload = syntheticWorkload({ series, intervalMs: INTERVAL_MS, startMs, scrapes: SCRAPES, seed: 1 });
  return withFolder(async (folder) => {
    const server = await contender.start(folder);
    try {
      await writeAll(server, writeRequests(workload, { samplesARequest: SAMPLES_A_REQUEST, samplesASeries: 1 }));
      await sleep(SETTLE_MS);
      return server.usage();
    } finally {
      await server.kill();
    }
  });
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
