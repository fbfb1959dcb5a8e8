// What follows from how Prometheus stores its samples, or is a fault of it, and so is not compared. Each is in the list of differences
// of docs/reference/promql.md.

import { LENIENT_PARSE_OPTIONS, parseExpression } from '../../../../packages/monitor/src/promql/parse/parser.ts';
import {
  type CallSyntax,
  type DurationSyntax,
  partsOf,
  type SelectorSyntax,
  type Syntax,
  type TimeModifiers,
} from '../../../../packages/monitor/src/promql/parse/syntax-tree.ts';
import type { Answer, AnswerSeries } from './answers.ts';
import type { Span } from './data/float-series.ts';
import type { Question } from './questions.ts';

/**
 * Whether a histogram is known to be a reset of its counter, to be none, or neither, is kept with each chunk of Prometheus'
 * storage. Where it is known that two histograms disagree, operations between them warn. A sample by itself does not tell.
 */
const RESET_WARNING = /conflicting counter resets during histogram/;

export function withoutExcused(notes: readonly string[]): string[] {
  return notes.filter((note) => !RESET_WARNING.test(note));
}

const SAME_LABELS = /^vector cannot contain metrics with the same labelset$/;
const EMPTY_NAME = /unexpected all postings$/;

/**
 * Series that are equal without their names are looked through for times that both have, floats and histograms apart: a float beside a
 * histogram is not noticed. And a matcher of the label with the empty name is one of all series inside of the storage.
 */
export function isExcusedFailure(ours: Answer, theirs: Answer): boolean {
  if (ours.type === 'error' && SAME_LABELS.test(ours.message))
    return 'series' in theirs && hasHistograms(theirs.series);
  return theirs.type === 'error' && EMPTY_NAME.test(theirs.message) && ours.type !== 'error';
}

function hasHistograms(series: readonly AnswerSeries[]): boolean {
  return series.some(({ points }) => points.some(([, value]) => typeof value === 'object'));
}

/** Whether the two sides may differ in what is asked over data of that time. */
export function isExcused(question: Question, span: Span): boolean {
  const { expression } = question;
  return (
    dependsOnChunks(expression) ||
    warnsOfNoResult(expression) ||
    hasNestedAt(expression) ||
    asksLastTimeBefore1970(expression, span) ||
    looksBeforeSelectors(question)
  );
}

/**
 * A chunk widens its histograms to the buckets that the last of them has. Operations for which an empty bucket is not the same
 * as none then see what the sample did not have: of metrics whose buckets grow these are not asked.
 */
function dependsOnChunks(expression: string): boolean {
  const isGrowing = /native_(?:growing|empty)/.test(expression);
  return (
    isGrowing && /\bchanges\b|[!=]=|\b(?:Inf|NaN|histogram_quantiles?|count_values|scalar)\b|e300/.test(expression)
  );
}

/** What `smoothed` makes of its samples is never asked there, since there is no result. */
function warnsOfNoResult(expression: string): boolean {
  return /\bstart_timestamp\s*\([^()]*\bsmoothed\b/i.test(expression);
}

/**
 * `@` within a subquery that has `@` or `offset` itself: where the subquery's first step happens to be the begin of the query,
 * Prometheus looks as far from the moment asked for as the subquery's steps lie from its end.
 */
function hasNestedAt(expression: string): boolean {
  return /@[^\]]*\[[^\]]*:[^\]]*\]\s*(?:@|offset)/i.test(expression);
}

/**
 * The time of the last sample is for Prometheus the greater of that of the last float and that of the last histogram, and 0 stands for
 * one that is not there: before 1970 it is 0.
 */
function asksLastTimeBefore1970(expression: string, { startMs }: Span): boolean {
  return startMs < 0 && /\bts_of_last_over_time\b/.test(expression);
}

const DEFAULT_LOOKBACK_MS = 300_000;

/**
 * Prometheus opens its storage for the time that the selectors of the query look at, among which it does not count the info metrics: of
 * these `info` finds what lies in chunks that reach into that time. Where all look back less far than `info`, that is a matter of
 * chunks.
 */
function looksBeforeSelectors({ expression, lookbackMs = DEFAULT_LOOKBACK_MS }: Question): boolean {
  if (!/\binfo\s*\(/.test(expression)) return false;
  const syntax = parsed(expression);
  if (syntax === undefined) return false;
  const needed = callsOfInfo(syntax).map((call) => offsetOf(firstSelector(call.arguments[0])) + lookbackMs);
  // Not a number where times are computed or fixed, and nothing is known.
  return needed.length > 0 && !(Math.max(...needed) <= reachOf(syntax, lookbackMs));
}

function parsed(expression: string): Syntax | undefined {
  try {
    return parseExpression(expression, LENIENT_PARSE_OPTIONS);
  } catch {
    return undefined;
  }
}

function callsOfInfo(syntax: Syntax): CallSyntax[] {
  const within = partsOf(syntax).flatMap(callsOfInfo);
  return syntax.kind === 'call' && syntax.name === 'info' ? [syntax, ...within] : within;
}

function firstSelector(syntax: Syntax | undefined): SelectorSyntax | undefined {
  if (syntax === undefined || syntax.kind === 'selector') return syntax;
  for (const part of partsOf(syntax)) {
    const found = firstSelector(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How far back the selectors look, the one that does so farthest; the second argument of `info` is none. */
function reachOf(syntax: Syntax, lookbackMs: number): number {
  if (syntax.kind === 'selector') {
    return offsetOf(syntax) + (syntax.range === undefined ? lookbackMs : millis(syntax.range));
  }
  const parts = syntax.kind === 'call' && syntax.name === 'info' ? syntax.arguments.slice(0, 1) : partsOf(syntax);
  const inner = Math.max(-Infinity, ...parts.map((part) => reachOf(part, lookbackMs)));
  return syntax.kind === 'subquery' ? inner + offsetOf(syntax) + millis(syntax.range) : inner;
}

function offsetOf(modified: TimeModifiers | undefined): number {
  if (modified?.at !== undefined) return Number.NaN;
  return modified?.offset === undefined ? 0 : millis(modified.offset);
}

function millis(duration: DurationSyntax): number {
  return duration.kind === 'duration-number' ? 1000 * duration.seconds : Number.NaN;
}
