// One collection of OpenTelemetry's SDK as families of a snapshot, by its compatibility specification: monotonic sums are
// counters, other sums and gauges are gauges, the resource is `target_info`, the scope is in labels. What cannot be shown is
// left out with a word about why; nothing throws.

import { type Label, MAX_LABEL_VALUE_LENGTH } from '../../labels.ts';
import type { ExponentialPoint, FamilySnapshot, HistogramPoint, ScalarPoint } from '../../snapshot/snapshot.ts';
import { keyOf, type LabelKeeper } from './label-keeper.ts';
import {
  DELTA,
  EXPONENTIAL_HISTOGRAM,
  GAUGE,
  HISTOGRAM,
  type OtelAttributes,
  type OtelBuckets,
  type OtelCollection,
  type OtelExponentialHistogram,
  type OtelHistogram,
  type OtelMetric,
  type OtelPoint,
  type OtelScope,
  type OtelTime,
  SUM,
} from './opentelemetry-data.ts';
import { type NamedKind, prometheusLabel, prometheusName } from './opentelemetry-names.ts';

const MAX_PROBLEMS = 100;
/** Labels that the formats use themselves; an attribute of that name gets an underscore. */
const RESERVED_LABELS = new Set(['le', 'quantile']);

export interface ConversionOptions {
  readonly maxSeries: number;
  readonly hasScopeLabels: boolean;
  readonly hasTargetInfo: boolean;
}

export interface Conversion {
  readonly families: readonly FamilySnapshot[];
  /** What was left out and why, the first 100. */
  readonly problems: readonly string[];
}

type Point = ScalarPoint | HistogramPoint | ExponentialPoint;
type Kind = 'counter' | 'gauge' | 'histogram' | 'exponential';

interface Draft {
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly type: Kind;
  readonly bounds: readonly number[] | undefined;
  readonly points: Point[];
  /** Of the points. */
  readonly keys: Set<string>;
}

export function familiesOf(collection: OtelCollection, keeper: LabelKeeper, options: ConversionOptions): Conversion {
  const conversion = new Converter(keeper, options);
  const { resource, scopeMetrics } = collection.resourceMetrics;
  if (options.hasTargetInfo) conversion.addTargetInfo(resource.attributes);
  for (const { scope, metrics } of scopeMetrics) {
    const scopeLabels = options.hasScopeLabels ? labelsOfScope(scope) : [];
    for (const metric of metrics) conversion.add(metric, scopeLabels);
  }
  keeper.finish();
  for (const error of collection.errors) conversion.problem(error instanceof Error ? error.message : String(error));
  return conversion.finish();
}

class Converter {
  readonly #keeper: LabelKeeper;
  readonly #drafts = new Map<string, Draft>();
  readonly #problems: string[] = [];
  #targetInfo: FamilySnapshot | undefined;
  #room: number;

  constructor(keeper: LabelKeeper, { maxSeries }: ConversionOptions) {
    this.#keeper = keeper;
    this.#room = maxSeries;
  }

  problem(text: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(text);
  }

  addTargetInfo(attributes: OtelAttributes): void {
    const labels = labelsOfAttributes(attributes);
    if (labels === undefined) {
      this.problem('target_info: an attribute of the resource is too long.');
      return;
    }
    if (labels.length === 0) return;
    const points = [{ labels: this.#keeper.keep('target_info', labels), value: 1 }];
    this.#targetInfo = { name: 'target_info', type: 'info', help: 'The resource.', unit: '', points };
  }

  add(metric: OtelMetric, scopeLabels: readonly Label[]): void {
    const { name: original, description, unit: ucum } = metric.descriptor;
    const type = kindOf(metric);
    if (type === undefined) {
      this.problem(`${original}: its type of points is not known.`);
      return;
    }
    if (metric.dataPointType !== GAUGE && metric.aggregationTemporality === DELTA) {
      this.problem(`${original}: delta temporality cannot be shown; let its reader select CUMULATIVE.`);
      return;
    }
    const { name, unit } = prometheusName(original, ucum, namedKindOf(type));
    for (const point of metric.dataPoints) {
      const draft = this.#draftFor({ name, help: description, unit, type, bounds: boundsOf(type, point) }, original);
      if (draft === undefined) return;
      this.#addPoint(draft, point, scopeLabels);
    }
  }

  finish(): Conversion {
    const families = Array.from(this.#drafts.values(), ({ name, type, help, unit, bounds, points }) => {
      const family = { name, type, help, unit, points };
      return bounds === undefined ? family : { ...family, bounds };
    }) as unknown as FamilySnapshot[];
    if (this.#targetInfo !== undefined && !this.#drafts.has('target_info')) families.push(this.#targetInfo);
    return { families, problems: this.#problems };
  }

  /** The family of this name, unless it is of another type or has other bounds: the first one is right. */
  #draftFor(wanted: Omit<Draft, 'points' | 'keys'>, original: string): Draft | undefined {
    const known = this.#drafts.get(wanted.name);
    if (known === undefined) {
      const draft = { ...wanted, points: [], keys: new Set<string>() };
      this.#drafts.set(wanted.name, draft);
      return draft;
    }
    if (known.type === wanted.type && isSame(known.bounds, wanted.bounds)) return known;
    this.problem(`${original}: there is a ${known.type} ${known.name} already, of another type or with other buckets.`);
    return undefined;
  }

  #addPoint({ name, type, points, keys }: Draft, point: OtelPoint, scopeLabels: readonly Label[]): void {
    const own = labelsOfAttributes(point.attributes);
    if (own === undefined) {
      this.problem(`${name}: an attribute is longer than ${MAX_LABEL_VALUE_LENGTH}.`);
      return;
    }
    const ownNames = new Set(own.map((label) => label.name));
    const labels = this.#keeper.keep(name, [...own, ...scopeLabels.filter((label) => !ownNames.has(label.name))]);
    const key = keyOf(name, labels);
    if (keys.has(key)) {
      this.problem(`${name}: two series have the same labels.`);
      return;
    }
    if (this.#room === 0) {
      this.problem(`${name}: there are more series than maxSeries allows.`);
      return;
    }
    const converted = pointOf(type, point, labels);
    if (converted === undefined) {
      this.problem(`${name}: a point has no value of its type.`);
      return;
    }
    this.#room--;
    keys.add(key);
    points.push(converted);
  }
}

function kindOf({ dataPointType, isMonotonic }: OtelMetric): Kind | undefined {
  if (dataPointType === HISTOGRAM) return 'histogram';
  if (dataPointType === EXPONENTIAL_HISTOGRAM) return 'exponential';
  if (dataPointType === SUM) return isMonotonic === true ? 'counter' : 'gauge';
  return dataPointType === GAUGE ? 'gauge' : undefined;
}

function namedKindOf(type: Kind): NamedKind {
  return type === 'counter' || type === 'gauge' ? type : 'other';
}

function boundsOf(type: Kind, { value }: OtelPoint): readonly number[] | undefined {
  return type === 'histogram' ? (value as OtelHistogram).buckets.boundaries : undefined;
}

function pointOf(type: Kind, { value, startTime }: OtelPoint, labels: readonly Label[]): Point | undefined {
  switch (type) {
    case 'gauge':
      return typeof value === 'number' ? { labels, value } : undefined;
    case 'counter':
      return typeof value === 'number' ? { labels, value, createdMs: timeMs(startTime) } : undefined;
    case 'histogram': {
      const { buckets, sum = Number.NaN } = value as OtelHistogram;
      return { labels, counts: [...buckets.counts], sum, createdMs: timeMs(startTime) };
    }
    case 'exponential': {
      const { scale, sum = Number.NaN, zeroCount, positive, negative } = value as OtelExponentialHistogram;
      const buckets = { positive: bucketsOf(positive), negative: bucketsOf(negative) };
      return { labels, scale, sum, zeroCount, zeroThreshold: 0, ...buckets, createdMs: timeMs(startTime) };
    }
  }
}

function bucketsOf({ offset, bucketCounts }: OtelBuckets): { offset: number; counts: number[] } {
  return { offset, counts: [...bucketCounts] };
}

function timeMs([seconds, nanoseconds]: OtelTime): number {
  return seconds * 1000 + Math.floor(nanoseconds / 1e6);
}

function labelsOfScope({ name, version, schemaUrl }: OtelScope): readonly Label[] {
  const labels = labelsOfAttributes({
    otel_scope_name: name,
    otel_scope_version: version,
    otel_scope_schema_url: schemaUrl,
  });
  return labels ?? [];
}

/** Sorted; undefined when a value is too long. Attributes that become the same label are joined by `;`, as specified. */
function labelsOfAttributes(attributes: OtelAttributes): Label[] | undefined {
  const values = new Map<string, string>();
  for (const attribute of Object.keys(attributes).sort()) {
    const value = attributes[attribute];
    if (value === undefined || value === null || value === '') continue;
    const text = (typeof value === 'string' ? value : String(JSON.stringify(value))).toWellFormed();
    const label = prometheusLabel(attribute);
    const name = RESERVED_LABELS.has(label) ? `${label}_` : label;
    const known = values.get(name);
    const joined = known === undefined ? text : `${known};${text}`;
    if (joined.length > MAX_LABEL_VALUE_LENGTH) return undefined;
    values.set(name, joined);
  }
  return Array.from(values, ([name, value]) => ({ name, value }));
}

function isSame(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((bound, i) => bound === b[i]);
}
