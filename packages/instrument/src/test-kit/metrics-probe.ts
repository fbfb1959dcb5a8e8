// Reads a registry in tests: single values, what histograms observed, and how much has changed since a mark. Every reading is
// a collection, as a scrape would be, so values that are computed are up to date.

import type { Registry } from '../registry.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { MetricsAssertionError } from './failures.ts';
import {
  added,
  exponentialCount,
  type ObservedHistogram,
  observedClassic,
  observedExponential,
} from './observed-histogram.ts';
import { isSameLabels, labelsAsObject, matchesLabels, type SeriesLabels, seriesText } from './series-text.ts';

/** What assertions read: a registry, a probe, test metrics. */
export interface SnapshotHolder {
  snapshot(): Snapshot;
  /** What there was at the mark, for expectations of growth. */
  readonly marked?: Snapshot;
  /** Records that the registry could not take, by reason. */
  droppedRecords?(): Readonly<Record<string, number>>;
}

export class MetricsProbe implements SnapshotHolder {
  readonly registry: Registry;
  #marked: Snapshot;

  /** Marks what there is now. */
  constructor(registry: Registry) {
    this.registry = registry;
    this.#marked = registry.snapshot();
  }

  /** What there was at the last `mark`. */
  get marked(): Snapshot {
    return this.#marked;
  }

  snapshot(): Snapshot {
    return this.registry.snapshot();
  }

  droppedRecords(): Readonly<Record<string, number>> {
    return this.registry.droppedRecords();
  }

  /** From now on, `increase` and expectations of growth count from here. */
  mark(): void {
    this.#marked = this.snapshot();
  }

  /**
   * The value of the series with exactly these labels; undefined when it is absent.
   * @throws {MetricsAssertionError} for a histogram, which has no single value
   */
  value(name: string, labels: SeriesLabels = {}): number | undefined {
    const family = familyOf(this.snapshot(), name);
    return family === undefined ? undefined : scalarOf(family, labels);
  }

  /**
   * What the histogram with exactly these labels observed; undefined when there is no such series.
   * @throws {MetricsAssertionError} for a metric that is no histogram
   */
  histogram(name: string, labels: SeriesLabels = {}): ObservedHistogram | undefined {
    const family = familyOf(this.snapshot(), name);
    return family === undefined ? undefined : histogramOf(family, labels);
  }

  /**
   * The sum over all series whose labels have the given values (of histograms: of the observations); undefined when there
   * are none.
   */
  total(name: string, match: SeriesLabels = {}): number | undefined {
    return totalIn(this.snapshot(), name, match);
  }

  /** By how much the series (of a histogram: its count) has grown since the mark; what was absent then counts from 0. */
  increase(name: string, labels: SeriesLabels = {}): number | undefined {
    return increaseIn(this.marked, this.snapshot(), name, labels);
  }
}

export function familyOf(snapshot: Snapshot, name: string): FamilySnapshot | undefined {
  return snapshot.families.find((family) => family.name === name);
}

/** The value, or the count of a histogram or summary. */
export function amountOf(family: FamilySnapshot, labels: SeriesLabels): number | undefined {
  const index = family.points.findIndex((point) => isSameLabels(point.labels, labels));
  return index === -1 ? undefined : amountAt(family, index);
}

export function increaseIn(before: Snapshot, after: Snapshot, name: string, labels: SeriesLabels): number | undefined {
  const family = familyOf(after, name);
  const now = family === undefined ? undefined : amountOf(family, labels);
  if (now === undefined) return undefined;
  const earlier = familyOf(before, name);
  return now - ((earlier === undefined ? undefined : amountOf(earlier, labels)) ?? 0);
}

export function totalIn(snapshot: Snapshot, name: string, match: SeriesLabels): number | undefined {
  const family = familyOf(snapshot, name);
  let total: number | undefined;
  for (const [i, point] of (family?.points ?? []).entries()) {
    if (matchesLabels(point.labels, match)) total = (total ?? 0) + amountAt(family!, i);
  }
  return total;
}

export function scalarOf(family: FamilySnapshot, labels: SeriesLabels): number | undefined {
  if (family.type === 'histogram' || family.type === 'exponential' || family.type === 'summary') {
    const what = `${family.name} is a ${family.type}: read it with histogram()`;
    throw new MetricsAssertionError('There is no single value', [what]);
  }
  return family.points.find((point) => isSameLabels(point.labels, labels))?.value;
}

export function histogramOf(family: FamilySnapshot, labels: SeriesLabels): ObservedHistogram | undefined {
  if (family.type === 'histogram') {
    const point = family.points.find((each) => isSameLabels(each.labels, labels));
    return point === undefined ? undefined : observedClassic(family, point);
  }
  if (family.type === 'exponential') {
    const point = family.points.find((each) => isSameLabels(each.labels, labels));
    return point === undefined ? undefined : observedExponential(point);
  }
  throw new MetricsAssertionError('There is no histogram', [
    `${family.name} is a ${family.type}: read it with value()`,
  ]);
}

/** Every series of a metric as text, with its value or the count of its observations. */
export function seriesOf(family: FamilySnapshot): { readonly labels: SeriesLabels; readonly text: string }[] {
  return family.points.map((point, i) => {
    const labels = labelsAsObject(point.labels);
    const isScalar = 'value' in point;
    return { labels, text: `${seriesText(family.name, labels)} ${isScalar ? '' : 'count '}${amountAt(family, i)}` };
  });
}

/** The value, or the count of a histogram or summary, of a point that there is. */
export function amountAt(family: FamilySnapshot, index: number): number {
  switch (family.type) {
    case 'histogram':
      return added(family.points[index]!.counts);
    case 'exponential':
      return exponentialCount(family.points[index]!);
    case 'summary':
      return family.points[index]!.count;
    default:
      return family.points[index]!.value;
  }
}
