// The embedded store beside Debian's VictoriaMetrics and Prometheus: the same samples, in the same run. `BENCH_STORAGE_PARTS` names
// the parts to run, with commas between them.

import { type BenchTable, printTable } from '../table.ts';
import { benchBytes } from './bytes.ts';
import { benchDay } from './day.ts';
import { benchHour } from './hour.ts';
import { benchMemory } from './memory.ts';
import { benchScrapes } from './scrape.ts';
import { absentContenders } from './settings.ts';
import { benchStore } from './store.ts';

const PARTS: Readonly<Record<string, () => Promise<BenchTable[]>>> = {
  hour: benchHour,
  day: benchDay,
  scrape: benchScrapes,
  memory: benchMemory,
  store: benchStore,
  bytes: benchBytes,
};

export async function benchStorage(): Promise<BenchTable[]> {
  const wanted = process.env['BENCH_STORAGE_PARTS']?.split(',') ?? Object.keys(PARTS);
  for (const line of absentContenders()) console.log(line);
  const tables: BenchTable[] = [];
  for (const name of wanted) {
    const part = PARTS[name];
    if (part === undefined) {
      throw new Error(`The storage benchmark has no part ${name}: there are ${Object.keys(PARTS).join(', ')}.`);
    }
    tables.push(...(await part()));
  }
  return tables;
}

if (import.meta.main) for (const table of await benchStorage()) printTable(table);
