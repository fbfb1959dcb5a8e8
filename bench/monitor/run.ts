// What the monitor costs while it watches 10,000 series every 5 s: the compiled code that users install (running from
// source costs some 40 MiB more, for the compiler that strips the types), in a process of its own, measured from
// outside, beside an idle one (no target) so that the price of watching is seen apart from the price of running.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf, residentBytesOf } from '../child-process.ts';
import { type BenchTable, median, printTable } from '../table.ts';

const SERIES = 10_000;
const INTERVAL_S = 5;
const WARMUP_S = 20;
const MEASURED_S = Number(process.env['BENCH_MONITOR_SECONDS'] ?? 60);
const ROOT = join(import.meta.dirname, '../..');

interface Cost {
  readonly coreRatio: number;
  readonly residentBytes: number;
  readonly lagP99Seconds: number;
  readonly lagMeanSeconds: number;
}

export async function benchMonitor(): Promise<BenchTable[]> {
  const exporter = spawn(process.execPath, [join(ROOT, 'bench/exporter.ts'), String(SERIES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const target = await firstMatch(exporter, /^(http:\S+)$/m);
    const idle = await measureMonitor([]);
    const watching = await measureMonitor([target]);
    return [
      {
        title: `The monitor watching ${SERIES} series every ${INTERVAL_S} s (and this machine and itself), ${MEASURED_S} s`,
        columns: ['', 'CPU of one core', 'resident memory', 'event loop lag mean', 'p99'],
        rows: [row('idle', idle), row(`${SERIES} series`, watching)],
      },
    ];
  } finally {
    exporter.kill();
  }
}

function row(name: string, cost: Cost): string[] {
  return [
    name,
    `${(cost.coreRatio * 100).toFixed(2)} %`,
    `${(cost.residentBytes / 2 ** 20).toFixed(0)} MiB`,
    `${(cost.lagMeanSeconds * 1000).toFixed(2)} ms`,
    `${(cost.lagP99Seconds * 1000).toFixed(2)} ms`,
  ];
}

async function measureMonitor(targets: readonly string[]): Promise<Cost> {
  const data = mkdtempSync(join(tmpdir(), 'chainpulse-bench-'));
  const args = [
    'packages/monitor/dist/cli/main.js',
    'watch',
    ...targets,
    '--port',
    '0',
    '--data',
    data,
    '--log-level',
    'error',
  ];
  const monitor = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await firstMatch(monitor, /page\s+(\S+)/);
    const pid = monitor.pid ?? 0;
    await sleep(WARMUP_S * 1000);
    const [startCpu, startMs] = [cpuSecondsOf(pid), performance.now()];
    const lags: { p99: number; mean: number }[] = [];
    const memory: number[] = [];
    while (performance.now() - startMs < MEASURED_S * 1000) {
      await sleep(INTERVAL_S * 1000);
      memory.push(residentBytesOf(pid));
      const metrics = await (await fetch(`${url}/metrics`)).text();
      lags.push({
        p99: sampleOf(metrics, 'nodejs_eventloop_lag_p99_seconds'),
        mean: sampleOf(metrics, 'nodejs_eventloop_lag_mean_seconds'),
      });
    }
    const elapsedSeconds = (performance.now() - startMs) / 1000;
    return {
      coreRatio: (cpuSecondsOf(pid) - startCpu) / elapsedSeconds,
      residentBytes: median(memory),
      lagP99Seconds: median(lags.map(({ p99 }) => p99)),
      lagMeanSeconds: median(lags.map(({ mean }) => mean)),
    };
  } finally {
    monitor.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
}

function sampleOf(metrics: string, name: string): number {
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1]);
}

async function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  let printed = '';
  for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
    printed += text;
    const found = pattern.exec(printed)?.[1];
    if (found !== undefined) {
      child.stdout?.resume();
      return found;
    }
  }
  throw new Error(`the process ended before it printed ${pattern}: ${printed}`);
}

if (import.meta.main) for (const table of await benchMonitor()) printTable(table);
