// Selectors: names plain, quoted and by expression, matchers of every kind, windows, and the modifiers of time.

import { list, optional, type Part, type Tree, tree } from '../tree.ts';
import { LABELS, type Metric } from '../vocabulary.ts';
import type { Context } from './context.ts';
import { duration, offsetDuration } from './durations.ts';

export function instantSelector(context: Context, metric = someMetric(context)): Tree {
  return tree('vector', ...selection(context, metric), ...timeModifiers(context));
}

export function rangeSelector(context: Context): Tree {
  const parts = [...selection(context, someMetric(context)), '[', duration(context), ']'];
  return tree('range', ...parts, ...timeModifiers(context));
}

export function someMetric({ dice, metrics, flavour, theme }: Context): Metric {
  const others = dice.chance(0.1) ? undefined : (flavour ?? theme);
  const wanted =
    others ??
    dice.weighted([
      [9, 'float'],
      [1, 'classic'],
      [2, 'native'],
    ] as const);
  const found = metrics.filter((metric) => metric.flavour === wanted);
  return dice.pick(found.length > 0 ? found : metrics);
}

/** Name and matchers, without a window. */
export function selection(context: Context, metric: Metric): Part[] {
  const { dice, metrics } = context;
  const matchers = someMatchers(context, metric);
  const needsQuotes = !/^[a-zA-Z_:][\w:]*$/.test(metric.name);
  const form = needsQuotes && dice.chance(0.8) ? 'quoted' : dice.weighted(NAME_FORMS);
  switch (form) {
    case 'plain':
      if (needsQuotes) return ['{', `"${metric.name}"`, '}'];
      return matchers.length === 0
        ? [metric.name]
        : [metric.name, optional('{', list(matchers), trailing(context), '}')];
    case 'quoted':
      return ['{', list([`"${metric.name}"`, ...matchers]), '}'];
    case 'label':
      return ['{', list([`__name__="${metric.name}"`, ...matchers]), '}'];
    case 'expression': {
      const other = dice.pick(metrics.filter(({ flavour }) => flavour === metric.flavour));
      return ['{', list([`__name__=~"${quotedPattern(metric.name)}|${quotedPattern(other.name)}"`, ...matchers]), '}'];
    }
  }
}

const NAME_FORMS = [
  [20, 'plain'],
  [1, 'quoted'],
  [1, 'label'],
  [1.5, 'expression'],
] as const;

function trailing({ dice }: Context): string {
  return dice.chance(0.05) ? ',' : '';
}

function quotedPattern(name: string): string {
  return name.replaceAll('.', '\\\\.');
}

function someMatchers(context: Context, metric: Metric): string[] {
  const { dice } = context;
  if (dice.chance(0.7)) return [];
  const names = Object.keys(metric.labels);
  const chosen = dice.chance(0.1) ? [dice.pick(LABELS)] : dice.some(names, 0.4);
  return chosen
    .filter((name) => name !== '__name__')
    .map((name) => matcher(context, name, metric.labels[name] ?? ['q']));
}

function matcher({ dice }: Context, name: string, values: readonly string[]): string {
  const value = () => (dice.chance(0.05) ? dice.pick(['', 'nothing']) : dice.pick(values)).replaceAll('+', '\\\\+');
  const quoted = /^[a-zA-Z_]\w*$/.test(name) && !dice.chance(0.05) ? name : `"${name}"`;
  const operator = dice.weighted([
    [4, '='],
    [3, '!='],
    [3, '=~'],
    [2, '!~'],
  ] as const);
  if (operator === '=' || operator === '!=') return `${quoted}${operator}"${value().replaceAll('\\\\', '')}"`;
  const pattern = dice.pick([
    `${value()}|${value()}`,
    value(),
    '.*',
    '.+',
    `${value()}.*`,
    `[a-c]`,
    `(?i:${value()})`,
    '',
  ]);
  return `${quoted}${operator}${dice.pick([`"${pattern}"`, `'${pattern}'`])}`;
}

/** `offset` and `@`, in any order, mostly none. */
export function timeModifiers(context: Context): Part[] {
  const { dice } = context;
  const parts: Part[] = [];
  if (dice.chance(0.12)) parts.push(optional(' offset ', offsetDuration(context)));
  if (dice.chance(0.08)) parts.push(optional(' @ ', moment(context)));
  return dice.chance(0.5) ? parts : parts.toReversed();
}

function moment({ dice, momentsMs }: Context): string {
  if (dice.chance(0.5)) return dice.pick(['start()', 'end()']);
  const seconds = dice.pick(momentsMs) / 1000;
  return dice.chance(0.8) ? `${seconds}` : `${seconds + 0.25}`;
}
