// Whether two answers are the same: type, labels, times, values to the bit, native histograms field by field, order where the
// language orders, errors by their class, warnings and infos by their words.

import { isDeepStrictEqual } from 'node:util';
import type { Answer, AnswerSeries, HistogramValue, Point, Value } from './answers.ts';
import { isExcusedFailure, withoutExcused } from './excused.ts';
import { toleranceOf } from './inexact.ts';
import { isRangeQuestion, type Question } from './questions.ts';

/** What differs first, in a sentence; undefined when nothing does. */
export function differenceOf(question: Question, ours: Answer, theirs: Answer): string | undefined {
  if (ours.type === 'error' || theirs.type === 'error') return differenceOfErrors(ours, theirs);
  return differenceOfValues(question, ours, theirs) ?? differenceOfNotes(ours, theirs);
}

function differenceOfErrors(ours: Answer, theirs: Answer): string | undefined {
  if (isExcusedFailure(ours, theirs)) return undefined;
  if (ours.type === 'error' && theirs.type === 'error') {
    if (ours.errorType === theirs.errorType) return undefined;
    return `ours ${ours.errorType} (${ours.message}), theirs ${theirs.errorType} (${theirs.message})`;
  }
  if (ours.type === 'error') return `ours fails: ${ours.errorType} (${ours.message}), theirs is a ${theirs.type}`;
  return theirs.type === 'error'
    ? `ours is a ${ours.type}, theirs fails: ${theirs.errorType} (${theirs.message})`
    : undefined;
}

type Success = Exclude<Answer, { type: 'error' }>;

function differenceOfValues(question: Question, ours: Success, theirs: Success): string | undefined {
  if (ours.type !== theirs.type) return `ours is a ${ours.type}, theirs a ${theirs.type}`;
  const sameValue = sameWithin(toleranceOf(question.expression));
  if (!('series' in ours) || !('series' in theirs)) {
    if ('series' in ours || 'series' in theirs) return 'one has series';
    if (typeof ours.value === 'string' || typeof theirs.value === 'string') {
      return ours.value === theirs.value ? undefined : `ours ${ours.value}, theirs ${theirs.value}`;
    }
    return sameValue(ours.value, theirs.value) ? undefined : `ours ${show(ours.value)}, theirs ${show(theirs.value)}`;
  }
  return (
    differenceOfSeries(ours.series, theirs.series, sameValue) ?? differenceOfOrder(question, ours.series, theirs.series)
  );
}

type Same = (ours: Value | undefined, theirs: Value | undefined) => boolean;

function differenceOfSeries(
  ours: readonly AnswerSeries[],
  theirs: readonly AnswerSeries[],
  sameValue: Same,
): string | undefined {
  const [left, right] = [byKey(ours), byKey(theirs)];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [our, their] = [left.get(key), right.get(key)];
    if (our === undefined) return `ours lacks ${key}, which has ${showPoint(their![0])} there`;
    if (their === undefined) return `theirs lacks ${key}, which has ${showPoint(our[0])} here`;
    const [ourPoints, theirPoints] = [new Map(our), new Map(their)];
    for (const timeMs of [...new Set([...ourPoints.keys(), ...theirPoints.keys()])].sort((a, b) => a - b)) {
      const [a, b] = [ourPoints.get(timeMs), theirPoints.get(timeMs)];
      if (!sameValue(a, b)) return `${key} at ${timeMs}: ours ${show(a)}, theirs ${show(b)}`;
    }
  }
  return undefined;
}

function byKey(series: readonly AnswerSeries[]): Map<string, readonly Point[]> {
  const all = new Map(series.map(({ key, points }) => [key, points]));
  // A vector that has a series twice is wrong on whichever side it is.
  if (all.size !== series.length) all.set('a series that is there twice', []);
  return all;
}

function sameWithin(tolerance: number): Same {
  const sameNumber = (a: number, b: number): boolean =>
    Object.is(a, b) || (tolerance > 0 && Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)));
  const sameHistogram = (a: HistogramValue, b: HistogramValue): boolean =>
    sameNumber(a.count, b.count) &&
    sameNumber(a.sum, b.sum) &&
    a.buckets.length === b.buckets.length &&
    a.buckets.every((bucket, index) => bucket.every((value, field) => sameNumber(value, b.buckets[index]![field]!)));
  return (ours, theirs) => {
    if (ours === undefined || theirs === undefined) return ours === theirs;
    if (typeof ours === 'number' || typeof theirs === 'number') {
      return typeof ours === 'number' && typeof theirs === 'number' && sameNumber(ours, theirs);
    }
    return sameHistogram(ours, theirs);
  };
}

/** The language orders matrices by labels, and the vectors of some calls. Which of equal values comes first it leaves open. */
function differenceOfOrder(
  question: Question,
  ours: readonly AnswerSeries[],
  theirs: readonly AnswerSeries[],
): string | undefined {
  const call = outermostCall(question.expression);
  if (sortsTies(question.expression)) return undefined;
  if (isRangeQuestion(question) || call?.startsWith('sort_by_label') === true) {
    return firstDifference(ours.map(keyOf), theirs.map(keyOf), (a, b) => a === b, String);
  }
  if (call === undefined) return undefined;
  const same = sameWithin(toleranceOf(question.expression));
  return firstDifference(ours.map(firstValueOf), theirs.map(firstValueOf), same, show);
}

/** In the order of numbers within text 0.01 is as good as 0.001: of these what came first is first, and an aggregation promises no order. */
function sortsTies(expression: string): boolean {
  return /\bsort_by_label(?:_desc)?\b/i.test(expression) && /\b(?:limitk|limit_ratio|topk|bottomk)\b/i.test(expression);
}

function keyOf({ key }: AnswerSeries): string {
  return key;
}

function firstValueOf({ points }: AnswerSeries): Value | undefined {
  return points[0]?.[1];
}

function firstDifference<T>(
  ours: readonly T[],
  theirs: readonly T[],
  same: (a: T, b: T) => boolean,
  shown: (one: T) => string,
): string | undefined {
  const at = ours.findIndex((one, index) => !same(one, theirs[index]!));
  return at === -1 ? undefined : `order: at place ${at} ours has ${shown(ours[at]!)}, theirs ${shown(theirs[at]!)}`;
}

const ORDERING =
  /^(sort|sort_desc|sort_by_label|sort_by_label_desc|topk|bottomk)\s*(?:(?:by|without)\s*\([^)]*\)\s*)?\(/;

/** Of those that order their result, and only where the whole expression is the call. */
function outermostCall(expression: string): string | undefined {
  const text = expression.trim();
  const head = ORDERING.exec(text);
  if (head === null) return undefined;
  let depth = 1;
  let end = head[0].length;
  for (; end < text.length && depth > 0; end++) {
    if (text[end] === '(') depth++;
    else if (text[end] === ')') depth--;
  }
  return /^(?:\s*(?:by|without)\s*\([^)]*\))?$/.test(text.slice(end)) ? head[1] : undefined;
}

/** Beyond ten of a kind Prometheus shows any ten of them. */
function differenceOfNotes(ours: Success, theirs: Success): string | undefined {
  for (const kind of ['warnings', 'infos'] as const) {
    const [left, right] = [ours, theirs].map((one) => withoutExcused(one[kind]).sort()) as [string[], string[]];
    if (left.length > 10 && left.length === right.length) continue;
    if (!isDeepStrictEqual(left, right)) {
      const missing = right.filter((note) => !left.includes(note));
      const extra = left.filter((note) => !right.includes(note));
      return `${kind}: ours has ${JSON.stringify(extra)}, theirs ${JSON.stringify(missing)}`;
    }
  }
  return undefined;
}

function showPoint(point: Point | undefined): string {
  return point === undefined ? 'nothing' : `${show(point[1])} at ${point[0]}`;
}

function show(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  const buckets = value.buckets.map(([kind, lower, upper, count]) => `${kind}(${lower},${upper}):${count}`).join(' ');
  return `{count ${value.count} sum ${show(value.sum)} ${buckets}}`;
}
