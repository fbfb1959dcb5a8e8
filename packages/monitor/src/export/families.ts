// Metric names gathered into the families of OpenMetrics, by what is known of them. A family's type decides how its samples may be
// called (a counter's end in `_total`), and no two families may share a name; where names and types do not go together that
// way, the samples stay what they are, under a family of unknown type.
// Source: OpenMetrics 1.0, "Metric Family" and "Suffixes".

import type { MetricMetadata, MetricType } from '../model/batch.ts';

export interface MetricFamily {
  readonly name: string;
  readonly type: Exclude<MetricType, 'stateset'>;
  readonly help: string;
  /** Empty, or what the name ends in. */
  readonly unit: string;
  /** Of its samples, sorted. */
  readonly metricNames: readonly string[];
}

/** How samples of a type may be called, behind the family's name. */
const SUFFIXES: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['', '_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['', '_bucket', '_gcount', '_gsum'],
  summary: ['', '_count', '_sum', '_created'],
  info: ['_info'],
  // OpenMetrics would demand that the label of a state set is named as the metric.
  stateset: [''],
  unknown: [''],
};
const ALL_SUFFIXES = new Set(Object.values(SUFFIXES).flat());

/** Sorted by the first of their names; every name is in one family. */
export function familiesOf(names: readonly string[], metadata: readonly MetricMetadata[]): MetricFamily[] {
  const known = new Map<string, MetricMetadata>();
  for (const entry of metadata) {
    const { name } = familyOf(entry);
    // Of two that are called alike, such as a gauge `x` and a counter `x_total`, the first has the name.
    if (!known.has(name) || entry.name === name) known.set(name, entry);
  }
  const families = new Map<MetricMetadata, string[]>();
  const result: { first: string; family: () => MetricFamily }[] = [];
  for (const name of [...names].sort()) {
    const entry = entryOf(name, known);
    if (entry === undefined) {
      const alone: MetricFamily = { name, type: 'unknown', help: '', unit: '', metricNames: [name] };
      result.push({ first: name, family: () => alone });
      continue;
    }
    const members = families.get(entry);
    if (members !== undefined) members.push(name);
    else {
      const own = [name];
      families.set(entry, own);
      result.push({ first: name, family: () => ({ ...familyOf(entry), metricNames: own }) });
    }
  }
  return result.map(({ family }) => family());
}

function entryOf(name: string, known: ReadonlyMap<string, MetricMetadata>): MetricMetadata | undefined {
  for (const suffix of ALL_SUFFIXES) {
    if (!name.endsWith(suffix)) continue;
    const entry = known.get(name.slice(0, name.length - suffix.length));
    if (entry !== undefined && SUFFIXES[familyOf(entry).type].includes(suffix)) return entry;
  }
  return undefined;
}

/** Prometheus' text format calls a counter by the name of its samples, OpenMetrics by what stands before `_total`. */
function familyOf({ name, type, help, unit }: MetricMetadata): Omit<MetricFamily, 'metricNames'> {
  const suffix = type === 'counter' ? '_total' : type === 'info' ? '_info' : '';
  const base = name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name;
  return {
    name: base,
    type: type === 'stateset' ? 'gauge' : type,
    help,
    unit: unit !== '' && base.endsWith(`_${unit}`) ? unit : '',
  };
}
