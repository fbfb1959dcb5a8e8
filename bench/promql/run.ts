// `npm run bench:promql`: PromQL beside Prometheus and VictoriaMetrics, the same questions about the same data in the same run.
// `BENCH_PROMQL_PARTS` names the parts to run, with commas between them.

import { type BenchTable, printTable } from '../table.ts';
import { benchBeside } from './beside.ts';
import { benchQuestions } from './compare.ts';
import { absentContenders } from './contenders.ts';
import { benchProfile } from './profile.ts';
import { WANTED_PARTS } from './settings.ts';
import { Stores } from './stores.ts';

const PARTS: Readonly<Record<string, (stores: Stores) => Promise<BenchTable[]>>> = {
  questions: benchQuestions,
  beside: benchBeside,
  profile: benchProfile,
};

export async function benchPromql(): Promise<BenchTable[]> {
  const wanted = WANTED_PARTS ?? Object.keys(PARTS);
  const unknown = wanted.filter((name) => !(name in PARTS));
  if (unknown.length > 0) {
    throw new Error(
      `The PromQL benchmark has no part ${unknown.join(', ')}: there are ${Object.keys(PARTS).join(', ')}.`,
    );
  }
  for (const line of absentContenders()) console.log(line);
  const stores = await Stores.load();
  try {
    const tables: BenchTable[] = [];
    for (const name of wanted) tables.push(...(await PARTS[name]!(stores)));
    return tables;
  } finally {
    stores.remove();
  }
}

if (import.meta.main) for (const table of await benchPromql()) printTable(table);
