// What a profile shows, worked out from the table once: each name of the other system with its type, unit and help, and the
// row that it is made from. Whatever an alias may not ask of its row is refused here, so that the rest can trust it.

import {
  type MetricDefinition,
  type MetricDefinitions,
  PROFILE_NAMES,
  type ProfileName,
} from '../domains/metric-definition.ts';
import { METRIC_TABLE } from '../domains/table/index.ts';
import { InstrumentError } from '../errors.ts';
import { type Alias, type AliasFunction, type AliasType, parseAliases } from './alias.ts';

export interface ProfileMetric {
  readonly alias: Alias;
  readonly definition: MetricDefinition;
  readonly type: AliasType;
  /** Of the values that are shown; '' where the other system does not say and none follows. */
  readonly unit: string;
  readonly help: string;
  /** Of `per`: what is divided by. */
  readonly divisor?: MetricDefinition;
}

/** The types from which a function can be computed, and what its result is. */
const SOURCES: Readonly<Record<AliasFunction, MetricDefinition['type']>> = {
  rate: 'counter',
  per: 'counter',
  avg: 'histogram',
  p95: 'histogram',
  p99: 'histogram',
  max: 'gauge',
  mean: 'gauge',
  data: 'gauge',
  index: 'stateset',
};

const SHOWN: Readonly<Record<Exclude<AliasFunction, 'per' | 'index'>, string>> = {
  rate: 'the growth a second over the window',
  avg: 'the mean over the window',
  p95: 'the 95th percentile over the window',
  p99: 'the 99th percentile over the window',
  max: 'the highest of all series',
  mean: 'the mean of all series',
  data: 'that of the file system with the data',
};

/** Our unit, after a function that is not a rate, with what it is multiplied or divided by: their unit. */
const SCALED_UNITS: Readonly<Record<string, string>> = {
  'seconds*1000': 'milliseconds',
  'seconds_per_second*100': 'percent',
  'ratio*100': 'percent',
  'bytes/1024': 'kibibytes',
  'bytes/1048576': 'mebibytes',
  'bytes/1073741824': 'gibibytes',
  'bytes_per_second*8': 'bits_per_second',
  'bytes_per_second/1024': 'kibibytes_per_second',
  'bytes_per_second/1048576': 'mebibytes_per_second',
  'hertz/1000000': 'megahertz',
  'per_second*60': 'per_minute',
};

/** The label of file systems, for `data`. */
export const MOUNT_LABEL = 'mount';

/**
 * All that a profile shows, in the table's order.
 * @throws {InstrumentError} `option_invalid` for an unknown profile, or an alias that its row cannot serve
 */
export function profileMetrics(
  profile: ProfileName,
  table: Readonly<Record<string, MetricDefinitions>> = METRIC_TABLE,
): readonly ProfileMetric[] {
  if (!PROFILE_NAMES.includes(profile)) {
    throw new InstrumentError(
      'option_invalid',
      `There is no profile ${JSON.stringify(profile)}: the profiles are ${PROFILE_NAMES.join(', ')}.`,
    );
  }
  const rows = Object.values(table).flatMap((set) => Object.values(set));
  const byName = new Map(rows.map((row) => [row.name, row]));
  return rows.flatMap((row) => {
    const text = row.aliases?.[profile];
    return text === undefined ? [] : parseAliases(text).map((alias) => resolve(alias, row, byName));
  });
}

/** Labels of the row that the profile does not show, the one that `[L=V]` chooses by not counted. */
export function droppedLabels({ alias, definition }: ProfileMetric): readonly string[] {
  const shown = new Set(alias.labels.map(({ ours }) => ours));
  if (alias.nameLabel !== undefined) shown.add(alias.nameLabel);
  if (alias.only !== undefined) shown.add(alias.only.label);
  if (alias.fn === 'index') shown.add(stateLabelOf(definition));
  return Object.keys(definition.labels ?? {}).filter((label) => !shown.has(label));
}

/** The label that names the states of a state set. */
export function stateLabelOf({ stateLabel = 'state' }: MetricDefinition): string {
  return stateLabel;
}

/** The states of a state set, in the order of their numbers. */
export function statesOf(definition: MetricDefinition): readonly string[] {
  const states = definition.labels?.[stateLabelOf(definition)];
  return states === undefined || 'limit' in states ? [] : states;
}

function resolve(
  alias: Alias,
  definition: MetricDefinition,
  byName: ReadonlyMap<string, MetricDefinition>,
): ProfileMetric {
  const divisor = alias.divisorMetric === undefined ? undefined : byName.get(alias.divisorMetric);
  const type = alias.type ?? (definition.type === 'stateset' ? 'gauge' : definition.type);
  const unit = shownUnit(alias, definition.unit ?? '');
  const metric: ProfileMetric = {
    alias,
    definition,
    type,
    unit,
    help: shownHelp(alias, definition, unit),
    ...(divisor === undefined ? {} : { divisor }),
  };
  const objection = objectionTo(metric);
  if (objection !== undefined) {
    throw new InstrumentError('option_invalid', `${definition.name} cannot be shown as ${alias.name}: ${objection}.`);
  }
  return metric;
}

function objectionTo(metric: ProfileMetric): string | undefined {
  return objectionToLabels(metric) ?? objectionToType(metric) ?? objectionToFunction(metric);
}

function objectionToLabels({ alias, definition }: ProfileMetric): string | undefined {
  const { labels = {} } = definition;
  const named = [...alias.labels.map(({ ours }) => ours), ...(alias.nameLabel === undefined ? [] : [alias.nameLabel])];
  for (const label of named) {
    if (labels[label] === undefined) return `it has no label "${label}"`;
  }
  if (new Set(alias.labels.map(({ shown }) => shown)).size < alias.labels.length) return 'a label is there twice';
  if (alias.only === undefined) return undefined;
  const values = labels[alias.only.label];
  if (values === undefined) return `it has no label "${alias.only.label}"`;
  const isKnown = 'limit' in values || values.includes(alias.only.value);
  return isKnown ? undefined : `"${alias.only.value}" is no value of its label "${alias.only.label}"`;
}

function objectionToType({ alias, definition, type }: ProfileMetric): string | undefined {
  const own = definition.type;
  if (type === 'counter' && !alias.name.endsWith('_total')) return 'the name of a counter ends in _total';
  if (type === 'info' && !alias.name.endsWith('_info')) return 'the name of an info ends in _info';
  if (alias.fn !== undefined) return type === 'gauge' ? undefined : 'what is computed is a gauge';
  if (own === 'histogram' && type !== 'histogram') return 'a histogram becomes a gauge by a function alone';
  if (type !== 'gauge' && type !== own) return `a ${own} is no ${type}`;
  const isScaled = alias.multiplier !== 1 || alias.divisor !== 1;
  if (isScaled && type !== 'gauge') return 'gauges alone change their unit';
  if (own === 'stateset' && !alias.labels.some(({ ours }) => ours === stateLabelOf(definition))) {
    return 'the states of a state set are kept as a label, or become their index';
  }
  return undefined;
}

function objectionToFunction(metric: ProfileMetric): string | undefined {
  const { alias, definition, divisor } = metric;
  const bounds = definition.buckets ?? [];
  if (alias.bounds !== undefined && metric.type !== 'histogram') return 'bounds are for histograms';
  if (alias.bounds?.some((bound) => !bounds.includes(bound)) === true) return 'it counts not all of those bounds';
  if (alias.fn === undefined) return undefined;
  if (SOURCES[alias.fn] !== definition.type) return `${alias.fn} is computed from a ${SOURCES[alias.fn]}`;
  if (alias.fn === 'data' && definition.labels?.[MOUNT_LABEL] === undefined) return 'it is not of file systems';
  if (alias.fn === 'per' && divisor?.type !== 'counter') return `there is no counter ${alias.divisorMetric ?? ''}`;
  if (alias.fn === 'index' && alias.labels.length > 0) return 'an index has no labels';
  return undefined;
}

function shownUnit({ fn, multiplier, divisor }: Alias, unit: string): string {
  if (fn === 'index') return '';
  const computed = fn === 'rate' && unit !== '' ? `${unit}_per_second` : unit;
  if (multiplier === 1 && divisor === 1) return computed;
  return SCALED_UNITS[`${computed}${multiplier === 1 ? `/${divisor}` : `*${multiplier}`}`] ?? '';
}

function shownHelp(alias: Alias, definition: MetricDefinition, unit: string): string {
  const { name, help } = definition;
  if (alias.fn === 'index') {
    return `Number of the state that is 1 in ${name}: ${statesOf(definition)
      .map((state, i) => `${i} ${state}`)
      .join(', ')}.`;
  }
  const isScaled = alias.multiplier !== 1 || alias.divisor !== 1;
  const words = [
    ...(alias.fn === undefined ? [] : [shownFunction(alias, alias.fn)]),
    ...(alias.only === undefined ? [] : [`${alias.only.label} "${alias.only.value}" alone`]),
    ...(isScaled && unit !== '' ? [`in ${unit.replaceAll('_', ' ')}`] : []),
  ];
  return words.length === 0 ? `${help} (${name})` : `${help} Here ${words.join(', ')}. (${name})`;
}

function shownFunction(alias: Alias, fn: Exclude<AliasFunction, 'index'>): string {
  return fn === 'per' ? `the growth for each one of ${alias.divisorMetric ?? ''}, over the window` : SHOWN[fn];
}
