// The recorded hour by remote write as agents send it: one sample a series, 2,000 a request. Several rounds in turn; the median counts.

import { labelValue, METRIC_NAME } from '../../packages/monitor/src/model/labels.ts';
import { type BenchTable, median } from '../table.ts';
import type { Contender } from './contenders.ts';
import { askNumber, countSamples, type Loaded, loadAndStop, withFolder } from './loading.ts';
import { writeRequests } from './remote-write.ts';
import type { ServerProcess } from './server-process.ts';
import { contendersHere, lodestar, ROUNDS } from './settings.ts';

const SAMPLES_A_REQUEST = 2000;
/** An answer of the whole hour at once may be late by what a store holds back. */
const VISIBLE_WITHIN_MS = 10_000;

export async function benchHour(): Promise<BenchTable[]> {
  const workload = await lodestar(1);
  const requests = [...writeRequests(workload, { samplesARequest: SAMPLES_A_REQUEST, samplesASeries: 1 })];
  const expected = countSamples(workload);
  const names = new Set(workload.series.map((labels) => labelValue(labels, METRIC_NAME)));
  const contenders = contendersHere();
  const loads = new Map(contenders.map((contender) => [contender, [] as Loaded[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(turn + round) % contenders.length]!;
      const loaded = await withFolder((folder) =>
        loadAndStop(contender, folder, requests, async (server, newestMs) => {
          const deadlineMs = performance.now() + VISIBLE_WITHIN_MS;
          let seen = 0;
          const isRight = () => seen === expected.numbers || seen === expected.withNaNs;
          do seen = await countStored(server, names, newestMs);
          while (!isRight() && performance.now() < deadlineMs);
          if (!isRight()) throw new Error(`${contender.name} has ${seen} of ${expected.numbers} samples`);
        }),
      );
      loads.get(contender)!.push(loaded);
    }
  }
  const { samples } = loads.get(contenders[0]!)![0]!;
  return [
    {
      title: `${workload.name}: ${samples} samples of ${workload.series.length} series by remote write, ${SAMPLES_A_REQUEST} a request`,
      note: `Whole processes, from the first request until they have stopped in order; median of ${ROUNDS} rounds.`,
      columns: ['', 'bytes a sample', 'CPU s a million', 'disk bytes written a sample', 'peak RSS', 'seconds'],
      rows: [...loads].flatMap(([contender, rounds]) => rowsOf(contender, rounds)),
    },
  ];
}

/** By name, as Prometheus refuses two results that differ in nothing else. */
async function countStored(server: ServerProcess, names: Iterable<string>, newestMs: number): Promise<number> {
  let samples = 0;
  for (const name of names) samples += (await askNumber(server, `sum(count_over_time(${name}[1h]))`, newestMs)) ?? 0;
  return samples;
}

function rowsOf({ name }: Contender, rounds: readonly Loaded[]): string[][] {
  const middle = (of: (loaded: Loaded) => number) => median(rounds.map(of));
  const row = [
    name,
    middle(({ sizeBytes, samples }) => sizeBytes / samples).toFixed(3),
    middle(({ cpuSeconds, samples }) => (cpuSeconds / samples) * 1e6).toFixed(2),
    middle(({ writtenBytes, samples }) => writtenBytes / samples).toFixed(2),
    `${(middle(({ residentPeakBytes }) => residentPeakBytes) / 2 ** 20).toFixed(0)} MiB`,
    middle(({ seconds }) => seconds).toFixed(1),
  ];
  const what = rounds[0]!.otherSize?.what;
  if (what === undefined) return [row];
  const other = middle(({ otherSize, samples }) => (otherSize?.bytes ?? Number.NaN) / samples);
  return [row, [`${name}, ${what}`, other.toFixed(3), '', '', '', '']];
}
