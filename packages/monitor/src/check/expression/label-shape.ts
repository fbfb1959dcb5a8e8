// Label sets as far as they are known: for each label whether a series has it and with which values. An expression has a shape
// for each kind of series that it can give. Invariant: a label that is not told, of a shape without others, is certainly absent.

import { type Matcher, valuePredicate } from '../../model/matcher.ts';
import type { LabelFacts } from '../evidence/evidence.ts';

export interface Shape {
  readonly labels: ReadonlyMap<string, LabelFacts>;
  /** Whether there may be labels that are not told. */
  readonly hasOthers: boolean;
  /** Whether those can only be what a configuration gives to targets. */
  readonly othersAreOfTargets?: 'surely' | 'probably';
  /** Whether each series that its metric has is certainly among the results: nothing was filtered. */
  readonly isFull: boolean;
}

/** `unlikely`: it was not seen, and is none that configurations give to targets. */
export type Presence = 'always' | 'sometimes' | 'never' | 'unlikely' | 'unknown';

/** What people call the labels that they give to their targets. */
const OF_TARGETS =
  /^(?:exported_.*|.*(?:cluster|region|zone|env|environment|datacenter|dc|namespace|pod|container|service|endpoint|host|hostname|node|team|owner|project|app|application|role|tenant|network|chain|client|monitor|stage|site|rack|group|provider|replica|prometheus|job|instance|name))$/i;

const OPEN: LabelFacts = { values: undefined, isClosed: false, isAlways: true, isExhaustive: false };
const MAYBE: LabelFacts = { ...OPEN, isAlways: false };

export const NO_LABELS: Shape = { labels: new Map(), hasOthers: false, isFull: true };
export const ANY_LABELS: Shape = { labels: new Map(), hasOthers: true, isFull: false };

function presence(shape: Shape, label: string): Presence {
  const facts = shape.labels.get(label);
  if (facts === undefined) {
    if (!shape.hasOthers) return 'never';
    if (shape.othersAreOfTargets === undefined || OF_TARGETS.test(label)) return 'unknown';
    return shape.othersAreOfTargets === 'surely' ? 'never' : 'unlikely';
  }
  return facts.isAlways ? 'always' : 'sometimes';
}

/** Of all shapes together: `never` and `unlikely` only when it is so of each. */
export function presenceIn(shapes: readonly Shape[], label: string): Presence {
  const each = new Set(shapes.map((shape) => presence(shape, label)));
  if (each.size === 1) return [...each][0]!;
  if (each.size === 0 || each.has('unknown')) return 'unknown';
  if (!each.has('always') && !each.has('sometimes')) return 'unlikely';
  return 'sometimes';
}

export function oneValue(value: string): LabelFacts {
  return { values: new Set([value]), isClosed: true, isAlways: value !== '', isExhaustive: false };
}

export type MatcherVerdict = 'matches' | 'never' | 'unseen';

/** Whether a series of the shape can pass: `unseen` where the values are those that were seen, and others may come. */
export function verdictOf(shape: Shape, matcher: Matcher): MatcherVerdict {
  const test = predicateOf(matcher);
  if (test === undefined) return 'matches';
  const facts = shape.labels.get(matcher.name);
  if (facts === undefined) return test('') || presence(shape, matcher.name) !== 'never' ? 'matches' : 'never';
  if (!facts.isAlways && test('')) return 'matches';
  if (facts.values === undefined) return facts.isAlways && onlyEmpty(matcher) ? 'never' : 'matches';
  for (const value of facts.values) if (test(value)) return 'matches';
  return facts.isClosed ? 'never' : 'unseen';
}

function onlyEmpty({ operator, value }: Matcher): boolean {
  return (operator === '=' || operator === '=~') && value === '';
}

function predicateOf(matcher: Matcher): ((value: string) => boolean) | undefined {
  try {
    return valuePredicate(matcher);
  } catch {
    return undefined;
  }
}

/** What is left of it behind the matchers. */
export function narrowed(shape: Shape, matchers: readonly Matcher[]): Shape {
  if (matchers.length === 0) return shape;
  const labels = new Map(shape.labels);
  for (const matcher of matchers) {
    const { name, operator, value } = matcher;
    const facts = labels.get(name);
    if (operator === '=') {
      if (value === '') labels.delete(name);
      else labels.set(name, oneValue(value));
      continue;
    }
    const test = predicateOf(matcher);
    if (test === undefined) continue;
    const isPresent = !test('');
    if (facts?.values !== undefined) {
      const values = new Set([...facts.values].filter(test));
      labels.set(name, { ...facts, values, isAlways: facts.isAlways || isPresent });
    } else if (facts !== undefined) labels.set(name, { ...facts, isAlways: facts.isAlways || isPresent });
    else if (isPresent) labels.set(name, OPEN);
  }
  return { ...shape, labels };
}

export function keeping(shape: Shape, names: readonly string[]): Shape {
  const { labels, isFull } = shape;
  const kept = new Map<string, LabelFacts>();
  for (const name of names) {
    const facts = labels.get(name);
    if (facts !== undefined) kept.set(name, facts);
    else if (presence(shape, name) !== 'never') kept.set(name, MAYBE);
  }
  return { labels: kept, hasOthers: false, isFull };
}

export function dropping(shape: Shape, names: readonly string[]): Shape {
  const labels = new Map(shape.labels);
  for (const name of names) labels.delete(name);
  return { ...shape, labels };
}

export function adding(shape: Shape, name: string, facts: LabelFacts = MAYBE): Shape {
  return { ...shape, labels: new Map(shape.labels).set(name, facts) };
}

/** Takes a label over from another shape. */
export function including(shape: Shape, from: Shape, names: readonly string[]): Shape {
  let made = shape;
  for (const name of names) {
    const facts = from.labels.get(name);
    made =
      facts === undefined && presence(from, name) === 'never'
        ? dropping(made, [name])
        : adding(made, name, facts ?? MAYBE);
  }
  return made;
}

export function filtered(shapes: readonly Shape[]): readonly Shape[] {
  return shapes.map((shape) => (shape.isFull ? { ...shape, isFull: false } : shape));
}

/** Labels of which a value of one is certainly not one of the other. */
export function clashingLabel(left: Shape, right: Shape, on: (label: string) => boolean): string | undefined {
  for (const label of new Set([...left.labels.keys(), ...right.labels.keys()])) {
    if (on(label) && areDisjoint(left, right, label)) return label;
  }
  return undefined;
}

function areDisjoint(left: Shape, right: Shape, label: string): boolean {
  const one = possibleValues(left, label);
  const other = possibleValues(right, label);
  if (one === 'present' && other !== 'present') return other !== undefined && other.size === 1 && other.has('');
  if (other === 'present' && one !== 'present') return one !== undefined && one.size === 1 && one.has('');
  if (one === undefined || other === undefined || one === 'present' || other === 'present') return false;
  return ![...one].some((value) => other.has(value));
}

/** Values that are certain to be all; `present` for any that is not empty; undefined when nothing is known. */
function possibleValues(shape: Shape, label: string): ReadonlySet<string> | 'present' | undefined {
  const facts = shape.labels.get(label);
  if (facts === undefined) return presence(shape, label) === 'never' ? new Set(['']) : undefined;
  if (facts.values === undefined || !facts.isClosed) return facts.isAlways ? 'present' : undefined;
  return facts.isAlways ? facts.values : new Set([...facts.values, '']);
}
