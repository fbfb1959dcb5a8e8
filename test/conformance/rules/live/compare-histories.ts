// Whether two servers had the same alerts at the same times. Each alert has as many intervals on both sides, and each starts and ends
// within what two evaluations of different phase can differ by. Only what was pending over the restart may differ by more: the
// outage does not count for `for`, so the difference of the two outages is added. What was pending at a single evaluation and then over
// fell between two scrapes, as when a node comes back and has been seen once: the other side need not have looked just then.

import type { Interval, ReadHistory } from './alert-history.ts';
import { EVALUATION_MS } from './sides.ts';

export interface Comparison {
  readonly mismatches: readonly string[];
  readonly intervals: number;
  /** The largest difference of a start or an end. */
  readonly largestMs: number;
  readonly firing: ReadonlySet<string>;
  readonly acrossRestart: number;
}

/** What fires after it was pending does so at the next evaluation. */
const FOLLOWS_WITHIN_MS = 1.5 * EVALUATION_MS;

export interface CompareOptions {
  readonly toleranceMs: number;
  readonly startMs: number;
}

export function compareHistories(ours: ReadHistory, theirs: ReadHistory, options: CompareOptions): Comparison {
  const { toleranceMs, startMs } = options;
  // Of one group; that of another one, at its own slots, can be an evaluation longer or shorter.
  const skewMs = Math.abs(ours.outageMs - theirs.outageMs) + EVALUATION_MS;
  const keys = [...new Set([...ours.alerts.keys(), ...theirs.alerts.keys()])].toSorted();
  const mismatches: string[] = [];
  const firing = new Set<string>();
  let [intervals, largestMs, acrossRestart] = [0, 0, 0];
  for (const key of keys) {
    const [our, their] = [lasting(ours, key), lasting(theirs, key)];
    const wasPending = isAcrossRestart(ours, key) || isAcrossRestart(theirs, key);
    const differences = our.map((one, at) => differenceOf(one, their[at]));
    const isSame =
      our.length === their.length && differences.every((ms) => ms <= toleranceMs + (wasPending ? skewMs : 0));
    if (!isSame) mismatches.push(`${key}\n  here:       ${told(our, startMs)}\n  Prometheus: ${told(their, startMs)}`);
    if (key.startsWith('firing ')) firing.add(/alertname=(\w+)/.exec(key)![1]!);
    intervals += our.length;
    largestMs = Math.max(largestMs, ...differences.filter(Number.isFinite));
    acrossRestart += our.filter(({ bridgesRestart }) => bridgesRestart).length;
  }
  return { mismatches, intervals, largestMs, firing, acrossRestart };
}

/** Its intervals, without those that are fleeting. */
function lasting({ alerts }: ReadHistory, key: string): readonly Interval[] {
  const intervals = alerts.get(key) ?? [];
  if (!key.startsWith('pending ')) return intervals;
  const firing = alerts.get(key.replace(/^pending /, 'firing ')) ?? [];
  return intervals.filter(
    ({ fromMs, toMs }) =>
      fromMs < toMs || firing.some((one) => one.fromMs > toMs && one.fromMs - toMs < FOLLOWS_WITHIN_MS),
  );
}

/** The alert was pending over the restart. */
function isAcrossRestart({ alerts }: ReadHistory, key: string): boolean {
  const pending = alerts.get(key.replace(/^firing /, 'pending '));
  return pending?.some(({ bridgesRestart }) => bridgesRestart) === true;
}

function differenceOf(one: Interval, other: Interval | undefined): number {
  if (other === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(Math.abs(one.fromMs - other.fromMs), Math.abs(one.toMs - other.toMs));
}

function told(intervals: readonly Interval[], startMs: number): string {
  const second = (ms: number) => ((ms - startMs) / 1000).toFixed(2);
  return intervals.map(({ fromMs, toMs }) => `${second(fromMs)} to ${second(toMs)} s`).join(', ') || 'none';
}
