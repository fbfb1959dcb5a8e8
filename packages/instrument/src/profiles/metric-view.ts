// One metric of a profile: makes its family from a snapshot, and keeps the history that its function needs.

import { classicBuckets } from '../exposition/classic-buckets.ts';
import { labelKey } from '../snapshot/merge.ts';
import type {
  ExponentialFamilySnapshot,
  FamilySnapshot,
  HistogramFamilySnapshot,
  HistogramPoint,
  ScalarFamilySnapshot,
  ScalarPoint,
} from '../snapshot/snapshot.ts';
import { quantileOf, rebucket } from './buckets.ts';
import { MOUNT_LABEL, type ProfileMetric, stateLabelOf, statesOf } from './profile-metric.ts';
import { LabelView, labelValue, type Point, regroup, seriesCounts } from './regroup.ts';
import { SeriesHistory } from './series-history.ts';

/** What is read at one moment. */
export interface Reading {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  family(name: string): FamilySnapshot | undefined;
}

export interface ViewOptions {
  /** Above 0. */
  readonly windowSeconds: number;
  /** The `mount` of the file system with the data; undefined: the only one, or `/`. */
  readonly dataMount: string | undefined;
}

type Head = Pick<FamilySnapshot, 'name' | 'help' | 'unit'>;

const QUANTILES: Readonly<Record<string, number>> = { p95: 0.95, p99: 0.99 };

export class MetricView {
  readonly metric: ProfileMetric;
  readonly #dataMount: string | undefined;
  readonly #labels: LabelView;
  readonly #history: SeriesHistory;
  /** Of the divisor of `per`. */
  readonly #divisorLabels: LabelView;

  constructor(metric: ProfileMetric, { windowSeconds, dataMount }: ViewOptions) {
    const { alias, divisor } = metric;
    this.metric = metric;
    this.#dataMount = dataMount;
    this.#labels = new LabelView(alias);
    this.#history = new SeriesHistory(windowSeconds);
    this.#divisorLabels = new LabelView({
      labels: alias.labels.filter(({ ours }) => divisor?.labels?.[ours] !== undefined),
    });
  }

  /** None when the snapshot does not have the metric; several where a label is part of the name. */
  show(reading: Reading): readonly FamilySnapshot[] {
    const family = this.#sourceOf(reading);
    if (family === undefined) return [];
    const { alias } = this.metric;
    const byNameValue = regroup(family, this.#labels, alias.fn === 'max' ? 'max' : 'sum');
    if (byNameValue.size === 0 && alias.nameLabel === undefined) byNameValue.set('', family);
    return Array.from(byNameValue, ([nameValue, group]) => {
      const { unit, help } = this.metric;
      const name = alias.name.replace(/<[a-z_]+>/, () => nameValue);
      return this.#finish(group, { name, help, unit }, { reading, all: family.points });
    });
  }

  /** The family with the series that are asked for, as the row describes it; undefined when it is none of ours. */
  #sourceOf(reading: Reading): FamilySnapshot | undefined {
    const { alias, definition } = this.metric;
    const family = reading.family(definition.name);
    if (family === undefined) return undefined;
    if (family.type === 'exponential' && definition.type === 'histogram') {
      const isCounted = alias.fn !== undefined || alias.bounds !== undefined;
      return isCounted ? withBounds(family, definition.buckets ?? []) : family;
    }
    if (family.type !== definition.type) return undefined;
    if (alias.fn === 'data') return withPoints(family, dataPoints(family.points, this.#dataMount));
    const { only } = alias;
    if (only === undefined) return family;
    return withPoints(
      family,
      family.points.filter(({ labels }) => labelValue(labels, only.label) === only.value),
    );
  }

  #finish(
    group: FamilySnapshot,
    head: Head,
    { reading, all }: { readonly reading: Reading; readonly all: readonly Point[] },
  ): FamilySnapshot {
    const { alias, definition, type } = this.metric;
    switch (alias.fn) {
      case undefined:
        break;
      case 'max':
      case 'data':
        return this.#gauges(head, scalarsOf(group));
      case 'mean': {
        const counts = seriesCounts(all, this.#labels);
        const means = scalarsOf(group).map((point) => ({
          ...point,
          value: point.value / (counts.get(labelKey(point.labels)) ?? 1),
        }));
        return this.#gauges(head, means);
      }
      case 'index': {
        const states = statesOf(definition);
        const active = scalarsOf(withPoints(group, all)).find(({ value }) => value === 1);
        const index = active === undefined ? -1 : states.indexOf(labelValue(active.labels, stateLabelOf(definition)));
        return this.#gauges(head, index === -1 ? [] : [{ labels: [], value: index }]);
      }
      default:
        return this.#gauges(head, this.#computed(group, reading));
    }
    if (group.type === 'exponential') return { ...head, type: 'exponential', points: group.points };
    if (group.type === 'histogram') return { ...head, ...withBounds(group, alias.bounds ?? group.bounds), ...head };
    const points = scalarsOf(group);
    return type === 'gauge' ? this.#gauges(head, points) : { ...head, type: scalarType(type), points };
  }

  #gauges(head: Head, points: readonly ScalarPoint[]): ScalarFamilySnapshot {
    const { multiplier, divisor } = this.metric.alias;
    const scaled = points.map(({ labels, value }) => ({ labels, value: (value * multiplier) / divisor }));
    return { ...head, type: 'gauge', points: scaled };
  }

  /** What needs the window: series without two readings, or without anything to divide by, are absent. */
  #computed(group: FamilySnapshot, reading: Reading): readonly ScalarPoint[] {
    const divisors = this.#divisorsOf(reading);
    const totals = new Map<string, readonly number[]>();
    const labelsByKey = new Map<string, Point['labels']>();
    for (const point of group.points) {
      const key = labelKey(point.labels);
      const pointTotals = this.#totalsOf(point, divisors);
      if (pointTotals === undefined) continue;
      totals.set(key, pointTotals);
      labelsByKey.set(key, point.labels);
    }
    const bounds = group.type === 'histogram' ? group.bounds : [];
    const points: ScalarPoint[] = [];
    for (const [key, { seconds, deltas }] of this.#history.read(reading.atMs, totals)) {
      const value = this.#valueOf(seconds, deltas, bounds);
      const labels = labelsByKey.get(key);
      if (value !== undefined && labels !== undefined) points.push({ labels, value });
    }
    return points;
  }

  /** What the function wants to know the growth of. */
  #totalsOf(point: Point, divisors: ReadonlyMap<string, number>): readonly number[] | undefined {
    if ('counts' in point) {
      if (this.metric.alias.fn !== 'avg') return point.counts;
      return [point.counts.reduce((sum, count) => sum + count, 0), point.sum];
    }
    if (!('value' in point)) return undefined;
    if (this.metric.divisor === undefined) return [point.value];
    const divisor = divisors.get(labelKey(this.#divisorLabels.of(point.labels).labels));
    return divisor === undefined ? undefined : [divisor, point.value];
  }

  #valueOf(seconds: number, deltas: readonly number[], bounds: readonly number[]): number | undefined {
    const { fn } = this.metric.alias;
    const [first = 0, second = 0] = deltas;
    if (fn === 'rate') return first / seconds;
    const quantile = QUANTILES[fn ?? ''];
    if (quantile !== undefined) return quantileOf(quantile, bounds, deltas);
    return first > 0 ? second / first : undefined;
  }

  #divisorsOf(reading: Reading): ReadonlyMap<string, number> {
    const { divisor } = this.metric;
    const family = divisor === undefined ? undefined : reading.family(divisor.name);
    if (family?.type !== 'counter') return new Map();
    const group = regroup(family, this.#divisorLabels, 'sum').get('');
    return new Map(group?.points.map(({ labels, value }) => [labelKey(labels), value]));
  }
}

/** The series of the only file system, of the one that is named, or of `/`. */
function dataPoints(points: readonly Point[], dataMount: string | undefined): readonly Point[] {
  if (dataMount === undefined && points.length === 1) return points;
  return points.filter(({ labels }) => labelValue(labels, MOUNT_LABEL) === (dataMount ?? '/'));
}

function withPoints(family: FamilySnapshot, points: readonly Point[]): FamilySnapshot {
  return { ...family, points } as FamilySnapshot;
}

function withBounds(
  family: HistogramFamilySnapshot | ExponentialFamilySnapshot,
  bounds: readonly number[],
): HistogramFamilySnapshot {
  const { name, help, unit } = family;
  const points =
    family.type === 'histogram'
      ? family.points.map((point) => rebucket(point, family.bounds, bounds))
      : family.points.map((point) => {
          const classic = classicBuckets(point);
          const { labels, sum, createdMs } = point;
          const created = createdMs === undefined ? {} : { createdMs };
          const same: HistogramPoint = { labels, sum, counts: classic.counts, ...created };
          return rebucket(same, classic.bounds, bounds);
        });
  return { name, help, unit, type: 'histogram', bounds, points };
}

function scalarsOf(family: FamilySnapshot): readonly ScalarPoint[] {
  switch (family.type) {
    case 'histogram':
    case 'exponential':
    case 'summary':
      return [];
    default:
      return family.points.map(({ labels, value, createdMs, exemplar }) => ({
        labels,
        value,
        ...(createdMs === undefined ? {} : { createdMs }),
        ...(exemplar === undefined ? {} : { exemplar }),
      }));
  }
}

function scalarType(type: ProfileMetric['type']): ScalarFamilySnapshot['type'] {
  return type === 'histogram' ? 'unknown' : type;
}
