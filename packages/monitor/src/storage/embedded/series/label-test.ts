// What a matcher asks of one label, prepared for a search: which values decide it, so that only their lists are read; or
// else a test of a value. Literals, and a literal followed by anything, need no regular expression; any other expression is
// tried only on values that begin with its literal prefix, and once a value over all that one search looks at.
// Expressions are RE2's, anchored, and a dot takes every character: see model/matcher.ts.

import { type Matcher, valuePredicate } from '../../../model/matcher.ts';

export interface LabelTest {
  readonly name: string;
  /** Whether a series without the label passes: one whose value is ''. */
  readonly takesAbsent: boolean;
  /** Every value passes, and so does none. */
  readonly takesAll: boolean;
  /** The values whose answer differs from that of a series without the label, each once, when they are known. */
  readonly decisive: readonly string[] | undefined;
  readonly takes: (value: string) => boolean;
}

/** Answers of regular expressions that one search remembers. */
const REMEMBERED_MAX = 65_536;
/** A character of an expression that stands for itself, and one that a backslash makes to. */
const PLAIN = /^[\w \-:/,;=<>@#%&~`'"!]$/;
const ESCAPABLE = /^[!-/:-@[-`{-~]$/;
const QUANTIFIERS = '*+?{';

/** @throws {Error} when the matcher's regular expression is not valid; the message says what is wrong with it. */
export function labelTest(matcher: Matcher): LabelTest {
  const { name, operator, value } = matcher;
  const isNegated = operator === '!=' || operator === '!~';
  const isExpression = operator === '=~' || operator === '!~';
  const literals = isExpression ? literalsOf(value) : [value];
  const matches = literals === undefined ? expressionTest(value) : isOneOf(literals);
  const takes = isNegated ? (text: string) => !matches(text) : matches;
  const takesAbsent = takes('');
  return {
    name,
    takesAbsent,
    takesAll: isExpression && value === '.*' && !isNegated,
    decisive: literals === undefined || literals.includes('') ? undefined : literals,
    takes,
  };
}

function isOneOf(literals: readonly string[]): (value: string) => boolean {
  if (literals.length === 1) {
    const [literal] = literals;
    return (value) => value === literal;
  }
  const all = new Set(literals);
  return (value) => all.has(value);
}

function expressionTest(expression: string): (value: string) => boolean {
  const { prefix, rest } = literalPrefix(expression);
  // The expression is compiled in any case: what is not valid is refused.
  const matches = remembered(valuePredicate({ name: '', operator: '=~', value: expression }));
  if (rest === '.*') return (value) => value.startsWith(prefix);
  if (rest === '.+') return (value) => value.length > prefix.length && value.startsWith(prefix);
  return prefix === '' ? matches : (value) => value.startsWith(prefix) && matches(value);
}

/** The texts that `a|b`, `(a|b)` or `a` matches, each once; undefined for any other expression. */
function literalsOf(expression: string): readonly string[] | undefined {
  const inner = /^\((?:\?:)?([^()]*)\)$/.exec(expression)?.[1] ?? expression;
  const literals = new Set<string>();
  let literal = '';
  for (let at = 0; at < inner.length; ) {
    if (inner[at] === '|') {
      literals.add(literal);
      literal = '';
      at++;
      continue;
    }
    const read = literalAt(inner, at);
    if (read === undefined) return undefined;
    literal += read.character;
    at = read.end;
  }
  return [...literals.add(literal)];
}

/** What every match begins with, and the rest of the expression. */
function literalPrefix(expression: string): { readonly prefix: string; readonly rest: string } {
  let prefix = '';
  let at = 0;
  // With an alternative anywhere, a match need not begin as the expression does.
  while (at < expression.length && !expression.includes('|')) {
    const read = literalAt(expression, at);
    if (read === undefined || QUANTIFIERS.includes(expression[read.end] ?? ' ')) break;
    prefix += read.character;
    at = read.end;
  }
  return { prefix, rest: expression.slice(at) };
}

/** The character that the expression says literally here; undefined when it may say anything else. */
function literalAt(expression: string, at: number): { readonly character: string; readonly end: number } | undefined {
  const character = expression[at]!;
  if (PLAIN.test(character)) return { character, end: at + 1 };
  const escaped = expression[at + 1];
  if (character !== '\\' || escaped === undefined || !ESCAPABLE.test(escaped)) return undefined;
  return { character: escaped, end: at + 2 };
}

function remembered(test: (value: string) => boolean): (value: string) => boolean {
  const known = new Map<string, boolean>();
  return (value) => {
    let answer = known.get(value);
    if (answer !== undefined) return answer;
    answer = test(value);
    if (known.size < REMEMBERED_MAX) known.set(value, answer);
    return answer;
  };
}
