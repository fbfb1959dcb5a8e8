// An expression rewritten so that it means, on a server of many monitors, what it means over the series of one of them without
// the labels that tell it from the others. Each selector gets the labels as matchers. What a selector gives then carries the labels,
// and most operations pass them on or drop them as they would drop none, so they are taken off at the end, from the answer. Before
// an operation that could tell (it matches vectors, makes or reads labels, hashes them) they are taken off in the expression, with
// `label_replace`. A selector that names a label itself asks for all monitors, and what it gives keeps that label.

import type { SyntaxNode } from '@lezer/common';
import { RE2JS } from 're2js';
import { type Labels, METRIC_NAME } from '../model/labels.ts';
import { valuePredicate } from '../model/matcher.ts';
import { InsertedTexts } from './inserted-texts.ts';
import { childrenOf } from './parse/operands.ts';
import { LENIENT_PARSE_OPTIONS, parseExpression, strictParse } from './parse/parser.ts';
import { parseError } from './parse/positions.ts';
import {
  type AggregateSyntax,
  type BinarySyntax,
  type CallSyntax,
  partsOf,
  type SelectorSyntax,
  type Syntax,
} from './parse/syntax-tree.ts';
import { isOfVectors } from './plan/check-types.ts';
import { functionNamed } from './plan/functions/index.ts';

export interface NarrowedExpression {
  readonly text: string;
  readonly inserted: InsertedTexts;
  /** Names that every series of the answer carries, with one value, and that are no part of it. */
  readonly carried: ReadonlySet<string>;
}

type Names = ReadonlySet<string>;

const NONE: Names = new Set();
/** Of vectors: they choose among series and leave these as they are. */
const CHOOSING: Names = new Set(['topk', 'bottomk', 'limitk']);
/** Their result depends on what all the labels of a series are, or makes labels. */
const TELLING: Names = new Set(['count_values', 'limit_ratio']);
const OF_ABSENCE: Names = new Set(['absent', 'absent_over_time']);

/** `labels`: with names that need no quotes. @throws {QueryError} bad_data, with the position. */
export function narrowedExpression(text: string, labels: Labels): NarrowedExpression {
  const narrowing = new Narrowing(text, labels);
  const carried = narrowing.visit(parseExpression(text, LENIENT_PARSE_OPTIONS));
  const { inserted } = narrowing;
  return { text: inserted.text(), inserted, carried };
}

class Narrowing {
  readonly inserted: InsertedTexts;
  readonly #text: string;
  readonly #labels: Labels;
  /** Where the list of matchers of a selector begins, by where the selector begins; undefined where it has no braces. */
  readonly #places: ReadonlyMap<number, MatchersPlace>;

  constructor(text: string, labels: Labels) {
    this.#text = text;
    this.#labels = labels;
    this.inserted = new InsertedTexts(text);
    this.#places = new Map(matchersPlaces(strictParse(text)));
  }

  /** Gives the labels that every series of the result carries, beyond those that it would have without them. */
  visit(syntax: Syntax): Names {
    switch (syntax.kind) {
      case 'number':
      case 'string':
        return NONE;
      case 'selector':
        return this.#selector(syntax);
      case 'subquery':
      case 'parentheses':
        return this.visit(syntax.inner);
      case 'unary':
        return this.visit(syntax.operand);
      case 'binary':
        return this.#binary(syntax);
      case 'aggregate':
        return this.#aggregate(syntax);
      case 'call':
        return syntax.name === 'info' ? this.#info(syntax) : this.#call(syntax);
    }
  }

  #selector(selector: SelectorSyntax): Names {
    const { name, matchers, span } = selector;
    // With a matcher more the server would take it.
    if (name === '' && matchers.every((matcher) => valuePredicate(matcher)(''))) {
      throw parseError(this.#text, span.from, 'vector selector must contain at least one non-empty matcher');
    }
    const named = namedIn(selector);
    const added = this.#labels.filter((label) => !named.has(label.name));
    this.#match(
      selector,
      added.map(({ name: label, value }) => `${label}=${JSON.stringify(value)}`),
    );
    return new Set(added.map((label) => label.name));
  }

  #binary(syntax: BinarySyntax): Names {
    const left = this.visit(syntax.left);
    const right = this.visit(syntax.right);
    if (!isOfVectors(syntax)) return new Set([...left, ...right]);
    this.#takeOff(syntax.left, left);
    this.#takeOff(syntax.right, right);
    return NONE;
  }

  #aggregate({ operator, grouping, arguments: given }: AggregateSyntax): Names {
    for (const parameter of given.slice(0, -1)) this.visit(parameter);
    const vector = given.at(-1)!;
    const carried = this.visit(vector);
    if (CHOOSING.has(operator)) return carried;
    if (TELLING.has(operator)) {
      this.#takeOff(vector, carried);
      return NONE;
    }
    const isListed = (name: string) => grouping.labels.includes(name);
    return new Set([...carried].filter((name) => isListed(name) !== grouping.without));
  }

  #call({ name, arguments: given }: CallSyntax): Names {
    const carried = given.map((argument) => this.visit(argument));
    // Its labels are those of the matchers, where they can be seen.
    if (OF_ABSENCE.has(name)) return given.length === 1 && isSelector(given[0]!) ? carried[0]! : NONE;
    if (given.some(isString)) {
      for (const [index, argument] of given.entries()) this.#takeOff(argument, carried[index]!);
      return NONE;
    }
    const isScalar = functionNamed(name)?.body.kind === 'over-steps';
    return isScalar ? NONE : new Set(carried.flatMap((names) => [...names]));
  }

  /**
   * Joins by labels of its own, and takes over what the series lacks: so the series keep the labels, and lose them behind it. The
   * second argument says which labels are taken over; where it says nothing all are, and a matcher more would leave those out.
   */
  #info(call: CallSyntax): Names {
    const [series, selector] = call.arguments;
    const carried = series === undefined ? NONE : this.visit(series);
    const named = namedIn(call);
    if (series !== undefined) this.#takeOff(series, new Set([...carried].filter((name) => named.has(name))));
    if (selector?.kind === 'selector') this.#narrowInformation(selector);
    else if (selector !== undefined) this.visit(selector);
    const unnamed = this.#labels.map(({ name }) => name).filter((name) => !named.has(name));
    this.#takeOff(call, new Set(unnamed));
    return NONE;
  }

  #narrowInformation(selector: SelectorSyntax): void {
    const labelMatchers = selector.matchers.filter(({ name }) => name !== METRIC_NAME);
    if (labelMatchers.length === 0) return;
    const named = namedIn(selector);
    // Where no matcher asks for anything, series without information stay: ours must not ask for anything either.
    const isOptional = labelMatchers.every((matcher) => valuePredicate(matcher)(''));
    const added = this.#labels.filter(({ name }) => !named.has(name));
    this.#match(
      selector,
      added.map(({ name, value }) =>
        isOptional ? `${name}=~${JSON.stringify(`${RE2JS.quote(value)}|`)}` : `${name}=${JSON.stringify(value)}`,
      ),
    );
  }

  #match({ span }: SelectorSyntax, matchers: readonly string[]): void {
    if (matchers.length === 0) return;
    const { at, hasBraces, isEmpty } = this.#places.get(span.from)!;
    const list = matchers.join(',');
    this.inserted.insert(at, hasBraces ? `${list}${isEmpty ? '' : ','}` : `{${list}}`);
  }

  /** Of what is no instant vector nothing: the server refuses it there. */
  #takeOff(syntax: Syntax, names: Names): void {
    // Notes have the place of what is within.
    if (syntax.kind === 'parentheses') this.#takeOff(syntax.inner, names);
    if (!isInstant(syntax)) return;
    const { from, to } = syntax.span;
    for (const name of names)
      this.inserted.surround(from, to, ['label_replace(', `,${JSON.stringify(name)},"","","")`]);
  }
}

interface MatchersPlace {
  readonly at: number;
  readonly hasBraces: boolean;
  readonly isEmpty: boolean;
}

function* matchersPlaces(node: SyntaxNode): Generator<[number, MatchersPlace]> {
  if (node.name === 'VectorSelector') {
    const braces = childrenOf(node).find(({ name }) => name === 'LabelMatchers');
    const at = braces === undefined ? node.to : braces.from + 1;
    const isEmpty = braces === undefined || childrenOf(braces).length === 0;
    yield [node.from, { at, hasBraces: braces !== undefined, isEmpty }];
    return;
  }
  for (const child of childrenOf(node)) yield* matchersPlaces(child);
}

/** The labels that the selectors within name. */
function namedIn(syntax: Syntax): Names {
  if (syntax.kind === 'selector') return new Set(syntax.matchers.map(({ name }) => name));
  return new Set(partsOf(syntax).flatMap((part) => [...namedIn(part)]));
}

function isSelector(syntax: Syntax): boolean {
  return syntax.kind === 'parentheses' ? isSelector(syntax.inner) : syntax.kind === 'selector';
}

function isString(syntax: Syntax): boolean {
  return syntax.kind === 'parentheses' ? isString(syntax.inner) : syntax.kind === 'string';
}

function isInstant(syntax: Syntax): boolean {
  if (syntax.kind === 'selector') return syntax.range === undefined;
  return syntax.kind !== 'subquery' && syntax.kind !== 'parentheses';
}
