// Scalars and strings: numbers in every notation, functions, arithmetic and comparisons between scalars.

import { type FunctionShape, SCALAR_FUNCTIONS } from '../functions.ts';
import { list, type Tree, tree } from '../tree.ts';
import { type Context, vector, within } from './context.ts';

const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '-1',
  '-1.5',
  '0.3',
  '.5',
  '1e3',
  '1_000',
  '0x1F',
  '017',
  'Inf',
  '-Inf',
  'NaN',
  '100',
  '1e-3',
  '5m',
  '1h30m',
  '1e300',
];

export function scalar(context: Context): Tree {
  const { dice, depth } = context;
  if (depth <= 0 || dice.chance(0.7)) return tree('scalar', dice.pick(NUMBERS));
  const inner = () => scalar(within(context));
  switch (dice.pick(['call', 'call', 'arithmetic', 'comparison', 'sign', 'parentheses'] as const)) {
    case 'call':
      return scalarCall(context);
    case 'arithmetic': {
      const operator = dice.pick(
        context.isExact ? ['+', '-', '*', '/', '%'] : ['+', '-', '*', '/', '%', '^', ' atan2 '],
      );
      // What comes of two scalars may be given to anything, so they are exact themselves.
      const exact = within(context, { isExact: true });
      return tree('scalar', scalar(exact), ` ${operator} `, scalar(exact));
    }
    case 'comparison': {
      const exact = within(context, { isExact: true });
      const operator = dice.pick(['==', '!=', '<', '<=', '>', '>=']);
      return tree('scalar', scalar(exact), ` ${operator} bool `, scalar(exact));
    }
    case 'sign':
      return tree('scalar', dice.pick(['-', '+']), inner());
    case 'parentheses':
      return tree('scalar', '(', inner(), ')');
  }
}

function scalarCall(context: Context): Tree {
  const { dice, features } = context;
  const known = SCALAR_FUNCTIONS.filter((one) => features.experimentalFunctions || one.isExperimental !== true);
  const { name, takes }: FunctionShape = dice.pick(known);
  const given = takes.map((argument) => [
    argument === 'vector'
      ? vector(within(context, { depth: Math.min(1, context.depth - 1) }))
      : scalar(within(context)),
  ]);
  return tree('scalar', `${name}(`, list(given, ', '), ')');
}

/** Mostly within 0 and 1. */
export function quantile(context: Context): Tree {
  const { dice } = context;
  if (dice.chance(0.05)) return scalar(within(context, { isExact: true }));
  return tree(
    'scalar',
    dice.pick(['0', '0.01', '0.25', '0.5', '0.5', '0.9', '0.99', '1', '-0.5', '1.5', 'NaN', '0.333']),
  );
}

/** Of exponential smoothing: within 0 and 1 or refused. */
export function factor({ dice }: Context): Tree {
  return tree('scalar', dice.pick(['0.1', '0.3', '0.5', '0.9', '0.999', '1', '0', '1.5']));
}
