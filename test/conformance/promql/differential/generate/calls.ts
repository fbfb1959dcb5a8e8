// Calls of functions, and what they take.

import {
  type Argument,
  EXTENDED_RANGE_FUNCTIONS,
  type FunctionShape,
  RANGE_FUNCTIONS,
  VECTOR_FUNCTIONS,
} from '../functions.ts';
import { list, optional, type Part, print, type Tree, tree } from '../tree.ts';
import { LABELS } from '../vocabulary.ts';
import { type Context, vector, within } from './context.ts';
import { duration, stepDuration } from './durations.ts';
import { factor, quantile, scalar } from './scalars.ts';
import { rangeSelector, selection, someMetric, timeModifiers } from './selectors.ts';

export function vectorCall(context: Context): Tree {
  return callOf(context, VECTOR_FUNCTIONS);
}

export function rangeCall(context: Context): Tree {
  const { dice, features } = context;
  if (features.extendedRangeSelectors && dice.chance(0.1)) return extendedCall(context);
  return callOf(context, RANGE_FUNCTIONS);
}

function callOf(context: Context, functions: readonly FunctionShape[]): Tree {
  const { dice, features, isExact } = context;
  const shape = dice.pick(
    functions.filter(
      (one) => (features.experimentalFunctions || one.isExperimental !== true) && !(isExact && one.isInexact === true),
    ),
  );
  const optionals = shape.optional ?? 0;
  const inner = within(context, { isExact: isExact || shape.isSteady !== true });
  const given = shape.takes.map((argument) => argumentOf(inner, argument));
  const required = given.slice(0, given.length - optionals);
  const rest = given.slice(given.length - optionals).filter(() => dice.chance(0.8));
  const separator = required.length > 0 ? ', ' : '';
  return tree(
    'vector',
    `${shape.name}(`,
    ...separated(required),
    ...rest.map((part) => optional(separator, part)),
    ')',
  );
}

function separated(parts: readonly Part[]): Part[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [', ', part]));
}

function argumentOf(context: Context, argument: Argument): Part {
  const { dice } = context;
  const text = (from: readonly string[]): Tree => tree('string', dice.pick(from));
  switch (argument) {
    case 'vector':
      return vector(context);
    case 'native':
      return vector({ ...context, flavour: 'native' });
    case 'classic':
      return vector({ ...context, flavour: 'classic' });
    case 'range':
      return range(context);
    case 'scalar':
      return scalar(within(context, { isExact: true, depth: 1 }));
    case 'quantile':
      return quantile(context);
    case 'factor':
      return factor(context);
    case 'label':
      return text(['"instance"', '"zone"', '"copy"', '"le"', '"__name__"', "'none'", '"odd label"', '`zone`']);
    case 'labels':
      return list(
        dice
          .some(LABELS.slice(0, 5), 0.4)
          .concat(dice.pick(LABELS))
          .map((label) => `"${label}"`),
        ', ',
      );
    case 'text':
      return text(['"-"', '""', '", "', '"ä"']);
    case 'pattern':
      return text(['"(.*)"', '"(a|b)"', '".*"', '"([a-z])(.*)"', '"(?P<name>.)"', '"nothing"', '""', '"("']);
    case 'replacement':
      // biome-ignore lint/suspicious/noTemplateCurlyInString: PromQL's own template
      return text(['"$1"', '"x"', '""', '"${1}-$2"', '"$name"', '"$0$$"', '"$1$1"']);
    case 'info-selector':
      return infoSelector(context);
  }
}

/** The second argument of `info`: matchers alone. */
function infoSelector({ dice }: Context): Tree {
  return tree(
    'vector',
    dice.pick([
      '{version=~".+"}',
      '{region="north"}',
      '{__name__="build_info"}',
      '{__name__=~".+_info", compiler=~".*"}',
      '{__name__!="target_info"}',
      '{zone=~".+"}',
      '{}',
    ]),
  );
}

export function range(context: Context): Tree {
  const { dice, depth } = context;
  if (depth <= 0 || dice.chance(0.75)) return rangeSelector(context);
  return subquery(context);
}

function subquery(context: Context): Tree {
  const { dice } = context;
  const inner = vector(within(context, { isExact: true, depth: Math.min(context.depth - 1, 1) }));
  const isSelector = /^\w+$/.test(print(inner));
  const operand: Part[] = isSelector && dice.chance(0.5) ? [inner] : ['(', inner, ')'];
  const step = dice.chance(0.8) ? optional(stepDuration(context)) : '';
  return tree('range', ...operand, '[', duration(context), ':', step, ']', ...timeModifiers(context));
}

/** A window that looks beyond its edges. */
function extendedCall(context: Context): Tree {
  const { dice } = context;
  const name = dice.chance(0.9) ? dice.pick(EXTENDED_RANGE_FUNCTIONS) : dice.pick(RANGE_FUNCTIONS).name;
  const selected = selection(context, someMetric(context));
  const edges = dice.pick([' anchored', ' smoothed']);
  return tree('vector', `${name}(`, ...selected, '[', duration(context), ']', edges, ...timeModifiers(context), ')');
}
