// What the environment may change of the PromQL benchmark. `BENCH_PROMQL_QUICK=1` is for trying: a tenth of the series, a few hours.

import { tmpdir } from 'node:os';

const IS_QUICK = process.env['BENCH_PROMQL_QUICK'] === '1';

/** Which questions are asked: those whose name this matches. */
export const WANTED_QUESTIONS = new RegExp(process.env['BENCH_PROMQL_QUERIES'] ?? '');
export const WANTED_CONTENDERS = process.env['BENCH_PROMQL_CONTENDERS']?.split(',');
export const WANTED_PARTS = process.env['BENCH_PROMQL_PARTS']?.split(',');

/** Answers that are measured of each question and contender. */
export const ROUNDS = number('BENCH_PROMQL_ROUNDS', IS_QUICK ? 3 : 7);
export const SEED = number('BENCH_PROMQL_SEED', 1);
export const INTERVAL_MS = 15_000;
/** The many series, and how far back they go. */
export const SERIES = number('BENCH_PROMQL_SERIES', IS_QUICK ? 500 : 5000);
export const HOURS = number('BENCH_PROMQL_HOURS', IS_QUICK ? 3 : 24);
/** The few that go back far. */
export const LONG_SERIES = 100;
export const DAYS = number('BENCH_PROMQL_DAYS', IS_QUICK ? 2 : 30);

/** How long small questions are asked beside each big one. */
export const BESIDE_SECONDS = number('BENCH_PROMQL_BESIDE_SECONDS', IS_QUICK ? 3 : 15);

/** With it the monitor runs from source instead of what is built. */
export const FROM_SOURCE = process.env['BENCH_PROMQL_SOURCE'] === '1';

/** Where loaded stores are kept for the next run, which takes them as they are when they hold the same; else they are removed. */
export const KEPT_FOLDER = process.env['BENCH_PROMQL_FOLDER'];
export const TEMPORARY_FOLDER = tmpdir();

/** Where the part `profile` writes a .cpuprofile for each question. */
export const PROFILE_FOLDER = process.env['BENCH_PROMQL_PROFILE'];

function number(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${name} is '${text}': it takes a whole number from 1.`);
  return value;
}
