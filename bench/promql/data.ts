// The data that is asked: many nodes over a day, and one node over thirty. Every node is scraped at its own moment of the interval,
// as targets are, so no sample lies where a window begins. A lead before the day and the month makes their first windows whole.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Labels, labelsFromRecord } from '../../packages/monitor/src/model/labels.ts';
import { syntheticWorkload } from '../storage/synthetic-node.ts';
import type { Scrape, Workload } from '../storage/workload.ts';
import { DAYS, HOURS, INTERVAL_MS, KEPT_FOLDER, LONG_SERIES, SEED, SERIES } from './settings.ts';

export const JOB = 'load';
export const LONG_JOB = 'long';

const MS_AN_HOUR = 3_600_000;
const MS_A_DAY = 86_400_000;
const SERIES_A_NODE = 100;
/** The longest window that is asked over a range. */
const LEAD_MS = 2 * MS_AN_HOUR;
/** Between the moments of two nodes; prime, and not on a grid that anyone asks about. */
const NODE_OFFSET_MS = 277;
const FIRST_OFFSET_MS = 1213;
const END_GRID_MS = 60_000;
const LIVE_MS = 900_000;
/** In a kept folder. */
const END_FILE = 'end.json';

/** The newest moment, where all questions end: now, as on a dashboard, or what the stores of a kept folder end at. */
export const END_MS = keptEndMs() ?? Math.floor(Date.now() / END_GRID_MS) * END_GRID_MS;

const LIVE_FROM_MS = END_MS - LIVE_MS;

/** What the data depends on: stores that hold the same need not be loaded again. */
export const DATA_IDENTITY = JSON.stringify({ END_MS, SERIES, HOURS, LONG_SERIES, DAYS, INTERVAL_MS, LIVE_MS, SEED });

/** For the next run with the same folder. */
export function keepEnd(): void {
  if (KEPT_FOLDER !== undefined) writeFileSync(join(KEPT_FOLDER, END_FILE), `${END_MS}\n`);
}

function keptEndMs(): number | undefined {
  const file = KEPT_FOLDER === undefined ? undefined : join(KEPT_FOLDER, END_FILE);
  return file === undefined || !existsSync(file) ? undefined : Number(readFileSync(file, 'utf8'));
}

/** What lies on the disk: all but the newest minutes. */
export function storedData(): Workload {
  return within(Number.NEGATIVE_INFINITY, LIVE_FROM_MS);
}

/** The newest minutes, which come while a contender runs: as they would, they are asked from its memory. */
export function liveData(): Workload {
  return within(LIVE_FROM_MS, Number.POSITIVE_INFINITY);
}

function within(fromMs: number, toMs: number): Workload {
  const all = allData();
  return {
    ...all,
    *scrapes(): Generator<Scrape, void, void> {
      for (const scrape of all.scrapes()) if (scrape.timestampMs >= fromMs && scrape.timestampMs < toMs) yield scrape;
    },
  };
}

function allData(): Workload {
  const day = part(SERIES, END_MS - HOURS * MS_AN_HOUR - LEAD_MS, SEED);
  const month = part(LONG_SERIES, END_MS - DAYS * MS_A_DAY - LEAD_MS, SEED + 1);
  return {
    name: `${SERIES} series over ${HOURS} h and ${LONG_SERIES} over ${DAYS} days, a sample each ${INTERVAL_MS / 1000} s`,
    series: [...day.series, ...month.series.map(ofLongJob)],
    metadata: [],
    scrapes: () => inOrderOfTime(day, month),
  };
}

/** Scrapes of the whole interval at once, up to but not including the end. */
function part(series: number, startMs: number, seed: number): Workload {
  const scrapes = Math.round((END_MS - startMs) / INTERVAL_MS);
  return syntheticWorkload({ series, intervalMs: INTERVAL_MS, startMs, scrapes, seed });
}

function ofLongJob(labels: Labels): Labels {
  const record = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
  return labelsFromRecord({ ...record, job: LONG_JOB });
}

function* inOrderOfTime(day: Workload, month: Workload): Generator<Scrape, void, void> {
  const days = day.scrapes()[Symbol.iterator]();
  let ofDay = days.next();
  for (const ofMonth of month.scrapes()) {
    while (ofDay.done !== true && ofDay.value.timestampMs < ofMonth.timestampMs)
      ofDay = yield* nextOf(ofDay.value, days);
    yield* nodeByNode(ofMonth, day.series.length);
    if (ofDay.done !== true && ofDay.value.timestampMs === ofMonth.timestampMs)
      ofDay = yield* nextOf(ofDay.value, days);
  }
}

function* nextOf(scrape: Scrape, rest: Iterator<Scrape>): Generator<Scrape, IteratorResult<Scrape>, void> {
  yield* nodeByNode(scrape, 0);
  return rest.next();
}

/** `firstSeries`: where the part's series begin among all. */
function* nodeByNode({ timestampMs, count, values }: Scrape, firstSeries: number): Generator<Scrape, void, void> {
  for (let from = 0, node = 0; from < count; from += SERIES_A_NODE, node++) {
    const to = Math.min(from + SERIES_A_NODE, count);
    yield {
      target: node,
      timestampMs: timestampMs + ((FIRST_OFFSET_MS + node * NODE_OFFSET_MS) % INTERVAL_MS),
      count: to - from,
      series: Uint32Array.from({ length: to - from }, (_, row) => firstSeries + from + row),
      values: values.subarray(from, to),
    };
  }
}
