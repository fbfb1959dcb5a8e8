// The load that the tests of this folder import, as `bench/storage/generate.ts` prints it, and the values that it has: both are played from
// one seed, so what a store gives back is compared with what was meant and not with another reading of the same text.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { syntheticSeries } from '../../bench/storage/synthetic-node.ts';
import type { Labels } from '../../packages/monitor/src/model/labels.ts';

export interface Load {
  readonly series: number;
  readonly intervalMs: number;
  readonly scrapes: number;
  /** Of the first scrape. */
  readonly startMs: number;
  readonly seed: number;
}

/** Scrapes that lie next to each other: from the first on, to before the second. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface ExpectedValues {
  readonly labels: readonly Labels[];
  /** By window, by series: what the last scrape of the window has. */
  readonly atWindowEnds: readonly Float64Array[];
  /** By number of the series: its values, one a scrape. */
  readonly whole: ReadonlyMap<number, Float64Array>;
}

const GENERATOR = join(import.meta.dirname, '../../bench/storage/generate.ts');
const MS_A_DAY = 86_400_000;
const SERIES = 1000;
const INTERVAL_MS = 5000;

/** Up to the last midnight (UTC), so that nothing lies ahead of a store's clock. */
export function loadOfDays(days: number, seed = 1): Load {
  const scrapes = Math.floor((days * MS_A_DAY) / INTERVAL_MS);
  const endMs = Math.floor(Date.now() / MS_A_DAY) * MS_A_DAY;
  return { series: SERIES, intervalMs: INTERVAL_MS, scrapes, startMs: endMs - scrapes * INTERVAL_MS, seed };
}

export function samplesOf({ series, scrapes }: Load): number {
  return series * scrapes;
}

export function timeOf({ startMs, intervalMs }: Load, scrape: number): number {
  return startMs + scrape * intervalMs;
}

/** The command that prints the load. */
export function generatorArguments({ series, intervalMs, scrapes, startMs, seed }: Load): string[] {
  const spanMs = scrapes * intervalMs;
  const options = {
    series,
    interval: intervalMs / 1000,
    days: spanMs / MS_A_DAY,
    end: new Date(startMs + spanMs).toISOString().slice(0, 10),
    seed,
  };
  return [GENERATOR, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])];
}

export function startGenerator(load: Load, stdout: number | 'pipe'): ChildProcess {
  return spawn(process.execPath, generatorArguments(load), { stdio: ['ignore', stdout, 'inherit'] });
}

/** All scrapes, cut into days; the last may be shorter. */
export function daysOf({ scrapes, intervalMs }: Load): Window[] {
  const scrapesADay = MS_A_DAY / intervalMs;
  return Array.from({ length: Math.ceil(scrapes / scrapesADay) }, (_, day) => ({
    from: day * scrapesADay,
    to: Math.min(scrapes, (day + 1) * scrapesADay),
  }));
}

/** `kept`: numbers of the series that are wanted whole. */
export function expectedValues(load: Load, windows: readonly Window[], kept: readonly number[]): ExpectedValues {
  const { labels, decimals, scrapes } = syntheticSeries(load);
  const divisors = Float64Array.from(decimals, (places) => Number(`1e${places}`));
  const whole = new Map(kept.map((series) => [series, new Float64Array(load.scrapes)]));
  const atWindowEnds: Float64Array[] = [];
  let scrape = 0;
  for (const { units } of scrapes()) {
    for (const [series, values] of whole) values[scrape] = units[series]! / divisors[series]!;
    scrape++;
    if (windows[atWindowEnds.length]?.to === scrape) {
      atWindowEnds.push(units.map((value, series) => value / divisors[series]!));
    }
  }
  return { labels, atWindowEnds, whole };
}
