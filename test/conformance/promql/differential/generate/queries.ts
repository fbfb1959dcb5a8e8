// Whole queries: mostly valid ones, some that are refused on purpose, as text that was damaged or with operands of a wrong
// type or number.

import { list, print, type Tree, tree } from '../tree.ts';
import { range } from './calls.ts';
import { type Context, vector, within } from './context.ts';
import { scalar } from './scalars.ts';
import { anyVector } from './vectors.ts';

export function query(settings: Omit<Context, 'anyVector' | 'isExact'>): Tree {
  const { dice } = settings;
  const theme = dice.chance(0.25) ? 'native' : undefined;
  const context: Context = { ...settings, anyVector, theme, isExact: false };
  const kind = dice.weighted([
    [30, 'vector'],
    [1.5, 'twice'],
    [1, 'scalar'],
    [0.2, 'string'],
    [0.8, 'range'],
    [1, 'wrong'],
    [2, 'damaged'],
  ] as const);
  switch (kind) {
    case 'vector':
      return vector(context);
    case 'twice':
      return twice(context);
    case 'scalar':
      return scalar(context);
    case 'string':
      return tree('string', dice.pick(['"text"', "'a\\n\\u00e9'", '`raw\\n`', '""', '"\\x41\\101"']));
    case 'range':
      return range(context);
    case 'wrong':
      return wrong(context);
    case 'damaged':
      return damaged(context);
  }
}

/** A part that comes more than once, which our engine computes once. */
function twice(context: Context): Tree {
  const part = vector(within(context, { depth: 1 }));
  const shapes: readonly (() => Tree)[] = [
    () => tree('vector', '(', part, ') - (', part, ')'),
    () => tree('vector', 'abs(', part, ') and (', part, ')'),
    () => tree('vector', 'max(', part, ') / count(', part, ')'),
    () => tree('vector', 'histogram_count(', part, ') or (', part, ')'),
    () => tree('vector', 'max_over_time((', part, ')[30s:10s]) + max_over_time((', part, ')[30s:10s])'),
    () => tree('vector', '(', part, ') + max by (job) (rate((', part, ')[30s:5s])) + rate((', part, ')[30s:5s])'),
  ];
  return context.dice.pick(shapes)();
}

function wrong(context: Context): Tree {
  const { dice } = context;
  const inner = within(context, { depth: 1 });
  const [a, b, c, d] = [vector(inner), vector(inner), scalar(inner), range(inner)];
  const shapes: readonly (() => Tree)[] = [
    () => tree('vector', 'rate(', a, ')'),
    () => tree('vector', 'abs(', d, ')'),
    () => tree('vector', 'sum(', c, ')'),
    () => tree('vector', a, ' and ', c),
    () => tree('vector', a, ' + bool ', b),
    () => tree('scalar', c, ' > ', c),
    () => tree('vector', d, ' + ', b),
    () => tree('vector', a, ' and on(zone) group_left ', b),
    () => tree('vector', a, ' * on(zone) group_left(zone) ', b),
    () => tree('vector', a, ' * on(zone) ', c),
    () => tree('vector', a, ' * on(job) ', b),
    () => tree('vector', 'no_such_function(', a, ')'),
    () => tree('vector', 'clamp(', list([[a], [c]], ', '), ')'),
    () => tree('vector', 'topk(', a, ')'),
    () => tree('vector', 'quantile("x", ', a, ')'),
    () => tree('vector', 'count_values(1, ', a, ')'),
    () => tree('vector', 'label_replace(', a, ', "a", "b", "c")'),
    () => tree('vector', '(', a, ')[5m]'),
    () => tree('range', '(', d, ')[5m:1m]'),
    () => tree('vector', a, ' offset 5m offset 1m'),
    () => tree('vector', a, ' @ 1 @ 2'),
    () => tree('vector', 'sum(', a, ') offset 1m'),
    () => tree('vector', '"text" + ', c),
    () => tree('vector', '-', d),
    () => tree('vector', '{}'),
    () => tree('vector', '{zone=~".*"}'),
    () => tree('vector', 'synthetic_gauge{zone=~"("}'),
    () => tree('vector', 'synthetic_gauge{__name__="x"}'),
    () => tree('range', 'synthetic_gauge[0s]'),
    () => tree('range', 'synthetic_gauge[-1m]'),
    () => tree('range', '(', a, ')[1m:0s]'),
    () => tree('vector', 'mad_over_time(', d, ')'),
    () => tree('vector', 'limitk(1, synthetic_gauge)'),
    () => tree('vector', 'sum_over_time(synthetic_gauge[1m] anchored)'),
    () => tree('vector', a, ' + fill(1) ', b),
    () => tree('vector', 'label_join(', a, ', "", "-", "zone")'),
    () => tree('vector', 'histogram_quantile(', c, ', ', c, ')'),
    () => tree('scalar', 'time(', c, ')'),
    () => tree('scalar', '1 + '),
    () => tree('vector', 'info(', a, ', synthetic_gauge)'),
    () => tree('vector', 'double_exponential_smoothing(', d, ', 2, 0.5)'),
  ];
  return dice.pick(shapes)();
}

/** A token lost, doubled or put elsewhere. */
function damaged(context: Context): Tree {
  const { dice } = context;
  const text = print(vector(within(context, { depth: 2 })));
  const tokens = text.match(/"[^"]*"|'[^']*'|[\w.:]+|\s+|[^\w\s]/g) ?? [text];
  const at = dice.below(tokens.length);
  const changed = dice.pick([
    () => tokens.toSpliced(at, 1),
    () => tokens.toSpliced(at, 0, tokens[at]!),
    () => tokens.with(at, dice.pick(tokens)),
    () =>
      tokens.with(at, dice.pick(['(', ')', '[', ']', '{', '}', ',', '+', 'by', 'offset', '@', '5m', 'bool', '#', '"'])),
    () => tokens.slice(0, at + 1),
  ])();
  return tree('vector', changed.join(''));
}
