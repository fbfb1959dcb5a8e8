// CPU of whole processes that scrape a page of 10,000 series, every value changed, each second. What a contender takes while it scrapes
// nothing is part of its price here too.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTable } from '../table.ts';
import type { Contender } from './contenders.ts';
import { askNumber, withFolder } from './loading.ts';
import type { ServerProcess } from './server-process.ts';
import { contendersHere } from './settings.ts';

const SERIES = 10_000;
const WARMUP_SCRAPES = 5;
const SCRAPES = Number(process.env['BENCH_STORAGE_SCRAPES'] ?? 30);
const WITHIN_MS = 120_000;
const POLL_MS = 200;
/** Answers of VictoriaMetrics hide the newest moments until they are on disk. */
const FLUSHED_WITHIN_MS = 5000;

export async function benchScrapes(): Promise<BenchTable[]> {
  const exporter = await startExporter();
  try {
    const rows: string[][] = [];
    for (const contender of contendersHere()) rows.push([contender.name, ...(await measure(contender, exporter.url))]);
    return [
      {
        title: `Scraping ${SERIES} series a second, every value changed: ${SCRAPES} scrapes`,
        columns: ['', 'CPU s a million samples', 'RSS'],
        rows,
      },
    ];
  } finally {
    exporter.process.kill();
  }
}

async function measure(contender: Contender, url: URL): Promise<string[]> {
  return withFolder(async (folder) => {
    const server = await contender.start(folder, [url]);
    try {
      await scrapesOnceAbove(server, WARMUP_SCRAPES);
      await sleep(FLUSHED_WITHIN_MS);
      const [before, startMs] = [server.usage(), performance.now()];
      await sleep(SCRAPES * 1000);
      const [after, seconds] = [server.usage(), (performance.now() - startMs) / 1000];
      const samples = seconds * SERIES;
      return [
        (((after.cpuSeconds - before.cpuSeconds) / samples) * 1e6).toFixed(2),
        `${(after.residentBytes / 2 ** 20).toFixed(0)} MiB`,
      ];
    } finally {
      await server.kill();
    }
  });
}

async function scrapesOnceAbove(server: ServerProcess, scrapes: number): Promise<void> {
  const deadlineMs = performance.now() + WITHIN_MS;
  for (;;) {
    const seen = await askNumber(server, 'sum(sum_over_time(up[1h]))', Date.now());
    if (seen !== undefined && seen > scrapes) return;
    if (performance.now() > deadlineMs) throw new Error(`${seen} scrapes were made, more than ${scrapes} waited for`);
    await sleep(POLL_MS);
  }
}

async function startExporter(): Promise<{ process: ChildProcess; url: URL }> {
  const script = new URL('../exporter.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, String(SERIES)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { process: child, url: new URL(line) };
}
