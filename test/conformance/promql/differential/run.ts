// A run: queries from a seed, each asked of both sides, those on which they differ made small.

import { Dice } from './dice.ts';
import { isExcused } from './excused.ts';
import { query } from './generate/queries.ts';
import { describe, isRangeQuestion, type Question, someTimes } from './questions.ts';
import { shrink } from './shrink.ts';
import type { Sides, Verdict } from './sides.ts';
import { print, type Tree } from './tree.ts';

export interface RunOptions {
  readonly seed: number;
  readonly queries: number;
  /** Shrinks so many of the failing queries; the others are counted. */
  readonly maxReports: number;
}

export interface Report {
  readonly seed: number;
  readonly question: Question;
  readonly shrunk: Question;
  readonly difference: string;
}

export interface RunOutcome {
  readonly asked: number;
  readonly answered: number;
  readonly refused: number;
  /** Answers that hold nothing tell little; not too many may be. */
  readonly empty: number;
  readonly failing: number;
  readonly reports: readonly Report[];
}

/** How many operations stand within one another, and how often. */
const DEPTHS = [
  [3, 1],
  [4, 2],
  [2, 3],
  [1, 4],
] as const;

/** Of one query in the run: with it alone, it can be made again. */
function questionOf(sides: Sides, seed: number): { readonly tree: Tree; readonly question: Question } {
  const dice = new Dice(seed);
  const { span, families } = sides.dataSet;
  const metrics = dice.weighted(families);
  const momentsMs = [0.1, 0.5, 0.75, 1.2].map(
    (part) => span.startMs + Math.floor((span.durationMs * part) / 5000) * 5000,
  );
  const depth = dice.weighted(DEPTHS);
  const tree = query({ dice, features: sides.features.ours, metrics, momentsMs, depth });
  const times = someTimes(dice, span);
  const lookback = dice.chance(0.1) ? { lookbackMs: dice.pick([5000, 12_000, 60_000]) } : {};
  return { tree, question: { expression: print(tree), ...times, ...lookback } };
}

export async function run(sides: Sides, { seed, queries, maxReports }: RunOptions): Promise<RunOutcome> {
  const counts = { asked: 0, answered: 0, refused: 0, empty: 0, failing: 0 };
  const reports: Report[] = [];
  const met = new Set<string>();
  for (let number = 0; number < queries; number++) {
    const { tree, question } = questionOf(sides, seed + number);
    if (isExcused(question, sides.dataSet.span)) continue;
    const { difference, ours, theirs } = await sides.ask(question);
    counts.asked++;
    if (theirs.type === 'error') counts.refused++;
    else counts.answered++;
    if ('series' in theirs && theirs.series.length === 0) counts.empty++;
    if (difference === undefined) continue;
    counts.failing++;
    if (reports.length >= maxReports) continue;
    const report = await smallest(sides, tree, question, { difference, ours, theirs });
    // Many queries fail for one reason, and become the same when they are small.
    const key = report.shrunk.expression;
    if (met.has(key)) continue;
    met.add(key);
    reports.push({ ...report, seed: seed + number });
  }
  return { ...counts, reports };
}

async function smallest(sides: Sides, tree: Tree, question: Question, first: Verdict): Promise<Omit<Report, 'seed'>> {
  const kind = kindOf(first);
  let difference = first.difference!;
  const fails = async (changed: Question): Promise<boolean> => {
    const verdict = await sides.ask(changed);
    if (verdict.difference === undefined || kindOf(verdict) !== kind) return false;
    difference = verdict.difference;
    return true;
  };
  const small = await shrink(tree, (candidate) => fails({ ...question, expression: print(candidate) }));
  const shrunk = await fewerTimes({ ...question, expression: print(small) }, fails);
  return { question, shrunk, difference };
}

/** At one moment, if it fails there too. */
async function fewerTimes(question: Question, fails: (changed: Question) => Promise<boolean>): Promise<Question> {
  if (!isRangeQuestion(question)) return question;
  const { expression, startMs, endMs, stepMs } = question;
  for (let timeMs = startMs, tries = 0; timeMs <= endMs && tries < 40; timeMs += stepMs, tries++) {
    const instant = { expression, timeMs };
    if (await fails(instant)) return instant;
  }
  return question;
}

/** A smaller query is to fail in the same way: not one that we refuse for one whose values differ. */
function kindOf({ ours, theirs, difference }: Verdict): string {
  if (ours.type === 'error' || theirs.type === 'error') {
    const [left, right] = [ours, theirs].map((one) => (one.type === 'error' ? one.errorType : 'answer'));
    return `${left}/${right}`;
  }
  return /^(?:warnings|infos|order)/.exec(difference!)?.[0] ?? 'values';
}

export function printReport({ seed, question, shrunk, difference }: Report, { dataSet, features }: Sides): string {
  return [
    `${describe(shrunk)}`,
    `  ${difference}`,
    `  data ${dataSet.name}, features ${features.name}, seed ${seed}, first seen as ${describe(question)}`,
  ].join('\n');
}
