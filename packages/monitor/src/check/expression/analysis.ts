// What can be said of each part of an expression without evaluating it: the labels of its series, its values' range and unit, and
// whether it is still the raw counter. Invariant: everything that is said is so for every evaluation; what is not known is left open.

import { METRIC_NAME } from '../../model/labels.ts';
import { partsOf, type SelectorSyntax, type Syntax } from '../../promql/inspect.ts';
import type { Evidence, SeriesFacts } from '../evidence/evidence.ts';
import { aggregateFacts } from './aggregate-facts.ts';
import { isAny, knownMatchers } from './any-value.ts';
import { binaryFacts } from './binary-facts.ts';
import { callFacts } from './call-facts.ts';
import { ANY_LABELS, NO_LABELS, narrowed, type Shape, verdictOf } from './label-shape.ts';
import { ALL, between, hull } from './numeric-range.ts';
import { type Nature, type PartFacts, UNKNOWN_FACTS } from './part-facts.ts';

/** Names that a regular expression of names may stand for; more count as not known. */
const MAX_NAMES_MATCHED = 200;

export class Analysis {
  readonly evidence: Evidence;
  readonly #facts = new Map<Syntax, PartFacts>();
  readonly #matched = new Map<SelectorSyntax, readonly SeriesFacts[]>();
  readonly root: Syntax;

  constructor(root: Syntax, evidence: Evidence) {
    this.root = root;
    this.evidence = evidence;
  }

  of(syntax: Syntax): PartFacts {
    const known = this.#facts.get(syntax);
    if (known !== undefined) return known;
    const facts = this.#factsOf(syntax);
    this.#facts.set(syntax, facts);
    return facts;
  }

  /** What is known under the name that a selector has; undefined where that is open, or nothing tells all names. */
  seriesOf(selector: SelectorSyntax): readonly SeriesFacts[] | undefined {
    const names = selector.matchers.filter(({ name }) => name === METRIC_NAME);
    if (names.length === 0 || names.some(({ value }) => isAny(value))) return undefined;
    const known = this.#matched.get(selector) ?? this.#lookUp(selector);
    this.#matched.set(selector, known);
    if (known.length === 0) return this.evidence.isComplete ? known : undefined;
    return known.length > MAX_NAMES_MATCHED ? undefined : known;
  }

  #lookUp({ matchers }: SelectorSyntax): readonly SeriesFacts[] {
    const tests = matchers.filter(({ name }) => name === METRIC_NAME);
    const exact = tests.find(({ operator }) => operator === '=');
    if (exact !== undefined && tests.length === 1) return this.evidence.named(exact.value);
    const shape: Shape = NO_LABELS;
    return this.evidence
      .names()
      .filter((name) => {
        const labels = new Map([
          [METRIC_NAME, { values: new Set([name]), isClosed: true, isAlways: true, isExhaustive: false }],
        ]);
        return tests.every((test) => verdictOf({ ...shape, labels }, test) === 'matches');
      })
      .flatMap((name) => this.evidence.named(name));
  }

  #factsOf(syntax: Syntax): PartFacts {
    switch (syntax.kind) {
      case 'number':
        return { ...UNKNOWN_FACTS, isScalar: true, shapes: [NO_LABELS], range: between(syntax.value, syntax.value) };
      case 'string':
        return { ...UNKNOWN_FACTS, isScalar: true, shapes: [NO_LABELS] };
      case 'selector':
        return this.#selector(syntax);
      case 'parentheses':
      case 'subquery':
        return this.of(syntax.inner);
      case 'unary': {
        const { range, ...inner } = this.of(syntax.operand);
        return syntax.operator === '+' ? { ...inner, range } : { ...inner, range: between(-range.max, -range.min) };
      }
      case 'call':
        return callFacts(syntax, (part) => this.of(part));
      case 'aggregate':
        return aggregateFacts(syntax, (part) => this.of(part));
      case 'binary':
        return binaryFacts(syntax, this.of(syntax.left), this.of(syntax.right));
    }
  }

  #selector(selector: SelectorSyntax): PartFacts {
    const series = this.seriesOf(selector);
    const matchers = knownMatchers(selector.matchers).filter(({ name }) => name !== METRIC_NAME);
    const exact = selector.matchers.find(({ name, operator }) => name === METRIC_NAME && operator === '=');
    const hasAny = selector.matchers.some(({ value, name }) => isAny(value) || isAny(name));
    const narrow = (shape: Shape) => {
      const narrower = narrowed(shape, matchers);
      // A variable may leave only some of them.
      return hasAny || selector.offset !== undefined || selector.at !== undefined
        ? { ...narrower, isFull: false }
        : narrower;
    };
    if (series === undefined || series.length === 0) {
      const shapes = series === undefined ? [narrow(ANY_LABELS)] : [];
      return { ...UNKNOWN_FACTS, shapes, metric: exact?.value };
    }
    const fitting = series.filter((facts) =>
      matchers.every((matcher) => verdictOf(shapeOf(facts), matcher) !== 'never'),
    );
    const units = new Set(fitting.map(({ unit }) => unit));
    const natures = new Set(fitting.map(natureOf));
    const bounds = fitting.map((facts) => facts.bounds);
    const roles = new Set(fitting.map(({ role }) => role));
    return {
      isScalar: false,
      shapes: fitting.map((facts) => narrow(shapeOf(facts))),
      range: fitting.reduce((all, { range }) => hull(all, range), fitting[0]?.range ?? ALL),
      unit: units.size === 1 ? [...units][0] : undefined,
      nature: natures.size === 1 ? [...natures][0]! : 'unknown',
      metric: exact?.value,
      bounds: bounds.length === 1 ? bounds[0] : undefined,
      hasBuckets: roles.has('unknown') || roles.size === 0 ? undefined : roles.has('bucket'),
    };
  }
}

/** What a series of that name has, before matchers narrow it. */
export function shapeOf({ labels, hasOtherLabels, othersAreOfTargets }: SeriesFacts): Shape {
  const shape = { labels, hasOthers: hasOtherLabels, isFull: true };
  return othersAreOfTargets === undefined ? shape : { ...shape, othersAreOfTargets };
}

function natureOf({ role, name }: SeriesFacts): Nature {
  switch (role) {
    case 'counter':
    case 'bucket':
    case 'count':
    case 'sum':
      return 'counter';
    case 'unknown':
      return name.endsWith('_total') || name.endsWith('_bucket') ? 'counter' : 'unknown';
    default:
      return 'gauge';
  }
}

const everyPartOf = new WeakMap<Syntax, readonly Syntax[]>();

/** Every part, outer ones first. Each trap asks for them. */
export function everyPart(syntax: Syntax): readonly Syntax[] {
  const known = everyPartOf.get(syntax);
  if (known !== undefined) return known;
  const parts: Syntax[] = [];
  const visit = (part: Syntax): void => {
    parts.push(part);
    for (const inner of partsOf(part)) visit(inner);
  };
  visit(syntax);
  everyPartOf.set(syntax, parts);
  return parts;
}

export function* selectorsIn(syntax: Syntax): Generator<SelectorSyntax> {
  for (const part of everyPart(syntax)) if (part.kind === 'selector') yield part;
}

/** Without the parentheses around it. */
export function bare(syntax: Syntax): Syntax {
  return syntax.kind === 'parentheses' ? bare(syntax.inner) : syntax;
}

/** A number that is written, whatever its sign. */
export function numberOf(syntax: Syntax): number | undefined {
  const inner = bare(syntax);
  if (inner.kind === 'number') return inner.value;
  if (inner.kind !== 'unary') return undefined;
  const value = numberOf(inner.operand);
  return value === undefined || inner.operator === '+' ? value : -value;
}
