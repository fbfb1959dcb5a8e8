// Durations with arithmetic, computed: what they come to depends on the step and the range of the query.

import { QueryError } from '../interface.ts';
import { power } from '../math/powers.ts';
import { isDurationSeconds, secondsToDurationMs } from '../parse/durations.ts';
import type { Span } from '../parse/positions.ts';
import type { DurationSyntax } from '../parse/syntax-tree.ts';

export interface QueryTimes {
  /** Of the query: its step (0 of an instant query) and the time between its first and its last step. */
  readonly stepMs: number;
  readonly spanMs: number;
}

/** @throws {QueryError} bad_data: the duration is none. */
export function resolveOffset(text: string, duration: DurationSyntax, times: QueryTimes): number {
  return resolve(text, duration, times, -Infinity);
}

/** Of a range and of the step of a subquery. @throws {QueryError} bad_data: the duration is none, or not more than 0. */
export function resolveRange(text: string, duration: DurationSyntax, times: QueryTimes): number {
  return resolve(text, duration, times, 0);
}

function resolve(text: string, duration: DurationSyntax, times: QueryTimes, above: number): number {
  if (duration.kind === 'duration-number') return secondsToDurationMs(duration.seconds);
  const seconds = secondsOf(text, duration, times);
  if (!Number.isFinite(seconds)) throw problem(text, duration, 'duration is NaN or infinite');
  if (seconds <= above) throw problem(text, duration, 'duration must be greater than 0');
  if (!isDurationSeconds(seconds)) throw problem(text, duration, 'duration is out of range');
  return Math.trunc(seconds * 1000);
}

function secondsOf(text: string, duration: DurationSyntax, times: QueryTimes): number {
  switch (duration.kind) {
    case 'duration-number':
      return duration.seconds;
    case 'duration-unary': {
      const value = secondsOf(text, duration.operand, times);
      return duration.operator === '-' ? -value : value;
    }
    case 'duration-call': {
      if (duration.name === 'step') return times.stepMs / 1000;
      if (duration.name === 'range') return times.spanMs / 1000;
      const [a, b] = duration.arguments.map((argument) => secondsOf(text, argument, times));
      return duration.name === 'min_of' ? Math.min(a!, b!) : Math.max(a!, b!);
    }
    case 'duration-binary': {
      const left = secondsOf(text, duration.left, times);
      const right = secondsOf(text, duration.right, times);
      if (right === 0 && duration.operator === '/') throw problem(text, duration, 'division by zero');
      if (right === 0 && duration.operator === '%') throw problem(text, duration, 'modulo by zero');
      return calculate(duration.operator, left, right);
    }
  }
}

function calculate(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    default:
      return power(left, right);
  }
}

/** As Prometheus words it: from where to where, in bytes from 0. */
function problem(text: string, duration: DurationSyntax, message: string): QueryError {
  const { from, to } = placeOf(duration);
  return new QueryError('bad_data', `${byteOffset(text, from)}:${byteOffset(text, to)}: ${message}`);
}

/** Prometheus leaves out brackets and the names of functions around arguments. */
function placeOf(duration: DurationSyntax): Span {
  switch (duration.kind) {
    case 'duration-number':
      return duration.span;
    case 'duration-unary':
      return { from: duration.span.from, to: placeOf(duration.operand).to };
    case 'duration-binary':
      return { from: placeOf(duration.left).from, to: placeOf(duration.right).to };
    case 'duration-call': {
      const [first, last] = duration.arguments;
      if (first === undefined || last === undefined) return duration.span;
      return { from: placeOf(first).from, to: placeOf(last).to };
    }
  }
}

function byteOffset(text: string, offset: number): number {
  return Buffer.byteLength(text.slice(0, offset));
}
