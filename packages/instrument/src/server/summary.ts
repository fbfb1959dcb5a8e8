// The node in a few dozen numbers, by subject, computed from what its metrics say: for a person with curl, or a page that
// wants no query language. Rates are since an earlier summary, of which those of the last minute are kept, so that several
// readers do not shorten each other's stretch of time; the first summary has none.

import { total } from '../domains/derive.ts';
import { GrowthWindow } from '../domains/growth-window.ts';
import type { Registry } from '../registry.ts';
import type { DropReason } from '../series/drops.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { SUMMARY_FIELDS, type SummaryField, type SummarySubject } from './summary-fields.ts';

export type SummaryValue = number | string | Readonly<Record<string, number>>;

export interface MetricsSummary {
  readonly takenAt: string;
  readonly takenAtMs: number;
  /** Over what stretch of time rates and means are; absent in the first summary. */
  readonly windowSeconds?: number;
  /** By subject and field; what has no value is left out. */
  readonly subjects: Readonly<Record<string, Readonly<Record<string, SummaryValue>>>>;
  /** The instruments themselves. */
  readonly instruments: {
    readonly metrics: number;
    /** Series held by this registry, as against its `maxSeries`; those of attached sources are not among them. */
    readonly series: number;
    /** Records dropped since the start, by reason; only reasons that occurred. */
    readonly droppedRecords: Readonly<Partial<Record<DropReason, number>>>;
    /** Records that a limit led to `overflow` or `other`, or dropped, by metric; only metrics that had some. */
    readonly limitedRecords: Readonly<Record<string, number>>;
  };
}

type Families = ReadonlyMap<string, FamilySnapshot>;
type GrowingField = Extract<SummaryField, { readonly kind: 'rate' | 'mean' }>;

const WINDOW_SECONDS = 60;
/** Values of one label that are told apart in a summary; the rest is in `other`. */
const MAX_LABEL_VALUES = 64;
const OTHER_VALUE = 'other';

const GROWING_FIELDS: readonly GrowingField[] = Object.values(SUMMARY_FIELDS)
  .flatMap((fields) => Object.values(fields))
  .filter((field): field is GrowingField => field.kind === 'rate' || field.kind === 'mean');

export class Summaries {
  readonly #registry: Registry;
  readonly #window = new GrowthWindow(WINDOW_SECONDS);

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** @param snapshot of everything, under its canonical names; taken after those before */
  summarize({ takenAtMs, families }: Snapshot): MetricsSummary {
    const byName: Families = new Map(families.map((family) => [family.name, family]));
    const growth = this.#window.grow(
      takenAtMs,
      GROWING_FIELDS.flatMap((field) => totalsOf(field, byName)),
    );
    const growths = new Map<SummaryField, number | undefined>();
    if (growth !== undefined) {
      for (const [i, field] of GROWING_FIELDS.entries()) {
        growths.set(field, growthOf(field, growth.deltas.slice(2 * i, 2 * i + 2), growth.seconds));
      }
    }
    return {
      takenAt: new Date(takenAtMs).toISOString(),
      takenAtMs,
      ...(growth === undefined ? {} : { windowSeconds: growth.seconds }),
      subjects: withoutEmpty(
        Object.entries(SUMMARY_FIELDS).map(([name, subject]) => [name, subjectOf(subject, byName, growths)]),
      ),
      instruments: this.#instruments(families.length),
    };
  }

  #instruments(metrics: number): MetricsSummary['instruments'] {
    const registry = this.#registry;
    const dropped = Object.entries(registry.droppedRecords()).filter(([, count]) => count > 0);
    return {
      metrics,
      series: registry.seriesCount(),
      droppedRecords: Object.fromEntries(dropped),
      limitedRecords: Object.fromEntries(registry.limitedRecords()),
    };
  }
}

function withoutEmpty<V extends object>(entries: readonly (readonly [string, V])[]): Readonly<Record<string, V>> {
  return Object.fromEntries(entries.filter(([, value]) => Object.keys(value).length > 0));
}

function subjectOf(
  subject: SummarySubject,
  families: Families,
  growths: ReadonlyMap<SummaryField, number | undefined>,
): Record<string, SummaryValue> {
  const shown: Record<string, SummaryValue> = {};
  for (const [key, field] of Object.entries(subject)) {
    const value = growths.has(field) ? growths.get(field) : fieldValue(field, families.get(field.metric));
    if (value !== undefined && !(typeof value === 'number' && !Number.isFinite(value))) shown[key] = value;
  }
  return shown;
}

/** Two totals for every field: what grows, and for means how many were observed. */
function totalsOf({ kind, metric }: GrowingField, families: Families): [number | undefined, number | undefined] {
  const family = families.get(metric);
  const reader = { family: () => family };
  if (kind === 'rate') return [total(reader, metric), 0];
  return [observedSumOf(family), total(reader, metric)];
}

function growthOf(
  { kind }: GrowingField,
  [grown, count]: readonly (number | undefined)[],
  seconds: number,
): number | undefined {
  if (grown === undefined) return undefined;
  if (kind === 'rate') return grown / seconds;
  return count === undefined || count === 0 ? undefined : grown / count;
}

function observedSumOf(family: FamilySnapshot | undefined): number | undefined {
  if (family?.type !== 'histogram' && family?.type !== 'exponential' && family?.type !== 'summary') return undefined;
  return family.points.reduce((sum, point) => sum + point.sum, 0);
}

function fieldValue(field: SummaryField, family: FamilySnapshot | undefined): SummaryValue | undefined {
  if (family === undefined || family.points.length === 0 || !isScalar(family)) return undefined;
  const { points } = family;
  switch (field.kind) {
    case 'sum':
      return points.reduce((sum, { value }) => sum + value, 0);
    case 'max':
      return points.reduce((greatest, { value }) => Math.max(greatest, value), Number.NEGATIVE_INFINITY);
    case 'by':
      return sumsBy(field.label, points);
    case 'state':
      return points.find(({ value }) => value === 1)?.labels.find(({ name }) => name === 'state')?.value;
    case 'label':
      return points[0]?.labels.find(({ name }) => name === field.label)?.value;
    case 'rate':
    case 'mean':
      return undefined;
  }
}

type ScalarFamily = Extract<FamilySnapshot, { readonly type: 'counter' | 'gauge' | 'info' | 'stateset' | 'unknown' }>;

function isScalar(family: FamilySnapshot): family is ScalarFamily {
  return family.type !== 'histogram' && family.type !== 'exponential' && family.type !== 'summary';
}

function sumsBy(label: string, points: ScalarFamily['points']): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const { labels, value } of points) {
    const own = labels.find(({ name }) => name === label)?.value ?? OTHER_VALUE;
    const key = sums.has(own) || sums.size < MAX_LABEL_VALUES ? own : OTHER_VALUE;
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return Object.fromEntries(sums);
}
