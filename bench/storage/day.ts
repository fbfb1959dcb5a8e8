// The hour carried on to a day (or `BENCH_STORAGE_HOURS`): the bytes of its files, and how long a restart takes until the first answer.
// The samples come ten of a series together, so that a day is told in minutes; what writing costs is measured with the hour.

import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchTable, median } from '../table.ts';
import type { Contender } from './contenders.ts';
import { askNumber, type Loaded, loadAndStop, withFolder } from './loading.ts';
import { writeRequests } from './remote-write.ts';
import { contendersHere, HOURS, lodestar, ROUNDS } from './settings.ts';
import type { Workload } from './workload.ts';

const SAMPLES_A_REQUEST = 5000;
const SAMPLES_A_SERIES = 10;
const POLL_MS = 2;
const ANSWER_WITHIN_MS = 60_000;

interface Day extends Loaded {
  /** Milliseconds from the start of the process to its first answer about the newest data, one a restart. */
  readonly restartsMs: readonly number[];
}

export async function benchDay(): Promise<BenchTable[]> {
  const workload = await lodestar(HOURS);
  const days: [Contender, Day][] = [];
  for (const contender of contendersHere()) {
    days.push([contender, await withFolder((folder) => measureDay(contender, folder, workload))]);
  }
  const { samples } = days[0]![1];
  return [
    {
      title: `${workload.name}: ${samples} samples of ${workload.series.length} series`,
      note: `Remote write, ${SAMPLES_A_SERIES} samples of a series together. Restart: from the start of the process to the answer of a query for the newest data; median of ${ROUNDS}.`,
      columns: [
        '',
        'bytes a sample',
        'MB',
        'CPU s a million',
        'disk bytes written a sample',
        'peak RSS',
        'seconds',
        'restart ms',
      ],
      rows: days.flatMap(([contender, day]) => rowsOf(contender, day)),
    },
  ];
}

async function measureDay(contender: Contender, folder: string, workload: Workload): Promise<Day> {
  const requests = writeRequests(workload, { samplesARequest: SAMPLES_A_REQUEST, samplesASeries: SAMPLES_A_SERIES });
  const targets = workload.series.filter((labels) => labels.some(({ value }) => value === 'up')).length;
  const loaded = await loadAndStop(contender, folder, requests, async (server, newestMs) => {
    const query = `sum(count_over_time(up[${HOURS}h]))`;
    const expected = (targets * HOURS * 3600) / 5;
    const deadlineMs = performance.now() + ANSWER_WITHIN_MS;
    let seen: number | undefined;
    while ((seen = await askNumber(server, query, newestMs)) !== expected) {
      if (performance.now() > deadlineMs) throw new Error(`${contender.name} has ${seen} of ${expected} scrapes`);
      await sleep(POLL_MS);
    }
  });
  const restartsMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    restartsMs.push(await restart(contender, folder, targets, loaded.newestMs));
  }
  return { ...loaded, restartsMs };
}

async function restart(contender: Contender, folder: string, targets: number, newestMs: number): Promise<number> {
  const startMs = performance.now();
  const server = await contender.start(folder);
  try {
    while ((await askNumber(server, 'count(up)', newestMs)) !== targets) {
      if (performance.now() - startMs > ANSWER_WITHIN_MS) throw new Error(`${contender.name} gave no answer`);
      await sleep(POLL_MS);
    }
    const answeredAfterMs = performance.now() - startMs;
    await server.stop();
    return answeredAfterMs;
  } finally {
    await server.kill();
  }
}

function rowsOf({ name }: Contender, day: Day): string[][] {
  const { samples, sizeBytes, otherSize } = day;
  const row = [
    name,
    (sizeBytes / samples).toFixed(3),
    (sizeBytes / 1e6).toFixed(1),
    ((day.cpuSeconds / samples) * 1e6).toFixed(2),
    (day.writtenBytes / samples).toFixed(2),
    `${(day.residentPeakBytes / 2 ** 20).toFixed(0)} MiB`,
    day.seconds.toFixed(0),
    median(day.restartsMs).toFixed(0),
  ];
  if (otherSize === undefined) return [row];
  const { what, bytes } = otherSize;
  return [row, [`${name}, ${what}`, (bytes / samples).toFixed(3), (bytes / 1e6).toFixed(1), '', '', '', '', '']];
}
