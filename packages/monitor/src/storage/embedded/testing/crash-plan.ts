// What a writer that is killed at any moment does, step by step, so that the test that kills it knows what must be there:
// each step is a function of its lane and number alone. Two lanes run side by side over series of their own. The steady
// one appends in order and late, and makes a series for each step that never comes again. The other one appends, and
// deletes stretches and whole series.

import { type Labels, labelsFromRecord } from '../../../model/labels.ts';

const START_MS = 1_700_000_000_000;
const STEP_MS = 10_000;
export const LANES = ['steady', 'deleted'] as const;
export type Lane = (typeof LANES)[number];

const SERIES: Readonly<Record<Lane, number>> = { steady: 200, deleted: 100 };
const LATE_EVERY = 7;
const DELETE_EVERY = 12;

export type PlannedRow = readonly [series: string, timeMs: number, value: number];

export type PlannedStep =
  | { readonly kind: 'append'; readonly rows: readonly PlannedRow[] }
  | {
      readonly kind: 'delete';
      /** A whole-match expression of the label `series`, and what it matches. */
      readonly pattern: string;
      readonly series: readonly string[];
      readonly minTimeMs: number;
      readonly maxTimeMs: number;
    };

export function plannedStep(lane: Lane, number: number): PlannedStep {
  if (lane === 'deleted' && number % DELETE_EVERY === DELETE_EVERY - 1) return plannedDeletion(number);
  const rows: PlannedRow[] = [];
  const isLate = lane === 'steady' && number % LATE_EVERY === LATE_EVERY - 1;
  for (let index = 0; index < SERIES[lane]; index++) {
    if (isLate && (index + number) % 5 !== 0) continue;
    const timeMs = isLate ? lateTimeMs(number, index) : timeOf(number);
    rows.push([`${lane}${index}`, timeMs, sampleOf(number, index)]);
  }
  if (!isLate && lane === 'steady') rows.push([`once${number}`, timeOf(number), number]);
  return { kind: 'append', rows };
}

export function labelsOfSeries(series: string): Labels {
  return labelsFromRecord({ __name__: 'm', series });
}

export function timeOf(number: number): number {
  return START_MS + number * STEP_MS;
}

/** Counters, decimals, noise and stretches that do not change. */
function sampleOf(number: number, index: number): number {
  if (index % 4 === 0) return number * index;
  if (index % 4 === 1) return (number * 7 + index) / 10;
  return index % 4 === 2 ? mixed(number, index) / 3 : Math.floor(number / 50);
}

/** Between two steps that are over, never at a time that another step uses for the series. */
function lateTimeMs(number: number, index: number): number {
  return timeOf(mixed(number, index) % number) + 1 + (number % (STEP_MS - 1));
}

function plannedDeletion(number: number): PlannedStep {
  const from = mixed(number, 1) % SERIES.deleted;
  const series = Array.from(
    { length: 1 + (mixed(number, 2) % 9) },
    (_, at) => `deleted${(from + at) % SERIES.deleted}`,
  );
  const isWhole = mixed(number, 3) % 3 === 0;
  const first = mixed(number, 4) % number;
  return {
    kind: 'delete',
    pattern: series.join('|'),
    series,
    minTimeMs: isWhole ? Number.NEGATIVE_INFINITY : timeOf(first),
    maxTimeMs: isWhole ? Number.POSITIVE_INFINITY : timeOf(first + (mixed(number, 5) % number)),
  };
}

function mixed(one: number, other: number): number {
  let hash = Math.imul(one + 1, 0x9e3779b1) ^ Math.imul(other + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
