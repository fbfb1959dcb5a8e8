// What the parser makes of the text: the shape of the expression with places, names not yet resolved, types not checked.

import type { Matcher } from '../../model/matcher.ts';
import type { Span } from './positions.ts';

export type Syntax =
  | NumberSyntax
  | StringSyntax
  | SelectorSyntax
  | SubquerySyntax
  | CallSyntax
  | AggregateSyntax
  | UnarySyntax
  | BinarySyntax
  | ParenthesesSyntax;

interface NumberSyntax {
  readonly kind: 'number';
  readonly span: Span;
  readonly value: number;
  /** Written as a duration, such as `5m`. */
  readonly isDuration: boolean;
}

interface StringSyntax {
  readonly kind: 'string';
  readonly span: Span;
  readonly value: string;
}

/** What may stand behind a selector and behind a subquery. */
export interface TimeModifiers {
  readonly offset: DurationSyntax | undefined;
  readonly at: AtTime | undefined;
}

/** An instant vector selector, or with `range` a range vector selector. */
export interface SelectorSyntax extends TimeModifiers {
  readonly kind: 'selector';
  readonly span: Span;
  /** As it is written in front of the braces; '' when nothing is. */
  readonly name: string;
  /** All of them in the order of the text, but that of the name in front last. */
  readonly matchers: readonly Matcher[];
  readonly range: DurationSyntax | undefined;
  readonly edges: Edges;
}

/** What a window does about its edges: `anchored` and `smoothed` look beyond them. */
export type Edges = 'plain' | 'anchored' | 'smoothed';

export interface SubquerySyntax extends TimeModifiers {
  readonly kind: 'subquery';
  readonly span: Span;
  readonly inner: Syntax;
  readonly range: DurationSyntax;
  /** Undefined: the default of the engine. */
  readonly step: DurationSyntax | undefined;
}

export type AtTime = number | 'start' | 'end';

/** A duration as it is written; nearly always a number. Brackets around arithmetic are `isWrapped`. */
export type DurationSyntax = DurationNumber | DurationCall | DurationUnary | DurationBinary;

interface DurationNumber {
  readonly kind: 'duration-number';
  readonly span: Span;
  readonly seconds: number;
  /** Written as a duration, such as `5m`. */
  readonly isDuration: boolean;
}

export interface DurationCall {
  readonly kind: 'duration-call';
  readonly span: Span;
  readonly name: 'step' | 'range' | 'min_of' | 'max_of';
  readonly arguments: readonly DurationSyntax[];
  readonly isWrapped: boolean;
}

interface DurationUnary {
  readonly kind: 'duration-unary';
  readonly span: Span;
  readonly operator: '+' | '-';
  readonly operand: DurationSyntax;
  readonly isWrapped: boolean;
}

interface DurationBinary {
  readonly kind: 'duration-binary';
  readonly span: Span;
  readonly operator: string;
  readonly left: DurationSyntax;
  readonly right: DurationSyntax;
  readonly isWrapped: boolean;
}

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
  /** Undefined when nothing about the matching is written. */
  readonly matching: Matching | undefined;
  readonly left: Syntax;
  readonly right: Syntax;
}

export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  /** The side of which several series may match one of the other: `group_left` is left. */
  readonly many?: 'left' | 'right';
  /** Labels taken over from the side of the one. */
  readonly include?: readonly string[];
  /** Values that stand for series that are missing on a side. */
  readonly fillLeft?: number;
  readonly fillRight?: number;
}

interface ParenthesesSyntax {
  readonly kind: 'parentheses';
  readonly span: Span;
  readonly inner: Syntax;
}

/** The expressions that an expression is made of, in the order of the text. */
export function partsOf(syntax: Syntax): readonly Syntax[] {
  switch (syntax.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return [];
    case 'unary':
      return [syntax.operand];
    case 'binary':
      return [syntax.left, syntax.right];
    case 'parentheses':
    case 'subquery':
      return [syntax.inner];
    case 'call':
    case 'aggregate':
      return syntax.arguments;
  }
}
