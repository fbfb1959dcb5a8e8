// What our own library and monitor emit, from their tables: the registry of a node, that of the monitor, and what collecting adds.

import { inverseProfile, METRIC_TABLE, type MetricDefinition, type ProfileName } from '@chainpulse/instrument';
import { MONITOR_TABLE } from '../../self/monitor-table.ts';
import { ALL, between, NOT_NEGATIVE, type NumericRange, UNIT_INTERVAL } from '../expression/numeric-range.ts';
import type { EvidenceSource, LabelFacts, SeriesFacts, SeriesRole } from './evidence.ts';
import { unitOf, unitOfName } from './units.ts';

const REGISTRY = 'the registry of @chainpulse/instrument';

/** Of gauges that can be below 0, or that nothing bounds. */
const SIGNED_UNITS: ReadonlySet<string> = new Set(['celsius']);
const SIGNED_NAMES = /offset|score|balance|difference|remaining|reward/;

const ALWAYS: LabelFacts = { values: undefined, isClosed: false, isAlways: true, isExhaustive: false };
const SOMETIMES: LabelFacts = { ...ALWAYS, isAlways: false };

/** What the monitor gives each series of a target. */
export const TARGET_LABELS: ReadonlyMap<string, LabelFacts> = new Map([
  ['job', ALWAYS],
  ['instance', ALWAYS],
  ['chain', SOMETIMES],
  ['node', SOMETIMES],
]);

/** What collecting adds, for every target. */
export function collectedSeries(
  source: string,
  labels: ReadonlyMap<string, LabelFacts> = TARGET_LABELS,
): readonly SeriesFacts[] {
  const synthetic = (name: string, range: NumericRange, unit: string): SeriesFacts => ({
    name,
    family: name,
    role: 'gauge',
    unit,
    help: '',
    labels,
    hasOtherLabels: true,
    othersAreOfTargets: 'surely',
    range,
    startsAtZero: undefined,
    source,
  });
  return [
    synthetic('up', UNIT_INTERVAL, ''),
    synthetic('scrape_duration_seconds', NOT_NEGATIVE, 'seconds'),
    synthetic('scrape_samples_scraped', NOT_NEGATIVE, ''),
    synthetic('scrape_samples_post_metric_relabeling', NOT_NEGATIVE, ''),
    synthetic('scrape_series_added', NOT_NEGATIVE, ''),
  ];
}

/** Everything that has a canonical name. */
export function registryEvidence(): EvidenceSource {
  const rows = [...Object.values(METRIC_TABLE), ...Object.values(MONITOR_TABLE)].flatMap((set) =>
    Object.values<MetricDefinition>(set),
  );
  const byName = new Map(rows.map((row) => [row.name, row]));
  const series = [...byName.values()].flatMap((row) => seriesOfRow(row));
  return { name: REGISTRY, series: [...series, ...collectedSeries(REGISTRY)], isComplete: true, notes: [] };
}

/** The names of a profile, with the labels that it shows. */
export function profileEvidence(profile: ProfileName): EvidenceSource {
  const name = `the profile ${profile}`;
  const rows = new Map(
    Object.values(METRIC_TABLE).flatMap((set) =>
      Object.values<MetricDefinition>(set).map((row) => [row.name, row] as const),
    ),
  );
  const { metrics, unreadable } = inverseProfile(profile);
  const readable = metrics.flatMap((metric) => {
    const row = rows.get(metric.canonical);
    if (row === undefined || metric.pattern !== undefined) return [];
    const back = new Map(Object.entries(metric.renamedLabels).map(([shown, ours]) => [ours, shown]));
    const hidden = new Set([...metric.missingLabels, ...Object.keys(metric.addedLabels)]);
    if (metric.states !== undefined) hidden.add(metric.states.label);
    const labels = Object.fromEntries(
      Object.entries(row.labels ?? {}).flatMap(([label, values]) =>
        hidden.has(label) ? [] : [[back.get(label) ?? label, values] as const],
      ),
    );
    const shown: MetricDefinition = { ...row, name: metric.shown, labels };
    const scale = metric.divisor / metric.multiplier;
    return seriesOfRow(metric.states === undefined ? shown : indexOf(shown, metric.states.values.length), scale).map(
      (facts) => ({
        ...facts,
        source: name,
        unit: scale === 1 ? facts.unit : scale === 100 && row.unit === 'ratio' ? 'percent' : unitOfName(facts.name),
        // The sum over a label of which each value comes with its first event comes with the first of them.
        startsAtZero: facts.startsAtZero === undefined ? undefined : startsAtZero(row),
      }),
    );
  });
  const computed = unreadable.map(({ shown, canonical }): SeriesFacts => {
    const row = rows.get(canonical);
    return {
      name: shown,
      family: shown,
      role: shown.endsWith('_total') ? 'counter' : 'gauge',
      unit: unitOfName(shown),
      help: row?.help ?? '',
      labels: TARGET_LABELS,
      hasOtherLabels: true,
      range: ALL,
      startsAtZero: undefined,
      source: name,
    };
  });
  const patterns = metrics.some(({ pattern }) => pattern !== undefined);
  return { name, series: [...readable, ...computed], isComplete: !patterns, notes: [] };
}

function indexOf(row: MetricDefinition, states: number): MetricDefinition & { readonly states: number } {
  return { ...row, type: 'gauge', states };
}

function seriesOfRow(row: MetricDefinition & { readonly states?: number }, scale = 1): readonly SeriesFacts[] {
  const labels = new Map<string, LabelFacts>(TARGET_LABELS);
  for (const [name, values] of Object.entries(row.labels ?? {})) {
    const isClosed = !('limit' in values);
    labels.set(name, {
      values: isClosed ? new Set(values) : undefined,
      isClosed,
      isAlways: true,
      isExhaustive: isClosed && row.type !== 'info',
    });
  }
  const common = {
    family: row.name,
    unit: unitOf(row.name, row.unit ?? '') ?? '',
    help: row.help,
    labels,
    hasOtherLabels: true,
    othersAreOfTargets: 'surely' as const,
    source: REGISTRY,
  };
  if (row.type === 'histogram') {
    const bounds = row.buckets ?? [];
    const part = (ending: string, role: SeriesRole, own = labels): SeriesFacts => ({
      ...common,
      name: row.name + ending,
      role,
      unit: role === 'sum' ? common.unit : '',
      labels: own,
      range: NOT_NEGATIVE,
      startsAtZero: startsAtZero(row),
      bounds,
    });
    const le = new Set([...bounds.map(String), '+Inf']);
    const withLe = new Map(labels).set('le', { values: le, isClosed: true, isAlways: true, isExhaustive: true });
    return [part('_bucket', 'bucket', withLe), part('_sum', 'sum'), part('_count', 'count')];
  }
  const role: SeriesRole = row.type === 'stateset' ? 'state' : row.type;
  return [
    {
      ...common,
      name: row.name,
      role,
      range: rangeOf(row, scale),
      startsAtZero: role === 'counter' ? startsAtZero(row) : undefined,
      ...(role === 'gauge'
        ? { isSetByEvents: !/collector|probe|machine/.test(row.recordedBy) && row.formula === undefined }
        : {}),
    },
  ];
}

/** Series of closed labels are there from the start; those of other labels come with their first event. */
function startsAtZero(row: MetricDefinition): boolean {
  // All counters of a group of rules are made with its first evaluation, whatever came of that.
  if (row.recordedBy.includes('ruleGroupEvaluated')) return true;
  return Object.values(row.labels ?? {}).every((values) => !('limit' in values));
}

function rangeOf(row: MetricDefinition & { readonly states?: number }, scale: number): NumericRange {
  const { type, unit = '', name } = row;
  if (type === 'counter') return NOT_NEGATIVE;
  if (type === 'info') return between(1, 1);
  if (type === 'stateset') return UNIT_INTERVAL;
  if (row.states !== undefined) return between(0, row.states - 1);
  // A ratio of what was measured at two moments, and one that is no share, may be a little or much above 1.
  if (unit === 'ratio') return /overhead/.test(name) ? ALL : between(0, scale);
  return SIGNED_UNITS.has(unit) || SIGNED_NAMES.test(name) ? ALL : NOT_NEGATIVE;
}
