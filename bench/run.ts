// `npm run bench`: every measurement, one after the other, so that none disturbs another. Names narrow it down:
// `npm run bench -- instrument scrape`.

import { cpus } from 'node:os';
import { benchInstrument } from './instrument/run.ts';
import { benchMonitor } from './monitor/run.ts';
import { benchPromql } from './promql/run.ts';
import { benchRules } from './rules/run.ts';
import { benchScrape } from './scrape/run.ts';
import { benchStorage } from './storage/run.ts';
import { printTable } from './table.ts';

const BENCHES = {
  instrument: benchInstrument,
  scrape: benchScrape,
  monitor: benchMonitor,
  storage: benchStorage,
  promql: benchPromql,
  rules: benchRules,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`There is no benchmark called ${unknown.join(', ')}: there are ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const table of await bench()) printTable(table);
}
