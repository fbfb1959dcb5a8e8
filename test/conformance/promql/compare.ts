// Equality of two answers: the same series, the same times, the same bits. The exceptions are named, each with the
// reason and as narrow as it can be; docs/reference/promql.md lists them for users.

import { labelsFromRecord, labelsToRecord } from '../../../packages/monitor/src/model/labels.ts';
import type { QueryResult } from '../../../packages/monitor/src/promql/interface.ts';
import type { OracleAnswer, OracleSeries } from './prometheus-server.ts';

/** Relative difference allowed where an expression holds one of these. */
const TOLERANCE = 1e-12;
const INEXACT: readonly { readonly part: RegExp; readonly reason: string }[] = [
  { part: /\b(?:sum|avg)\b/, reason: 'Prometheus 2.42 adds up series plainly, 3 compensates the rounding' },
  { part: /\bavg_over_time\b/, reason: '2.42 carries the mean from sample to sample, 3 divides the compensated sum' },
  { part: /\b(?:stddev|stdvar)\b/, reason: 'depends on the order of the series, which no store promises' },
  {
    part: /\b(?:exp|ln|log2|log10|a?sinh?|a?cosh?|a?tanh?|atan2)\b|\^/,
    reason: 'the mathematics of other releases of Go, and on other processors, differ in the last bits',
  },
];

export function isInexact(expression: string): boolean {
  return INEXACT.some(({ part }) => part.test(expression));
}

/** A value on which the two sides disagree; undefined on a side that has none. */
export interface Mismatch {
  readonly series: string;
  readonly metric: Readonly<Record<string, string>>;
  readonly timeMs: number;
  readonly ours: number | undefined;
  readonly theirs: number | undefined;
}

export function compareAnswers(expression: string, ours: QueryResult, theirs: OracleAnswer): readonly Mismatch[] {
  if (theirs.type === 'error') throw new Error(`Prometheus refuses what we answer: ${theirs.error}`);
  if (ours.type !== theirs.type) throw new Error(`our answer is a ${ours.type}, Prometheus' a ${theirs.type}`);
  if (!('series' in theirs)) {
    const value = ours.type === 'scalar' || ours.type === 'string' ? ours.value : '';
    return compareSeries(expression, [pointOf(Number(value))], [pointOf(numberOf(theirs.value))]);
  }
  return compareSeries(expression, seriesOf(ours), theirs.series);
}

function pointOf(value: number): OracleSeries {
  return { metric: {}, points: [[0, value]] };
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function seriesOf(result: QueryResult): OracleSeries[] {
  if (result.type === 'vector') {
    return result.samples.map(({ labels, value }) => ({
      metric: labelsToRecord(labels),
      points: [[result.timeMs, value]],
    }));
  }
  if (result.type !== 'matrix') return [];
  return result.series.map(({ labels, timestampsMs, values }) => ({
    metric: labelsToRecord(labels),
    points: Array.from(values, (value, index) => [timestampsMs[index]!, value] as const),
  }));
}

function compareSeries(
  expression: string,
  ours: readonly OracleSeries[],
  theirs: readonly OracleSeries[],
): readonly Mismatch[] {
  const mismatches: Mismatch[] = [];
  const inexact = isInexact(expression);
  const [left, right] = [byName(ours), byName(theirs)];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const metric = (left.get(name) ?? right.get(name))!.metric;
    if (sameBits(left.get(name), right.get(name))) continue;
    const [ourPoints, theirPoints] = [new Map(left.get(name)?.points), new Map(right.get(name)?.points)];
    for (const timeMs of new Set([...ourPoints.keys(), ...theirPoints.keys()])) {
      const pair = { ours: ourPoints.get(timeMs), theirs: theirPoints.get(timeMs) };
      if (!equal(pair.ours, pair.theirs, inexact)) mismatches.push({ series: name, metric, timeMs, ...pair });
    }
  }
  return mismatches;
}

function sameBits(ours: OracleSeries | undefined, theirs: OracleSeries | undefined): boolean {
  if (ours?.points.length !== theirs?.points.length) return false;
  return (ours?.points ?? []).every(([timeMs, value], index) => {
    const [theirTimeMs, theirValue] = theirs!.points[index]!;
    return timeMs === theirTimeMs && Object.is(value, theirValue);
  });
}

function byName(series: readonly OracleSeries[]): Map<string, OracleSeries> {
  return new Map(series.map((one) => [JSON.stringify(labelsFromRecord(one.metric)), one]));
}

function equal(ours: number | undefined, theirs: number | undefined, inexact: boolean): boolean {
  if (Object.is(ours, theirs)) return true;
  if (!inexact || ours === undefined || theirs === undefined) return false;
  return Math.abs(ours - theirs) <= TOLERANCE * Math.max(Math.abs(ours), Math.abs(theirs));
}
