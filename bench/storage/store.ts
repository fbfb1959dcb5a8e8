// The embedded store alone, in this process, without HTTP and protocol: what a sample costs from `append` to its place on disk, and how
// fast it is read again. The recorded hour for writing, a day of a hundred series and an interval of 100,000 for reading.

import type { Batch } from '../../packages/monitor/src/model/batch.ts';
import type { Matcher } from '../../packages/monitor/src/model/matcher.ts';
import type { SelectRequest, Store } from '../../packages/monitor/src/storage/interface.ts';
import { type BenchTable, median } from '../table.ts';
import { sizeOf } from './contenders.ts';
import { appendWorkload, openLoading } from './in-process.ts';
import { withFolder } from './loading.ts';
import { lodestar, ROUNDS } from './settings.ts';
import { syntheticWorkload } from './synthetic-node.ts';
import type { Workload } from './workload.ts';

const DAY_MS = 86_400_000;
const INTERVAL_MS = 5000;
const DAY_SERIES = 100;
const MANY_SERIES = 100_000;
const READ_ROUNDS = 7;

export async function benchStore(): Promise<BenchTable[]> {
  return [await benchAppend(), await benchReads()];
}

async function benchAppend(): Promise<BenchTable> {
  const workload = await lodestar(1);
  const cpu: number[] = [];
  const bytes: number[] = [];
  let samples = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await withFolder(async (folder) => {
      const loading = await openLoading(folder);
      const batches: Batch[] = [];
      for await (const batch of loading.batches(workload)) batches.push(batch);
      samples = batches.reduce((sum, { refs }) => sum + refs.length, 0);
      const before = process.cpuUsage();
      for (const batch of batches) await loading.append(batch);
      await loading.store.close();
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / samples);
      bytes.push(sizeOf(folder) / samples);
    });
  }
  return {
    title: `The embedded store alone: ${samples} samples of ${workload.name}, a scrape a batch`,
    note: `All threads, sealing and a clean close included; median of ${ROUNDS} rounds.`,
    columns: ['', 'CPU s a million', 'bytes a sample'],
    rows: [['append', median(cpu).toFixed(2), median(bytes).toFixed(3)]],
  };
}

async function benchReads(): Promise<BenchTable> {
  const startMs = Math.floor(Date.now() / DAY_MS - 1) * DAY_MS;
  const day = { series: DAY_SERIES, intervalMs: INTERVAL_MS, startMs, scrapes: DAY_MS / INTERVAL_MS, seed: 1 };
  const many = { series: MANY_SERIES, intervalMs: INTERVAL_MS, startMs, scrapes: 1, seed: 1 };
  const ofDay = await withStore(syntheticWorkload(day), async (store) => {
    const whole = { minTimeMs: startMs, maxTimeMs: startMs + DAY_MS };
    const part = { minTimeMs: startMs, maxTimeMs: startMs + 10_000 * INTERVAL_MS - 1 };
    return [
      await readRow(store, 'a counter of 24 h', {
        ...whole,
        matchers: [equal('__name__', 'node_events_1_total'), equal('topic', 'topic-17')],
      }),
      await readRow(store, 'a gauge of 24 h', {
        ...whole,
        matchers: [equal('__name__', 'node_level_1'), equal('part', 'part-1')],
      }),
      await readRow(store, '100 series of 10,000 samples', { ...part, matchers: [equal('job', 'load')] }),
    ];
  });
  const ofMany = await withStore(syntheticWorkload(many), async (store) => {
    const range = { minTimeMs: startMs, maxTimeMs: startMs + DAY_MS };
    const sets: [string, Matcher[]][] = [
      ['four series by two labels', [equal('__name__', 'node_level_1'), equal('instance', 'node-500.example:9090')]],
      ['1,000 series by a name and a label', [equal('__name__', 'node_events_1_total'), equal('topic', 'topic-1')]],
      ['a regular expression over 1,000 values', [pattern('instance', 'node-[1-9]5.*'), equal('topic', 'topic-1')]],
      ['all but one value', [{ name: 'zone', operator: '!=', value: 'z0' }, equal('topic', 'topic-1')]],
    ];
    const rows: string[][] = [];
    for (const [name, matchers] of sets) {
      const { medianMs, result } = await timed(async () => {
        const found = await store.series({ ...range, matcherSets: [matchers], limit: 0 });
        return found.length;
      });
      rows.push([`${MANY_SERIES} series: ${name}`, `${result} series`, medianMs.toFixed(2), '']);
    }
    return rows;
  });
  return {
    title: 'Reading the embedded store',
    note: `Opened anew, files in the cache of the system; median of ${READ_ROUNDS} reads.`,
    columns: ['', 'found', 'ms', 'ns a sample'],
    rows: [...ofDay, ...ofMany],
  };
}

function equal(name: string, value: string): Matcher {
  return { name, operator: '=', value };
}

function pattern(name: string, value: string): Matcher {
  return { name, operator: '=~', value };
}

async function withStore<Result>(workload: Workload, work: (store: Store) => Promise<Result>): Promise<Result> {
  return withFolder(async (folder) => {
    await appendWorkload(folder, workload);
    const { store } = await openLoading(folder);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  });
}

async function readRow(store: Store, name: string, request: SelectRequest): Promise<string[]> {
  const { medianMs, result } = await timed(async () => {
    let samples = 0;
    for await (const { values } of store.select(request)) samples += values.length;
    return samples;
  });
  return [name, `${result} samples`, medianMs.toFixed(2), ((medianMs * 1e6) / result).toFixed(0)];
}

async function timed(work: () => Promise<number>): Promise<{ medianMs: number; result: number }> {
  const times: number[] = [];
  let result = 0;
  for (let round = 0; round < READ_ROUNDS; round++) {
    const startMs = performance.now();
    result = await work();
    times.push(performance.now() - startMs);
  }
  return { medianMs: median(times), result };
}
