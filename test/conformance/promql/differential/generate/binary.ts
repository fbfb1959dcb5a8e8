// Operators: between vectors with every kind of matching, between vectors and scalars, and of sets.

import { list, optional, type Part, type Tree, tree } from '../tree.ts';
import { LABELS } from '../vocabulary.ts';
import { type Context, vector, within } from './context.ts';
import { scalar } from './scalars.ts';
import { instantSelector } from './selectors.ts';

const ARITHMETIC = ['+', '-', '*', '/', '%', '^', ' atan2 '] as const;
const EXACT_ARITHMETIC = ['+', '-', '*', '/', '%'] as const;
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
const SETS = ['and', 'or', 'unless'] as const;

export function binary(context: Context): Tree {
  const { dice, flavour } = context;
  switch (
    dice.weighted([
      [3, 'scalar'],
      [3, 'matched'],
      [2, 'grouped'],
      [2, 'set'],
      [flavour === 'native' ? 1.5 : 0.4, 'trim'],
    ] as const)
  ) {
    case 'scalar':
      return withScalar(context);
    case 'matched':
      return matched(context);
    case 'grouped':
      return manyToOne(context);
    case 'set':
      return ofSets(context);
    case 'trim': {
      const left = vector(within(context, { flavour: 'native', isExact: true }));
      return tree('vector', operand(context, left), dice.pick([' </ ', ' >/ ']), scalar(within(context, { depth: 0 })));
    }
  }
}

interface Operator {
  readonly parts: readonly Part[];
  /** Makes nothing more of a relative difference. */
  readonly isSteady: boolean;
}

function someOperator({ dice, isExact, flavour, theme }: Context): Operator {
  // What histograms can do.
  if ((flavour ?? theme) === 'native' && dice.chance(0.6)) {
    const operator = dice.pick(['+', '-', '*', '/', '==', '!=']);
    return { parts: [' ', operator], isSteady: operator === '*' || operator === '/' };
  }
  if (dice.chance(0.4)) {
    const bool = dice.chance(0.4) ? optional(' bool') : '';
    return { parts: [' ', dice.pick(COMPARISONS), bool], isSteady: false };
  }
  const operator = dice.pick(isExact ? EXACT_ARITHMETIC : ARITHMETIC);
  return { parts: [' ', operator], isSteady: operator === '*' || operator === '/' };
}

function operand({ dice }: Context, inner: Tree): Tree {
  return dice.chance(0.7) ? tree(inner.kind, '(', inner, ')') : inner;
}

function withScalar(context: Context): Tree {
  const { dice, isExact, flavour } = context;
  const operator = someOperator(context);
  const inner = within(context, { isExact: isExact || !operator.isSteady, flavour });
  const number = scalar(within(context, { isExact: true, depth: 1 }));
  const series = operand(context, vector(inner));
  const [left, right] = dice.chance(0.7) ? [series, number] : [number, series];
  return tree('vector', left, ...operator.parts, ' ', right);
}

/** One to one: two selectors of the same labels, or two groupings by the same. */
function matched(context: Context): Tree {
  const { dice, isExact, flavour } = context;
  const operator = someOperator(context);
  const inner = within(context, { isExact: isExact || !operator.isSteady, flavour });
  if (dice.chance(0.5)) {
    const matching = dice.chance(0.6)
      ? ''
      : optional(...matchingOf(context, dice.pick([['zone', 'kind'], ['instance'], ['none']])));
    const [left, right] = [
      operand(context, vector(inner)),
      operand(context, vector({ ...inner, depth: inner.depth - 1 })),
    ];
    return tree('vector', left, ...operator.parts, matching, fill(context), ' ', right);
  }
  const label = dice.pick(['instance', 'zone', 'job']);
  const side = (): Tree =>
    tree('vector', dice.pick(['max', 'min', 'count', 'group']), ` by(${label}) (`, vector(inner), ')');
  return tree('vector', side(), ...operator.parts, optional(...on([label])), fill(context), ' ', side());
}

function manyToOne(context: Context): Tree {
  const { dice, isExact } = context;
  const operator = someOperator(context);
  const inner = within(context, { isExact: isExact || !operator.isSteady });
  const label = dice.pick(['instance', 'zone', 'job']);
  const include = dice.some(
    ['zone', 'job', 'version', 'none'].filter((name) => name !== label),
    0.3,
  );
  const one = tree(
    'vector',
    dice.pick(['max', 'min', 'group']),
    ` by(${[label, ...include].join(', ')}) (`,
    vector(inner),
    ')',
  );
  const many = operand(context, dice.chance(0.6) ? instantSelector(inner) : vector(inner));
  const isLeft = dice.chance(0.6);
  const clause: Part[] = [...on([label]), isLeft ? ' group_left' : ' group_right'];
  const included = optional('(', list(include, ', '), ')');
  const [left, right] = isLeft ? [many, one] : [one, many];
  return tree('vector', left, ...operator.parts, ...clause, included, fill(context), ' ', right);
}

function ofSets(context: Context): Tree {
  const { dice, isExact, flavour } = context;
  const inner = within(context, { isExact, flavour });
  const matching = dice.chance(0.5) ? '' : optional(...matchingOf(context, dice.some(LABELS.slice(0, 6), 0.3)));
  const [left, right] = [
    operand(context, vector(inner)),
    operand(context, vector({ ...inner, depth: inner.depth - 1 })),
  ];
  return tree('vector', left, ` ${dice.pick(SETS)}`, matching, ' ', right);
}

function matchingOf({ dice }: Context, labels: readonly string[]): Part[] {
  return [dice.pick([' on', ' ignoring']), '(', list(labels, ', '), ')'];
}

function on(labels: readonly string[]): Part[] {
  return [' on(', list(labels, ', '), ')'];
}

function fill({ dice, features }: Context): Part {
  if (!features.fillModifiers || !dice.chance(0.3)) return '';
  const value = () => dice.pick(['0', '1', '-2.5', 'NaN', 'Inf', '3']);
  return optional(
    dice.pick([
      () => ` fill(${value()})`,
      () => ` fill_left(${value()})`,
      () => ` fill_right(${value()})`,
      () => ` fill_left(${value()}) fill_right(${value()})`,
    ])(),
  );
}
