// How long a small question waits while a big one is answered: it is asked every 20 ms, whether or not the one before has been
// answered, while big ones follow each other without a pause. Each contender alone, the others at rest.

import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTable } from '../table.ts';
import { Asking, type Reply } from './asking.ts';
import { BIG, type Question, SMALL } from './questions.ts';
import { BESIDE_SECONDS } from './settings.ts';
import type { Started, Stores } from './stores.ts';

const EVERY_MS = 20;
const WARMUPS = 20;

export async function benchBeside(stores: Stores): Promise<BenchTable[]> {
  return stores.withAll(async (started) => {
    const rows: string[][] = [];
    for (const big of [undefined, ...BIG]) {
      for (const one of started) rows.push(await besideOne(one, big));
    }
    return [
      {
        title: `A small instant query (${SMALL.expression}) every ${EVERY_MS} ms while a big one runs`,
        note: `Milliseconds until its answer, counted from when it was due; ${BESIDE_SECONDS} s each, big ones one after the other.`,
        columns: ['', 'beside', 'asked', 'failed', 'p50', 'p99', 'max', 'big ones', 'ms each'],
        rows,
      },
    ];
  });
}

async function besideOne({ contender, server }: Started, big: Question | undefined): Promise<string[]> {
  const asking = new Asking(server.address);
  try {
    for (let warmup = 0; warmup < WARMUPS; warmup++) await asking.ask(SMALL);
    const endMs = performance.now() + 1000 * BESIDE_SECONDS;
    const [bigTimesMs, small] = await Promise.all([askBig(asking, big, endMs), askSmall(asking, endMs)]);
    const isAnswered = big === undefined || bigTimesMs.length > 0;
    const sorted = small.timesMs.toSorted((a, b) => a - b);
    const at = (part: number) =>
      (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN).toFixed(2);
    const mean = bigTimesMs.reduce((sum, timeMs) => sum + timeMs, 0) / bigTimesMs.length;
    return [
      contender.name,
      big?.name ?? 'nothing',
      `${sorted.length + small.failed}`,
      `${small.failed}`,
      at(0.5),
      at(0.99),
      at(1),
      big === undefined ? '' : `${bigTimesMs.length}`,
      big === undefined ? '' : isAnswered ? mean.toFixed(0) : 'refused',
    ];
  } finally {
    asking.close();
  }
}

/** The times of those that were answered. */
async function askBig(asking: Asking, big: Question | undefined, endMs: number): Promise<number[]> {
  const timesMs: number[] = [];
  while (big !== undefined && performance.now() < endMs) {
    const { status, elapsedMs } = await asking.ask(big);
    if (status !== 200) break;
    timesMs.push(elapsedMs);
  }
  return timesMs;
}

async function askSmall(
  asking: Asking,
  endMs: number,
): Promise<{ readonly timesMs: readonly number[]; readonly failed: number }> {
  const timesMs: number[] = [];
  let failed = 0;
  const underWay: Promise<void>[] = [];
  for (let dueMs = performance.now(); dueMs < endMs; dueMs += EVERY_MS) {
    await sleep(Math.max(0, dueMs - performance.now()));
    const lateMs = performance.now() - dueMs;
    const take = ({ status, elapsedMs }: Reply): void => {
      if (status === 200) timesMs.push(lateMs + elapsedMs);
      else failed++;
    };
    const fail = (): void => {
      failed++;
    };
    underWay.push(asking.ask(SMALL).then(take, fail));
  }
  await Promise.all(underWay);
  return { timesMs, failed };
}
