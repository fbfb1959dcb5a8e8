// Where the bytes are: by table of the database file, and by kind of series. For the kinds, each is given a store of its own, less
// what an empty one takes; so what kinds share (times, labels, a count that repeats its last bucket) is paid by each.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BenchTable } from '../table.ts';
import { sizeOf } from './contenders.ts';
import { appendWorkload } from './in-process.ts';
import { withFolder } from './loading.ts';
import { type Behaviour, behavioursOf } from './series-behaviour.ts';
import { lodestar, lodestarRecording } from './settings.ts';
import type { Scrape, Workload } from './workload.ts';

const REPORTS = 'up and scrape_samples_scraped';

export async function benchBytes(): Promise<BenchTable[]> {
  const workload = await lodestar(1);
  const kinds = await kindsOf(workload.series.length);
  const emptyBytes = await withFolder(async (folder) => {
    await appendWorkload(folder, { ...workload, series: [], scrapes: () => [] });
    return sizeOf(folder);
  });
  const rows: string[][] = [];
  for (const kind of [...new Set(kinds)].sort()) {
    const { samples, series, sizeBytes } = await withFolder((folder) =>
      measure(folder, onlyKind(workload, kinds, kind)),
    );
    const bytes = sizeBytes - emptyBytes;
    rows.push([kind, String(series), String(samples), String(bytes), (bytes / samples).toFixed(3)]);
  }
  return [
    await byTable(workload),
    {
      title: `Bytes by kind of series: ${workload.name}`,
      note: `Each kind in a store of its own, less the ${emptyBytes} bytes of an empty one.`,
      columns: ['', 'series', 'samples', 'bytes', 'bytes a sample'],
      rows,
    },
  ];
}

async function byTable(workload: Workload): Promise<BenchTable> {
  return withFolder(async (folder) => {
    const { samples } = await measure(folder, workload);
    const file = readdirSync(folder).find((name) => name.endsWith('.db')) ?? '';
    const database = new DatabaseSync(join(folder, file), { readOnly: true });
    const sizes = database
      .prepare('SELECT name, sum(pgsize) AS pages, sum(unused) AS unused FROM dbstat GROUP BY name ORDER BY pages DESC')
      .all() as { name: string; pages: number; unused: number }[];
    database.close();
    return {
      title: `Bytes by table: ${workload.name}`,
      columns: ['', 'bytes', 'unused of them', 'bytes a sample'],
      rows: sizes.map(({ name, pages, unused }) => [name, `${pages}`, `${unused}`, (pages / samples).toFixed(4)]),
    };
  });
}

async function measure(folder: string, workload: Workload) {
  const { samples, seen } = await appendWorkload(folder, workload);
  return { samples, series: seen, sizeBytes: sizeOf(folder) };
}

/** One a series of the workload. */
async function kindsOf(count: number): Promise<string[]> {
  const kinds = Array.from({ length: count }, () => REPORTS);
  const { behaviours } = behavioursOf(await lodestarRecording());
  for (const behaviour of behaviours.flat()) {
    for (const [series, kind] of kindsIn(behaviour)) kinds[series] = kind;
  }
  return kinds;
}

function kindsIn(behaviour: Behaviour): [series: number, kind: string][] {
  switch (behaviour.kind) {
    case 'constant':
      return [[behaviour.series, 'constant']];
    case 'counted':
      return [[behaviour.series, 'counters']];
    case 'summed':
      return [[behaviour.sum.series, `sums, ${behaviour.sum.form}`]];
    case 'replayed': {
      const { denominators } = behaviour.variation;
      const isWhole = denominators.every((denominator) => denominator === 1);
      return [
        [behaviour.series, isWhole ? 'gauges, whole' : denominators.includes(0) ? 'gauges, free' : 'gauges, decimal'],
      ];
    }
    case 'histogram': {
      const { buckets, count, sum } = behaviour;
      const members = [...buckets, count].map((series): [number, string] => [series, 'histograms: buckets and counts']);
      return sum === undefined
        ? members
        : [...members, [sum.series, `sums, ${sum.form}${sum.noise > 0 ? ', noisy' : ''}`]];
    }
  }
}

function onlyKind(workload: Workload, kinds: readonly string[], kind: string): Workload {
  return {
    ...workload,
    name: kind,
    *scrapes(): Generator<Scrape, void, void> {
      for (const scrape of workload.scrapes()) {
        const rows = [...scrape.series.subarray(0, scrape.count).keys()].filter(
          (row) => kinds[scrape.series[row]!] === kind,
        );
        if (rows.length === 0) continue;
        const bits = new BigUint64Array(scrape.values.buffer);
        const values = new BigUint64Array(rows.length);
        for (const [to, from] of rows.entries()) values[to] = bits[from]!;
        yield {
          ...scrape,
          count: rows.length,
          series: Uint32Array.from(rows, (row) => scrape.series[row]!),
          values: new Float64Array(values.buffer),
        };
      }
    },
  };
}
