// What each family of a snapshot is called in OpenMetrics, and as what it is told. A counter and an info lose their suffix
// there, so `x`, `x_total` and `x_info`, three metrics elsewhere, would be three families `x`; and no family may have the name
// of a sample that another one could have, `x_created` of a counter for example. A page that breaks this is refused whole by
// strict readers. So whoever finds a name taken is told under the names of its samples alone, which no other metric has.
// Source: OpenMetrics 1.0, "Suffixes"

import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';

type OpenMetricsType = 'counter' | 'gauge' | 'info' | 'unknown' | 'histogram' | 'summary';

export interface OpenMetricsHead {
  readonly name: string;
  /** `parts`: a family of type `unknown` for each name that its samples have. */
  readonly type: OpenMetricsType | 'parts';
}

/** What a type may put behind the name of its family. */
const SUFFIXES: Readonly<Record<OpenMetricsType, readonly string[]>> = {
  counter: ['', '_total', '_created'],
  gauge: [''],
  info: ['', '_info'],
  unknown: [''],
  histogram: ['', '_bucket', '_count', '_sum', '_created'],
  summary: ['', '_count', '_sum', '_created'],
};

/** Who has the say about a name: first those that have no other one, last those that lose the least. */
const RANKS: Readonly<Record<OpenMetricsType, number>> = {
  gauge: 0,
  unknown: 0,
  histogram: 1,
  summary: 1,
  counter: 2,
  info: 3,
};

/** What was found out last, by name and type of each family: the next page mostly has the same. */
interface KnownHeads {
  readonly metrics: readonly Pick<FamilySnapshot, 'name' | 'type'>[];
  readonly heads: readonly OpenMetricsHead[];
}

let known: KnownHeads = { metrics: [], heads: [] };

/** In the order of the families. */
export function openMetricsHeads({ families }: Snapshot): readonly OpenMetricsHead[] {
  if (!isKnown(families)) {
    known = { metrics: families.map(({ name, type }) => ({ name, type })), heads: headsOf(families) };
  }
  return known.heads;
}

function isKnown(families: readonly FamilySnapshot[]): boolean {
  const { metrics } = known;
  if (families.length !== metrics.length) return false;
  return families.every(({ name, type }, i) => name === metrics[i]!.name && type === metrics[i]!.type);
}

function headsOf(families: readonly FamilySnapshot[]): readonly OpenMetricsHead[] {
  const owners = new Map<string, FamilySnapshot>();
  for (const family of families) for (const name of sampleNames(family)) owners.set(name, family);
  const wanted = families.map((family) => ({ family, head: wantedHead(family) }));
  const heads = new Map<FamilySnapshot, OpenMetricsHead>();
  for (const { family, head } of wanted.toSorted((a, b) => RANKS[a.head.type] - RANKS[b.head.type])) {
    const names = SUFFIXES[head.type].map((suffix) => head.name + suffix);
    const isFree = names.every((name) => (owners.get(name) ?? family) === family);
    heads.set(family, isFree ? head : modestHead(family));
    if (isFree) for (const name of names) owners.set(name, family);
  }
  return families.map((family) => heads.get(family)!);
}

/** Those that a page always has for it, but for times of creation. */
function sampleNames({ name, type }: FamilySnapshot): readonly string[] {
  switch (type) {
    case 'histogram':
    case 'exponential':
      return [`${name}_bucket`, `${name}_count`, `${name}_sum`];
    case 'summary':
      return [name, `${name}_count`, `${name}_sum`];
    default:
      return [name];
  }
}

function wantedHead({ name, type }: FamilySnapshot): { readonly name: string; readonly type: OpenMetricsType } {
  switch (type) {
    case 'counter':
      return withoutSuffix(name, '_total', type) ?? { name, type: 'unknown' };
    case 'info':
      return withoutSuffix(name, '_info', type) ?? { name, type: 'gauge' };
    case 'stateset':
      return { name, type: 'gauge' };
    case 'exponential':
      return { name, type: 'histogram' };
    default:
      return { name, type };
  }
}

/** Undefined where the suffix is missing, or is all there is. */
function withoutSuffix<T>(name: string, suffix: string, type: T): { name: string; type: T } | undefined {
  return name.endsWith(suffix) && name !== suffix ? { name: name.slice(0, -suffix.length), type } : undefined;
}

function modestHead(family: FamilySnapshot): OpenMetricsHead {
  const { name, type } = family;
  if (sampleNames(family).length > 1) return { name, type: 'parts' };
  return { name, type: type === 'counter' || type === 'unknown' ? 'unknown' : 'gauge' };
}
