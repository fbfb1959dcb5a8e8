// How to read a node that shows a profile: what each of its names is in the canonical ones. Sums keep their meaning under the
// canonical name, only without the labels that the profile does not show; what was computed over a window, or over series in
// another way than by adding them up, cannot be had back and keeps the profile's name.

import type { MetricDefinition, ProfileName } from '../domains/metric-definition.ts';
import type { Label } from '../labels.ts';
import { mergeFamilies } from '../snapshot/merge.ts';
import type { FamilySnapshot, ScalarPoint, Snapshot } from '../snapshot/snapshot.ts';
import type { AliasFunction } from './alias.ts';
import { droppedLabels, type ProfileMetric, profileMetrics, stateLabelOf, statesOf } from './profile-metric.ts';
import type { Point } from './regroup.ts';

export interface InverseMetric {
  /** The name in the profile, a histogram's without `_bucket`, `_sum`, `_count`. */
  readonly shown: string;
  /** Where part of the name is a label's value: what the name must match, the value its first group. */
  readonly pattern?: { readonly source: string; readonly label: string };
  readonly canonical: string;
  readonly type: MetricDefinition['type'];
  readonly unit: string;
  readonly help: string;
  /** Labels whose name differs: the profile's → ours. */
  readonly renamedLabels: Readonly<Record<string, string>>;
  readonly addedLabels: Readonly<Record<string, string>>;
  /** Canonical labels that the profile does not tell: values are sums over them, of `mount` that of the node's data. */
  readonly missingLabels: readonly string[];
  /** Canonical value = value × multiplier / divisor. */
  readonly multiplier: number;
  readonly divisor: number;
  /** The value is the number of one of these: it becomes a series for each, 1 for that one and 0 for the others. */
  readonly states?: { readonly label: string; readonly values: readonly string[] };
}

export interface UnreadableMetric {
  /** The name in the profile, which it keeps. */
  readonly shown: string;
  readonly canonical: string;
  readonly reason: string;
}

export interface InverseProfile {
  readonly profile: ProfileName;
  readonly metrics: readonly InverseMetric[];
  readonly unreadable: readonly UnreadableMetric[];
}

/** Of the functions that lose what they are computed from. */
const REASONS: Readonly<Partial<Record<AliasFunction, string>>> = {
  rate: 'a rate does not tell the total that it was computed from',
  per: 'a quotient tells neither of the two totals',
  avg: 'a mean does not tell how many observations there were, nor their buckets',
  p95: 'a quantile does not tell the histogram that it was computed from',
  p99: 'a quantile does not tell the histogram that it was computed from',
  max: 'the highest value does not tell those of the other series',
  mean: 'a mean does not tell the values of the series',
};

const PART_OF_SUM = 'other names of the profile tell its parts, and the sum beside them would count them twice';

/**
 * The names of a profile and what they are in canonical ones.
 * @throws {InstrumentError} `option_invalid` for an unknown profile
 */
export function inverseProfile(profile: ProfileName): InverseProfile {
  const all = profileMetrics(profile);
  const parted = new Set(all.filter(({ alias }) => alias.only !== undefined).map(({ definition }) => definition.name));
  const metrics: InverseMetric[] = [];
  const unreadable: UnreadableMetric[] = [];
  for (const metric of all) {
    const { alias, definition } = metric;
    const isSumOfParts = alias.only === undefined && parted.has(definition.name);
    const reason = isSumOfParts ? PART_OF_SUM : alias.fn === undefined ? undefined : REASONS[alias.fn];
    if (reason === undefined) metrics.push(inverseOf(metric));
    else unreadable.push({ shown: alias.name, canonical: definition.name, reason });
  }
  return { profile, metrics, unreadable };
}

/** A snapshot of a node that shows the profile, under canonical names; what is not as the profile has it stays as it is. */
export function applyInverse({ takenAtMs, families }: Snapshot, { metrics }: InverseProfile): Snapshot {
  const byName = new Map(metrics.map((metric) => [metric.shown, metric]));
  const patterns = metrics.flatMap((metric) =>
    metric.pattern === undefined ? [] : [{ metric, pattern: new RegExp(metric.pattern.source) }],
  );
  const read = families.map((family): readonly FamilySnapshot[] => {
    const metric = byName.get(family.name);
    if (metric !== undefined) return [canonicalFamily(family, metric, [])];
    for (const { metric: template, pattern } of patterns) {
      const value = pattern.exec(family.name)?.[1];
      const label = template.pattern?.label;
      if (value !== undefined && label !== undefined)
        return [canonicalFamily(family, template, [{ name: label, value }])];
    }
    return [family];
  });
  return { takenAtMs, families: mergeFamilies(read).families };
}

function inverseOf(metric: ProfileMetric): InverseMetric {
  const { alias, definition } = metric;
  const renamed = alias.labels.filter(({ shown, ours }) => shown !== ours).map(({ shown, ours }) => [shown, ours]);
  const { name: canonical, type, unit = '', help } = definition;
  return {
    shown: alias.name,
    ...(alias.nameLabel === undefined ? {} : { pattern: patternOf(alias.name, alias.nameLabel) }),
    canonical,
    type,
    unit,
    help,
    renamedLabels: Object.fromEntries(renamed),
    addedLabels: alias.only === undefined ? {} : { [alias.only.label]: alias.only.value },
    missingLabels: droppedLabels(metric),
    multiplier: alias.divisor,
    divisor: alias.multiplier,
    ...(alias.fn === 'index' ? { states: { label: stateLabelOf(definition), values: statesOf(definition) } } : {}),
  };
}

function patternOf(name: string, label: string): { source: string; label: string } {
  return { source: `^${name.replace(`<${label}>`, '([a-zA-Z0-9_]+)')}$`, label };
}

function canonicalFamily(family: FamilySnapshot, metric: InverseMetric, fromName: readonly Label[]): FamilySnapshot {
  const head = { name: metric.canonical, help: metric.help, unit: metric.unit };
  const added = [...fromName, ...Object.entries(metric.addedLabels).map(([name, value]) => ({ name, value }))];
  const labelsOf = (labels: readonly Label[]): readonly Label[] => canonicalLabels(labels, metric, added);
  switch (family.type) {
    case 'histogram':
    case 'exponential':
    case 'summary': {
      if (metric.type !== 'histogram') return family;
      const points = (family.points as readonly Point[]).map((point) => ({ ...point, labels: labelsOf(point.labels) }));
      return { ...family, ...head, points } as FamilySnapshot;
    }
    default: {
      if (metric.type === 'histogram') return family;
      const points = family.points.map((point) => ({ ...point, labels: labelsOf(point.labels) }));
      return { ...head, type: metric.type, points: points.flatMap((point) => canonicalPoints(point, metric)) };
    }
  }
}

function canonicalPoints(point: ScalarPoint, { states, multiplier, divisor }: InverseMetric): readonly ScalarPoint[] {
  if (states === undefined) return [{ ...point, value: (point.value * multiplier) / divisor }];
  if (states.values[point.value] === undefined) return [];
  return states.values.map((value, i) => ({
    labels: sorted([...point.labels, { name: states.label, value }]),
    value: i === point.value ? 1 : 0,
  }));
}

function canonicalLabels(
  labels: readonly Label[],
  { renamedLabels }: InverseMetric,
  added: readonly Label[],
): readonly Label[] {
  const renamed = labels.map(({ name, value }) => ({ name: renamedLabels[name] ?? name, value }));
  const own = renamed.filter(({ name }) => !added.some((label) => label.name === name));
  return sorted([...own, ...added]);
}

function sorted(labels: readonly Label[]): readonly Label[] {
  return labels.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
