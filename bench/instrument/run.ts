// The instruments beside their peers: what a record costs by handle and by label object, what rendering 10,000 series
// costs when every value has changed, and what memory a series takes. The floor is an addition to a bare Float64Array.
// Run alone: node --conditions=@chainpulse/source bench/instrument/run.ts

import { type BenchTable, type Measurement, measure, printTable } from '../table.ts';
import { SERIES } from './fixture.ts';
import { formatContenders } from './formats.ts';
import { benchHeap, benchNodeHeap } from './heap.ts';
import { benchHttp } from './http.ts';
import { counterByHandle, counterByLabels, exponentialByHandle, histogramByHandle } from './record.ts';
import { rendererContenders } from './render.ts';
import { benchThreads } from './threads.ts';

export async function benchInstrument(): Promise<BenchTable[]> {
  const tables: BenchTable[] = [];
  tables.push(nanoseconds('Counter, by handle (a bound child of the peers)', await measure(counterByHandle())));
  tables.push(nanoseconds('Counter, by label object (two labels)', await measure(counterByLabels())));
  tables.push(nanoseconds('Histogram, by handle (15 bounds)', await measure(histogramByHandle())));
  tables.push(nanoseconds('Exponential histogram, by handle (160 buckets)', await measure(exponentialByHandle())));
  const rendered = await measure(await rendererContenders(), { rounds: 25, warmups: 10 });
  tables.push({
    title: `Render ${SERIES} series, every value changed since the last`,
    note: 'To the bytes that are sent. 70 % counters, 10 % gauges with full doubles, 20 % histogram series.',
    columns: ['', 'ms', '× ours'],
    rows: rendered.map(({ name, medianNs, ratio }) => [name, (medianNs / 1e6).toFixed(2), ratio.toFixed(1)]),
  });
  tables.push({
    title: `Render ${SERIES} series in each format, every value changed since the last`,
    note: 'With the snapshot that all but the first are made from.',
    columns: ['', 'ms', '× text'],
    rows: (await measure(formatContenders(), { rounds: 15, warmups: 10 })).map(({ name, medianNs, ratio }) => [
      name,
      (medianNs / 1e6).toFixed(2),
      ratio.toFixed(1),
    ]),
  });
  tables.push(await benchHttp());
  tables.push(await benchThreads());
  tables.push(await benchHeap());
  tables.push(await benchNodeHeap());
  return tables;
}

function nanoseconds(title: string, measurements: readonly Measurement[]): BenchTable {
  return {
    title,
    columns: ['', 'ns', '× ours'],
    rows: measurements.map(({ name, medianNs, ratio }) => [name, medianNs.toFixed(2), ratio.toFixed(1)]),
  };
}

if (import.meta.main) for (const table of await benchInstrument()) printTable(table);
