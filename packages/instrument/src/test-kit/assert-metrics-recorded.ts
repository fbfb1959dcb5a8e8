// The central assertion: a list of what must have been recorded, checked as a whole, so that one failure tells everything
// that is wrong and what was found near it.

import { InstrumentError } from '../errors.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { MetricsAssertionError } from './failures.ts';
import { amountOf, familyOf, histogramOf, increaseIn, type SnapshotHolder, scalarOf } from './metrics-probe.ts';
import { nearestNames, nearestSeries } from './nearest.ts';
import { type SeriesLabels, seriesText } from './series-text.ts';

/** Sums of doubles depend on the order of adding; this much, relative to the sum, is no error. */
const SUM_TOLERANCE = 1e-9;

/** One series and what must be true of it: at least one of the conditions. */
export interface ExpectedMetric {
  readonly name: string;
  /** All labels of the series; a metric with labels has no series without. */
  readonly labels?: SeriesLabels;
  /** Exactly; not of a histogram. */
  readonly value?: number;
  /** The value, or of a histogram the count, is this or more. */
  readonly atLeast?: number;
  /** The value, or of a histogram the count, is this or less. */
  readonly atMost?: number;
  /** The value, or of a histogram the count, grew by exactly this since the mark. */
  readonly increasedBy?: number;
  /** Of a histogram: observations. */
  readonly count?: number;
  /** Of a histogram: what was observed, added up; within 1e-9 of it, as sums of doubles depend on their order. */
  readonly sum?: number;
  /** There is no such series; without `labels`, none of the metric at all. A gauge that was never set is absent. */
  readonly absent?: true;
}

const CONDITIONS = ['value', 'atLeast', 'atMost', 'increasedBy', 'count', 'sum', 'absent'] as const;

/**
 * Checks everything that is expected and then fails once, with all that is wrong and the nearest things that there are.
 *
 *     assertMetricsRecorded(test, [
 *       { name: 'chain_consensus_blocks_committed_total', increasedBy: 1 },
 *       { name: 'chain_consensus_votes_sent_total', labels: { type: 'prepare' }, value: 3 },
 *       { name: 'chain_consensus_block_commit_duration_seconds', count: 1, sum: 0.4 },
 *     ]);
 *
 * @throws {MetricsAssertionError} when something is not as expected
 * @throws {InstrumentError} `option_invalid` for an expectation without a condition, which could not fail
 */
export function assertMetricsRecorded(source: SnapshotHolder, expected: readonly ExpectedMetric[]): void {
  const pointless = expected.find((each) => CONDITIONS.every((condition) => each[condition] === undefined));
  if (pointless !== undefined) {
    throw new InstrumentError(
      'option_invalid',
      `The expectation of ${pointless.name} says nothing: give it one of ${CONDITIONS.join(', ')}.`,
    );
  }
  const snapshot = source.snapshot();
  const failures = expected.flatMap((each) => failuresOf(each, snapshot, source.marked));
  if (failures.length === 0) return;
  const what = `${failures.length} of ${expected.length} expected metrics are not as expected`;
  throw new MetricsAssertionError(what, failures, droppedNotes(source));
}

/** What the registry could not take is often the reason. */
export function droppedNotes(source: SnapshotHolder): readonly string[] {
  const dropped = Object.entries(source.droppedRecords?.() ?? {}).filter(([, count]) => count > 0);
  if (dropped.length === 0) return [];
  const reasons = dropped.map(([reason, count]) => `${count} as ${reason}`).join(', ');
  return [`The registry dropped records, or led them elsewhere: ${reasons}.`];
}

/** At most one for each expectation. */
function failuresOf(expected: ExpectedMetric, snapshot: Snapshot, marked: Snapshot | undefined): string[] {
  const { name, labels = {} } = expected;
  const family = familyOf(snapshot, name);
  if (expected.absent === true) return failuresOfAbsence(expected, family);
  const series = seriesText(name, labels);
  if (family === undefined) {
    const near = nearestNames(snapshot, name);
    const hint = near.length === 0 ? 'no name is like it' : `near it: ${near.join(', ')}`;
    return [`${series}: there is no metric of this name; ${hint}`];
  }
  if (amountOf(family, labels) === undefined) return [missingSeries(family, labels)];
  const problems = problemsOf(expected, family, increaseSince(marked, snapshot, expected));
  return problems.length === 0 ? [] : [`${series}: ${problems.join('; ')}`];
}

function failuresOfAbsence({ name, labels }: ExpectedMetric, family: FamilySnapshot | undefined): string[] {
  if (family === undefined) return [];
  const amount = labels === undefined ? undefined : amountOf(family, labels);
  const isThere = labels === undefined ? family.points.length > 0 : amount !== undefined;
  if (!isThere) return [];
  const found = labels === undefined ? `found ${nearestSeries(family, {}).join(', ')}` : `found ${amount}`;
  return [`${seriesText(name, labels ?? {})}: expected to be absent, ${found}`];
}

function missingSeries(family: FamilySnapshot, labels: SeriesLabels): string {
  const near = nearestSeries(family, labels);
  const hint = near.length === 0 ? 'it has none: it was never set' : `near it:\n${near.join('\n')}`;
  return `${seriesText(family.name, labels)}: the metric has no such series; ${hint}`;
}

function problemsOf(expected: ExpectedMetric, family: FamilySnapshot, increase: number | undefined): string[] {
  const { labels = {}, value, atLeast, atMost, increasedBy, count, sum } = expected;
  const isScalar = 'value' in (family.points[0] ?? {});
  const amount = amountOf(family, labels) ?? Number.NaN;
  const found = isScalar ? `found ${amount}` : `found count ${amount}`;
  const problems: string[] = [];
  if (value !== undefined) {
    if (!isScalar) problems.push(`is a ${family.type}, which has no value: expect a count or a sum`);
    else if (!isSame(scalarOf(family, labels), value)) problems.push(`expected ${value}, ${found}`);
  }
  if (atLeast !== undefined && !(amount >= atLeast)) problems.push(`expected at least ${atLeast}, ${found}`);
  if (atMost !== undefined && !(amount <= atMost)) problems.push(`expected at most ${atMost}, ${found}`);
  if (increasedBy !== undefined && increase !== increasedBy) {
    problems.push(
      increase === undefined
        ? 'cannot tell an increase, as there is no mark: give a MetricsProbe or test metrics'
        : `expected an increase by ${increasedBy}, it was ${increase}`,
    );
  }
  if (count === undefined && sum === undefined) return problems;
  if (family.type !== 'histogram' && family.type !== 'exponential') {
    return [...problems, `is a ${family.type}, which has no count and no sum: expect a value`];
  }
  const observed = histogramOf(family, labels);
  if (count !== undefined && observed?.count !== count) problems.push(`expected count ${count}, ${found}`);
  if (sum !== undefined && !isNear(observed?.sum, sum)) problems.push(`expected sum ${sum}, found ${observed?.sum}`);
  return problems;
}

function increaseSince(
  marked: Snapshot | undefined,
  snapshot: Snapshot,
  { name, labels = {} }: ExpectedMetric,
): number | undefined {
  return marked === undefined ? undefined : increaseIn(marked, snapshot, name, labels);
}

function isSame(actual: number | undefined, expected: number): boolean {
  return actual === expected || (Number.isNaN(actual) && Number.isNaN(expected));
}

/** Within {@link SUM_TOLERANCE} of what is expected. */
export function isNear(actual: number | undefined, expected: number): boolean {
  return actual === expected || Math.abs((actual ?? Number.NaN) - expected) <= SUM_TOLERANCE * Math.abs(expected);
}
