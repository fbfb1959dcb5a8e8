// What to draw of a rule's expression: of a comparison with a number its other side, with the number as a line, so that the
// way there and back is seen and not only the time beyond it. Where two conditions are combined, the first one gives the
// values, and so the chart. Everything else is drawn as it is written.

import { inspectExpression, type Syntax } from '../../promql/inspect.ts';

export interface ChartedExpression {
  readonly expression: string;
  /** Undefined where no number is compared with. */
  readonly threshold: Threshold | undefined;
}

interface Threshold {
  readonly value: number;
  /** What holds when it is true: `value operator threshold`. */
  readonly operator: string;
}

/** Operators as they read with their sides exchanged. */
const EXCHANGED: Readonly<Record<string, string>> = {
  '>': '<',
  '<': '>',
  '>=': '<=',
  '<=': '>=',
  '==': '==',
  '!=': '!=',
};
const SETS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

/** `text` is an expression that was read before. */
export function chartedExpression(text: string): ChartedExpression {
  return chartedPart(text, inspectExpression(text).syntax) ?? { expression: text, threshold: undefined };
}

function chartedPart(text: string, syntax: Syntax): ChartedExpression | undefined {
  if (syntax.kind === 'parentheses') return chartedPart(text, syntax.inner);
  if (syntax.kind !== 'binary') return undefined;
  const { operator, left, right } = syntax;
  if (SETS.has(operator)) return chartedPart(text, left);
  const exchanged = EXCHANGED[operator];
  if (exchanged === undefined || syntax.bool) return undefined;
  const leftValue = numberOf(left);
  const rightValue = numberOf(right);
  if (rightValue !== undefined && leftValue === undefined) {
    return { expression: textOf(text, left), threshold: { value: rightValue, operator } };
  }
  if (leftValue !== undefined && rightValue === undefined) {
    return { expression: textOf(text, right), threshold: { value: leftValue, operator: exchanged } };
  }
  return undefined;
}

function textOf(text: string, syntax: Syntax): string {
  const { from, to } = syntax.span;
  return text.slice(from, to);
}

/** The value of what is made of numbers alone; undefined for everything else. */
function numberOf(syntax: Syntax): number | undefined {
  switch (syntax.kind) {
    case 'number':
      return syntax.value;
    case 'parentheses':
      return numberOf(syntax.inner);
    case 'unary': {
      const value = numberOf(syntax.operand);
      return value === undefined || syntax.operator === '+' ? value : -value;
    }
    case 'binary': {
      const left = numberOf(syntax.left);
      const right = numberOf(syntax.right);
      return left === undefined || right === undefined ? undefined : computed(syntax.operator, left, right);
    }
    default:
      return undefined;
  }
}

function computed(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return undefined;
  }
}
