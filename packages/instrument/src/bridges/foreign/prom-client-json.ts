// What prom-client and its descendants give as JSON (`getMetricsAsJSON`, or `get` of one metric) as a family of a snapshot.
// Nothing of it is trusted: what has the wrong shape is left out.

import type { Label } from '../../labels.ts';
import type {
  Exemplar,
  FamilySnapshot,
  HistogramPoint,
  MergeMode,
  ScalarPoint,
  SummaryPoint,
} from '../../snapshot/snapshot.ts';

/** Gives the array to use for labels, sorted. */
export type KeepLabels = (family: string, labels: Label[]) => readonly Label[];

interface JsonValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly metricName: string;
  readonly exemplar: unknown;
}

interface JsonSeries {
  readonly labels: readonly Label[];
  /** By the value of `le` or `quantile`. */
  readonly parts: { readonly at: number; readonly value: number; readonly exemplar: Exemplar | undefined }[];
  sum: number;
  count: number | undefined;
}

/** The family, or undefined where it is none or of no known type. */
export function familyFromJson(
  json: unknown,
  isOpenMetrics: boolean,
  defaultLabels: Readonly<Record<string, unknown>> = {},
  keepLabels: KeepLabels = sortLabels,
): FamilySnapshot | undefined {
  if (!isRecord(json) || typeof json['name'] !== 'string' || !Array.isArray(json['values'])) return undefined;
  const { name, type, aggregator } = json;
  const help = typeof json['help'] === 'string' ? json['help'] : '';
  const values = (json['values'] as unknown[]).map((value) => sampleOf(value, name, defaultLabels)).filter(isPresent);
  const head = { name, help, unit: '' };
  switch (type) {
    case 'counter':
      return { ...head, ...scalarTypeOf('counter', name, isOpenMetrics), points: scalarsOf(name, values, keepLabels) };
    case 'gauge':
      return { ...head, type, ...mergeModeOf(aggregator), points: scalarsOf(name, values, keepLabels) };
    case 'histogram':
      return { ...head, type, ...histogramsOf(name, values, keepLabels) };
    case 'summary':
      return { ...head, type, points: summariesOf(name, values, keepLabels) };
    default:
      return undefined;
  }
}

/** A registry in OpenMetrics's format shows its counters with `_total`, which their names may lack. */
export function scalarTypeOf<T extends string>(
  type: T,
  name: string,
  isOpenMetrics: boolean,
): { name: string; type: T } {
  return { type, name: isOpenMetrics && type === 'counter' && !name.endsWith('_total') ? `${name}_total` : name };
}

/** How workers' gauges become one; what prom-client knows beyond our modes is the last one's. */
export function mergeModeOf(aggregator: unknown): { merge?: MergeMode } {
  return aggregator === 'sum' || aggregator === 'min' || aggregator === 'max' ? { merge: aggregator } : {};
}

function scalarsOf(name: string, values: readonly JsonValue[], keepLabels: KeepLabels): ScalarPoint[] {
  return values.map(({ value, labels, exemplar }) => {
    const point = { labels: keepLabels(name, labelsOf(labels)), value };
    const known = exemplarOf(exemplar);
    return known === undefined ? point : { ...point, exemplar: known };
  });
}

function histogramsOf(
  name: string,
  values: readonly JsonValue[],
  keepLabels: KeepLabels,
): { bounds: number[]; points: HistogramPoint[] } {
  const series = seriesOf(name, values, 'le', keepLabels);
  const bounds = finiteBoundsOf(series[0]);
  const points: HistogramPoint[] = [];
  for (const one of series) {
    const { labels, parts, sum } = one;
    // All series of one histogram have its bounds: what has others is not one of its.
    if (!isSame(finiteBoundsOf(one), bounds)) continue;
    const cumulated = parts.map(({ value }) => value).slice(0, bounds.length);
    cumulated.push(one.count ?? parts.at(-1)?.value ?? 0);
    const counts = cumulated.map((count, i) => Math.max(0, count - (cumulated[i - 1] ?? 0)));
    const exemplars = parts.map(({ exemplar }) => exemplar);
    points.push(exemplars.some(isPresent) ? { labels, counts, sum, exemplars } : { labels, counts, sum });
  }
  return { bounds, points };
}

function finiteBoundsOf(series: JsonSeries | undefined): number[] {
  return series?.parts.map(({ at }) => at).filter(Number.isFinite) ?? [];
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function summariesOf(name: string, values: readonly JsonValue[], keepLabels: KeepLabels): SummaryPoint[] {
  return seriesOf(name, values, 'quantile', keepLabels).map(({ labels, parts, sum, count }) => ({
    labels,
    quantiles: parts.map(({ at, value }) => ({ quantile: at, value })),
    sum,
    count: count ?? 0,
  }));
}

/** Puts the samples of each label set together; parts ascending. */
function seriesOf(name: string, values: readonly JsonValue[], partLabel: string, keepLabels: KeepLabels): JsonSeries[] {
  const byKey = new Map<string, JsonSeries>();
  for (const { value, labels: all, metricName, exemplar } of values) {
    const { [partLabel]: part, ...own } = all;
    const labels = labelsOf(own).sort(byName);
    const key = JSON.stringify(labels.map((label) => [label.name, label.value]));
    let series = byKey.get(key);
    if (series === undefined) {
      series = { labels: keepLabels(name, labels), parts: [], sum: 0, count: undefined };
      byKey.set(key, series);
    }
    if (metricName === `${name}_sum`) series.sum = value;
    else if (metricName === `${name}_count`) series.count = value;
    else if (part !== undefined) series.parts.push({ at: numberOf(part), value, exemplar: exemplarOf(exemplar) });
  }
  for (const { parts } of byKey.values()) parts.sort((a, b) => a.at - b.at);
  return [...byKey.values()];
}

function numberOf(part: unknown): number {
  return part === '+Inf' ? Number.POSITIVE_INFINITY : Number(part);
}

function sampleOf(
  value: unknown,
  name: string,
  defaultLabels: Readonly<Record<string, unknown>>,
): JsonValue | undefined {
  if (!isRecord(value) || typeof value['value'] !== 'number') return undefined;
  const labels = { ...defaultLabels, ...(isRecord(value['labels']) ? value['labels'] : {}) };
  const metricName = typeof value['metricName'] === 'string' ? value['metricName'] : name;
  return { value: value['value'], labels, metricName, exemplar: value['exemplar'] };
}

function exemplarOf(exemplar: unknown): Exemplar | undefined {
  if (!isRecord(exemplar) || !isRecord(exemplar['labelSet'])) return undefined;
  const { value, timestamp } = exemplar;
  if (typeof value !== 'number' || typeof timestamp !== 'number') return undefined;
  return { labels: labelsOf(exemplar['labelSet']).sort(byName), value, timestampMs: timestamp * 1000 };
}

function labelsOf(labels: Readonly<Record<string, unknown>>): Label[] {
  return Object.entries(labels).map(([name, value]) => ({ name, value: String(value).toWellFormed() }));
}

function sortLabels(_family: string, labels: Label[]): readonly Label[] {
  return labels.sort(byName);
}

function byName(a: Label, b: Label): number {
  return a.name < b.name ? -1 : 1;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isPresent<V>(value: V | undefined): value is V {
  return value !== undefined;
}
