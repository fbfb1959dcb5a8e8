// An expression on one line, as Prometheus writes it: the parts of a selector and of a modifier in one order and one form.

import { METRIC_NAME } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import { durationText, generalNumber, plainNumber, quoted } from '../go-text.ts';
import { secondsToDurationMs } from '../parse/durations.ts';
import type {
  AggregateSyntax,
  BinarySyntax,
  DurationSyntax,
  Matching,
  SelectorSyntax,
  SubquerySyntax,
  Syntax,
  TimeModifiers,
} from '../parse/syntax-tree.ts';
import { isOfVectors } from '../plan/check-types.ts';

const PLAIN_LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function expressionText(syntax: Syntax): string {
  switch (syntax.kind) {
    case 'number':
      return numberText(syntax.value, syntax.isDuration);
    case 'string':
      return quoted(syntax.value);
    case 'selector':
      return selectorText(syntax);
    case 'subquery':
      return `${expressionText(syntax.inner)}${subquerySuffix(syntax)}`;
    case 'parentheses':
      return `(${expressionText(syntax.inner)})`;
    case 'unary':
      return `${syntax.operator}${expressionText(syntax.operand)}`;
    case 'binary':
      return `${expressionText(syntax.left)} ${operatorText(syntax)} ${expressionText(syntax.right)}`;
    case 'call':
      return `${syntax.name}(${syntax.arguments.map(expressionText).join(', ')})`;
    case 'aggregate':
      return `${aggregationText(syntax)}(${syntax.arguments.map(expressionText).join(', ')})`;
  }
}

/** What stands before the arguments. */
export function aggregationText({ operator, grouping }: AggregateSyntax): string {
  if (grouping.without) return `${operator} without (${labelsText(grouping.labels)}) `;
  return grouping.labels.length === 0 ? operator : `${operator} by (${labelsText(grouping.labels)}) `;
}

/** With all of its modifiers. */
export function operatorText(syntax: BinarySyntax): string {
  const { operator, bool, matching } = syntax;
  const modifiers = matching === undefined || !isOfVectors(syntax) ? '' : matchingText(matching);
  return `${operator}${bool ? ' bool' : ''}${modifiers}`;
}

/** What stands behind the expression of a subquery. */
export function subquerySuffix({ range, step, at, offset }: SubquerySyntax): string {
  return `[${spanText(range)}:${step === undefined ? '' : spanText(step)}]${atText(at)}${offsetText(offset)}`;
}

function matchingText({ on, labels, many, include = [], fillLeft, fillRight }: Matching): string {
  let text = '';
  if (labels.length > 0 || on || many !== undefined) text += ` ${on ? 'on' : 'ignoring'} (${labelsText(labels)})`;
  if (many !== undefined) text += ` group_${many} (${labelsText(include)})`;
  if (fillLeft !== undefined && fillLeft === fillRight) return `${text} fill (${generalNumber(fillLeft)})`;
  if (fillLeft !== undefined) text += ` fill_left (${generalNumber(fillLeft)})`;
  if (fillRight !== undefined) text += ` fill_right (${generalNumber(fillRight)})`;
  return text;
}

function labelsText(labels: readonly string[]): string {
  return labels.map(labelText).join(', ');
}

function labelText(label: string): string {
  return PLAIN_LABEL.test(label) ? label : quoted(label);
}

function selectorText({ name, matchers, range, edges, at, offset }: SelectorSyntax): string {
  const shown = matchers.filter((matcher) => !isNameBefore(matcher, name)).map(matcherText);
  shown.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  const braces = shown.length === 0 ? '' : `{${shown.join(',')}}`;
  const edgesText = edges === 'plain' ? '' : ` ${edges}`;
  if (range === undefined) return `${name}${braces}${atText(at)}${edgesText}${offsetText(offset)}`;
  return `${name}${braces}[${spanText(range)}]${edgesText}${atText(at)}${offsetText(offset)}`;
}

function isNameBefore({ name, operator, value }: Matcher, metric: string): boolean {
  return name === METRIC_NAME && operator === '=' && value === metric && metric !== '';
}

function matcherText({ name, operator, value }: Matcher): string {
  return `${labelText(name)}${operator}${quoted(value)}`;
}

function atText(at: TimeModifiers['at']): string {
  if (at === undefined) return '';
  return typeof at === 'number' ? ` @ ${(at / 1000).toFixed(3)}` : ` @ ${at}()`;
}

/** An offset of nothing is not written. */
function offsetText(offset: TimeModifiers['offset']): string {
  if (offset === undefined) return '';
  if (offset.kind !== 'duration-number') return ` offset ${arithmeticText(offset)}`;
  return offset.seconds === 0 ? '' : ` offset ${spanText(offset)}`;
}

/** A range, a step or an offset: a number of seconds is written as a duration. */
function spanText(duration: DurationSyntax): string {
  if (duration.kind !== 'duration-number') return arithmeticText(duration);
  return durationText(secondsToDurationMs(duration.seconds));
}

function arithmeticText(duration: DurationSyntax): string {
  if (duration.kind === 'duration-number') return numberText(duration.seconds, duration.isDuration);
  const text = bareArithmeticText(duration);
  return duration.isWrapped ? `(${text})` : text;
}

function bareArithmeticText(duration: Exclude<DurationSyntax, { readonly kind: 'duration-number' }>): string {
  switch (duration.kind) {
    case 'duration-call':
      return `${duration.name}(${duration.arguments.map(arithmeticText).join(', ')})`;
    case 'duration-unary':
      return `${duration.operator === '-' ? '-' : ''}${arithmeticText(duration.operand)}`;
    case 'duration-binary':
      return `${arithmeticText(duration.left)} ${duration.operator} ${arithmeticText(duration.right)}`;
  }
}

/** Prometheus cuts a duration off to whole nanoseconds, and those to whole milliseconds. */
function numberText(value: number, isDuration: boolean): string {
  if (!isDuration) return plainNumber(value);
  const sign = value < 0 ? '-' : '';
  return sign + durationText(Math.trunc(Math.trunc(Math.abs(value) * 1e9) / 1e6));
}
