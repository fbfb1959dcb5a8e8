// A snapshot as the series that remote write sends: labels sorted with the name among them, classic histograms and summaries
// in their parts under the names and the `le` that the text format shows, native histograms whole.
// Source: prometheus.io/docs/specs/prw/remote_write_spec

import { isExposableExemplar } from '../exposition/exemplars.ts';
import { isKnownTime } from '../exposition/times.ts';
import { endsInUnit } from '../exposition/units.ts';
import type { Label } from '../labels.ts';
import type {
  Exemplar,
  ExponentialPoint,
  FamilySnapshot,
  HistogramFamilySnapshot,
  SummaryFamilySnapshot,
} from '../snapshot/snapshot.ts';
import { isEnded } from './ended-series.ts';

export interface RemoteSeries {
  /** Sorted by name, none empty. */
  readonly labels: readonly Label[];
  readonly createdMs: number | undefined;
  /** A number, or a native histogram; or that it has ended. */
  readonly value: number | ExponentialPoint | EndMark;
  readonly exemplars: readonly Exemplar[];
}

/** `stale`: a series of numbers has ended; `stale_histogram`: one of native histograms. */
type EndMark = 'stale' | 'stale_histogram';

export type RemoteType = 'unknown' | 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'stateset';

export function remoteType({ type }: FamilySnapshot): RemoteType {
  return type === 'exponential' ? 'histogram' : type;
}

/** As a scrape tells it: nothing where the name does not end in it. */
export function remoteUnit({ name, unit }: FamilySnapshot): string {
  const base = name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
  return endsInUnit(base, unit) ? unit : '';
}

/** @param external labels that are added to every series that has none of that name */
export function* remoteSeries(family: FamilySnapshot, external: readonly Label[]): Generator<RemoteSeries> {
  // All points of a family have ended, or none.
  if (!hasEnded(family)) {
    yield* valuesOf(family, external);
    return;
  }
  const value = family.type === 'exponential' ? 'stale_histogram' : 'stale';
  for (const { labels } of valuesOf(family, external)) yield { labels, createdMs: undefined, value, exemplars: [] };
}

/** Whether this is the end of series and not their values: nothing else is to be told of it. */
export function hasEnded({ points }: FamilySnapshot): boolean {
  return points[0] !== undefined && isEnded(points[0]);
}

function* valuesOf(family: FamilySnapshot, external: readonly Label[]): Generator<RemoteSeries> {
  switch (family.type) {
    case 'histogram':
      yield* histogramSeries(family, external);
      return;
    case 'summary':
      yield* summarySeries(family, external);
      return;
    case 'exponential':
      for (const point of family.points) {
        const exemplars = (point.exemplars ?? []).filter(isSendableExemplar);
        const labels = seriesLabels(family.name, point.labels, external);
        yield { labels, createdMs: point.createdMs, value: point, exemplars };
      }
      return;
    default:
      for (const { labels, createdMs, value, exemplar } of family.points) {
        const exemplars = isSendableExemplar(exemplar) ? [exemplar] : [];
        yield { labels: seriesLabels(family.name, labels, external), createdMs, value, exemplars };
      }
  }
}

function* histogramSeries(family: HistogramFamilySnapshot, external: readonly Label[]): Generator<RemoteSeries> {
  const les = [...family.bounds.map(String), '+Inf'].map((value) => ({ name: 'le', value }));
  for (const { labels, createdMs, counts, sum, exemplars: byBucket } of family.points) {
    let total = 0;
    for (const [i, le] of les.entries()) {
      total += counts[i] ?? 0;
      const exemplar = byBucket?.[i];
      const exemplars = isSendableExemplar(exemplar) ? [exemplar] : [];
      yield {
        labels: seriesLabels(`${family.name}_bucket`, [...labels, le], external),
        createdMs,
        value: total,
        exemplars,
      };
    }
    yield { labels: seriesLabels(`${family.name}_sum`, labels, external), createdMs, value: sum, exemplars: [] };
    yield { labels: seriesLabels(`${family.name}_count`, labels, external), createdMs, value: total, exemplars: [] };
  }
}

function* summarySeries(family: SummaryFamilySnapshot, external: readonly Label[]): Generator<RemoteSeries> {
  for (const { labels, createdMs, quantiles, sum, count } of family.points) {
    for (const { quantile, value } of quantiles) {
      const own = [...labels, { name: 'quantile', value: String(quantile) }];
      yield { labels: seriesLabels(family.name, own, external), createdMs, value, exemplars: [] };
    }
    yield { labels: seriesLabels(`${family.name}_sum`, labels, external), createdMs, value: sum, exemplars: [] };
    yield { labels: seriesLabels(`${family.name}_count`, labels, external), createdMs, value: count, exemplars: [] };
  }
}

/** A time that is none, from another library, cannot be encoded. */
function isSendableExemplar(exemplar: Exemplar | undefined): exemplar is Exemplar {
  return isExposableExemplar(exemplar) && isKnownTime(exemplar.timestampMs);
}

function seriesLabels(name: string, own: readonly Label[], external: readonly Label[]): readonly Label[] {
  const added = external.filter((label) => !own.some((other) => other.name === label.name));
  return [{ name: '__name__', value: name }, ...own, ...added]
    .filter(({ value }) => value !== '')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
