// What the parser makes of the text: the shape of the expression with places, names not yet resolved, types not checked.

import type { Matcher } from '../../model/matcher.ts';
import type { Span } from './positions.ts';

export type Syntax =
  | NumberSyntax
  | StringSyntax
  | SelectorSyntax
  | CallSyntax
  | AggregateSyntax
  | UnarySyntax
  | BinarySyntax
  | ParenthesesSyntax;

interface NumberSyntax {
  readonly kind: 'number';
  readonly span: Span;
  readonly value: number;
}

interface StringSyntax {
  readonly kind: 'string';
  readonly span: Span;
  readonly value: string;
}

/** An instant vector selector, or with `rangeMs` a range vector selector. */
export interface SelectorSyntax {
  readonly kind: 'selector';
  readonly span: Span;
  readonly matchers: readonly Matcher[];
  readonly rangeMs: number | undefined;
  readonly offsetMs: number | undefined;
  readonly at: AtTime | undefined;
}

export type AtTime = number | 'start' | 'end';

export interface CallSyntax {
  readonly kind: 'call';
  readonly span: Span;
  readonly name: string;
  readonly arguments: readonly Syntax[];
}

export interface AggregateSyntax {
  readonly kind: 'aggregate';
  readonly span: Span;
  readonly operator: string;
  readonly grouping: Grouping;
  readonly arguments: readonly Syntax[];
}

export interface Grouping {
  readonly without: boolean;
  readonly labels: readonly string[];
}

export interface UnarySyntax {
  readonly kind: 'unary';
  readonly span: Span;
  readonly operator: '+' | '-';
  readonly operand: Syntax;
}

export interface BinarySyntax {
  readonly kind: 'binary';
  readonly span: Span;
  readonly operator: string;
  readonly operatorSpan: Span;
  readonly bool: boolean;
  readonly matching: Matching | undefined;
  readonly left: Syntax;
  readonly right: Syntax;
}

export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
}

interface ParenthesesSyntax {
  readonly kind: 'parentheses';
  readonly span: Span;
  readonly inner: Syntax;
}
