// What derived values are computed with: totals of metrics over all threads, growth over the window, and ratios that are
// absent rather than wrong. A value that cannot be computed is undefined all the way, and its gauge is cleared.

import type { Gauge } from '../gauge.ts';
import type { Label } from '../labels.ts';
import type { MetricReader } from '../snapshot/collection.ts';
import { labelKey } from '../snapshot/merge.ts';
import type { FamilySnapshot } from '../snapshot/snapshot.ts';
import type { DomainContext } from './context.ts';
import { GrowthWindow } from './growth-window.ts';

/** Values that the labels of a point must have; labels that are not named may have any. */
export type LabelMatch = Readonly<Record<string, string>>;

/** The sum of a metric's values (of a histogram: its observations), or undefined when it has none that matches. */
export function total(reader: MetricReader, name: string, match: LabelMatch = {}): number | undefined {
  return sumOf(reader.family(name), match, countOf);
}

/** The sum of what a histogram observed, or undefined when it has no series that matches. */
export function observedSum(reader: MetricReader, name: string, match: LabelMatch = {}): number | undefined {
  return sumOf(reader.family(name), match, (family, i) => (isObserved(family) ? family.points[i]!.sum : undefined));
}

/** `part / whole`, or undefined when either is unknown or the whole is not above 0. */
export function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  if (part === undefined || whole === undefined || !(whole > 0)) return undefined;
  const quotient = part / whole;
  return Number.isFinite(quotient) ? quotient : undefined;
}

/** Keeps a share between 0 and 1, where late events would lead it out of there. */
export function share(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(1, Math.max(0, value));
}

/** Shows the value, or nothing when there is none. */
export function show(gauge: Gauge, value: number | undefined): void {
  if (value === undefined || Number.isNaN(value)) gauge.clear();
  else gauge.set(value);
}

export interface WindowGrowth<K extends string> {
  readonly seconds: number;
  /** Undefined where the total was unknown at either end of the window. */
  readonly deltas: Readonly<Record<K, number | undefined>>;
}

/** The growth of some totals over the window of a context, from one collection to another. */
export class DerivedGrowth<K extends string> {
  readonly #nowMs: () => number;
  readonly #window: GrowthWindow;
  readonly #totals: Readonly<Record<K, (reader: MetricReader) => number | undefined>>;

  constructor(
    { nowMs, windowSeconds }: Pick<DomainContext<never>, 'nowMs' | 'windowSeconds'>,
    totals: Readonly<Record<K, (reader: MetricReader) => number | undefined>>,
  ) {
    this.#nowMs = nowMs;
    this.#window = new GrowthWindow(windowSeconds);
    this.#totals = totals;
  }

  /** Undefined until there is an earlier reading to compare with. */
  read(reader: MetricReader): WindowGrowth<K> | undefined {
    const names = Object.keys(this.#totals) as K[];
    const growth = this.#window.grow(
      this.#nowMs(),
      names.map((name) => this.#totals[name](reader)),
    );
    if (growth === undefined) return undefined;
    const deltas = Object.fromEntries(names.map((name, i) => [name, growth.deltas[i]]));
    return { seconds: growth.seconds, deltas: deltas as Readonly<Record<K, number | undefined>> };
  }
}

/**
 * By how much a counter has grown since it was first read, series by series: in a sum of all, one that began anew, as with
 * a device that went away and came back, would look like growth of all the others. A series counts from when it is first
 * seen, as its total may be older than the node.
 */
export class SeriesRise {
  readonly #name: string;
  #latest: ReadonlyMap<string, number> = new Map();
  #risen = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Undefined while there is no series. */
  read(reader: MetricReader): number | undefined {
    const family = reader.family(this.#name);
    if (family?.type !== 'counter' || family.points.length === 0) return undefined;
    const values = new Map(family.points.map(({ labels, value }) => [labelKey(labels), value]));
    for (const [key, value] of values) {
      const before = this.#latest.get(key) ?? value;
      this.#risen += value < before ? value : value - before;
    }
    this.#latest = values;
    return this.#risen;
  }
}

type ValueAt = (family: FamilySnapshot, index: number) => number | undefined;

function sumOf(family: FamilySnapshot | undefined, match: LabelMatch, valueAt: ValueAt): number | undefined {
  if (family === undefined) return undefined;
  let sum: number | undefined;
  for (const [i, point] of family.points.entries()) {
    if (!matches(point.labels, match)) continue;
    const value = valueAt(family, i);
    if (value !== undefined) sum = (sum ?? 0) + value;
  }
  return sum;
}

function matches(labels: readonly Label[], match: LabelMatch): boolean {
  return Object.entries(match).every(([name, value]) => {
    return labels.some((label) => label.name === name && label.value === value);
  });
}

function isObserved(
  family: FamilySnapshot,
): family is Exclude<FamilySnapshot, { readonly type: 'counter' | 'gauge' | 'info' | 'stateset' | 'unknown' }> {
  return family.type === 'histogram' || family.type === 'exponential' || family.type === 'summary';
}

function countOf(family: FamilySnapshot, index: number): number {
  switch (family.type) {
    case 'histogram':
      return added(family.points[index]!.counts);
    case 'exponential': {
      const { zeroCount, positive, negative } = family.points[index]!;
      return zeroCount + added(positive.counts) + added(negative.counts);
    }
    case 'summary':
      return family.points[index]!.count;
    default:
      return family.points[index]!.value;
  }
}

function added(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
