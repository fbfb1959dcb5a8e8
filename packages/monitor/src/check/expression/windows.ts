// Windows of an expression, and the functions that look at them.

import type { CallSyntax, SelectorSyntax, SubquerySyntax, Syntax } from '../../promql/inspect.ts';
import { bare, everyPart } from './analysis.ts';

/** They need two samples. */
export const NEED_TWO_SAMPLES: ReadonlySet<string> = new Set([
  'rate',
  'irate',
  'increase',
  'delta',
  'idelta',
  'deriv',
  'predict_linear',
]);
/** For counters alone. */
export const FOR_COUNTERS: ReadonlySet<string> = new Set(['rate', 'irate', 'increase']);
/** For gauges alone. */
export const FOR_GAUGES: ReadonlySet<string> = new Set(['delta', 'idelta', 'deriv', 'predict_linear']);

export interface WindowCall {
  readonly call: CallSyntax;
  readonly argument: SelectorSyntax | SubquerySyntax;
  /** Undefined where it is computed. */
  readonly windowMs: number | undefined;
}

export function* windowCallsIn(root: Syntax): Generator<WindowCall> {
  for (const call of everyPart(root)) {
    if (call.kind !== 'call') continue;
    const found = windowOf(call);
    if (found !== undefined) yield found;
  }
}

function windowOf(call: CallSyntax): WindowCall | undefined {
  for (const each of call.arguments) {
    const argument = bare(each);
    if (argument.kind !== 'subquery' && !(argument.kind === 'selector' && argument.range !== undefined)) continue;
    const range = argument.range;
    return { call, argument, windowMs: range?.kind === 'duration-number' ? range.seconds * 1000 : undefined };
  }
  return undefined;
}

/** The call at the root of a value: through aggregations, signs and parentheses. */
export function windowBehind(syntax: Syntax): WindowCall | undefined {
  const inner = bare(syntax);
  if (inner.kind === 'aggregate') {
    const argument = inner.arguments.at(-1);
    return argument === undefined ? undefined : windowBehind(argument);
  }
  if (inner.kind === 'unary') return windowBehind(inner.operand);
  if (inner.kind !== 'call') return undefined;
  const found = windowOf(inner);
  if (found !== undefined) return found;
  const [first] = inner.arguments;
  return first === undefined || !['abs', 'round', 'ceil', 'floor', 'clamp_min', 'clamp_max'].includes(inner.name)
    ? undefined
    : windowBehind(first);
}
