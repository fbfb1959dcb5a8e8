// What samples tell of what is emitted: names, labels with the values that were seen, types from the metadata. What was not seen may
// still come, so values are never closed, and a series that is there only after its first event is not known.

import type { MetricMetadata, MetricType } from '../../model/batch.ts';
import { type Labels, METRIC_NAME } from '../../model/labels.ts';
import type { SampleSink } from '../../sources/interface.ts';
import { ALL, NOT_NEGATIVE, type NumericRange, UNIT_INTERVAL } from '../expression/numeric-range.ts';
import type { LabelFacts, SeriesFacts, SeriesRole } from './evidence.ts';
import { unitOf } from './units.ts';

/** Values of a label that are told apart; of one with more they count as not known. */
const MAX_VALUES = 1000;
/** Series of one source; more are passed over, and the source counts as incomplete. */
const MAX_EVIDENCE_SERIES = 500_000;

interface SeenName {
  readonly labels: Map<string, { readonly values: Set<string>; series: number }>;
  series: number;
  hasFraction: boolean;
  hasNegative: boolean;
}

/** Takes expositions and keeps what is known of names. */
export class SeenSeries implements SampleSink {
  readonly firstSlot = 0;
  isCut = false;
  readonly #names = new Map<string, SeenName>();
  readonly #metadata = new Map<string, MetricMetadata>();
  readonly #slots = new Map<string, number>();
  readonly #namesBySlot: SeenName[] = [];

  slotOf(labels: Labels): number {
    const key = JSON.stringify(labels);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    if (this.#namesBySlot.length >= MAX_EVIDENCE_SERIES) {
      this.isCut = true;
      return 0;
    }
    const slot = this.#namesBySlot.length;
    this.#slots.set(key, slot);
    this.#namesBySlot.push(this.see(labels));
    return slot;
  }

  add(slot: number, value: number): void {
    const name = this.#namesBySlot[slot];
    if (name === undefined) return;
    if (value < 0) name.hasNegative = true;
    if (!Number.isInteger(value)) name.hasFraction = true;
  }

  histogram(): void {}

  describe(metadata: MetricMetadata): void {
    this.#metadata.set(metadata.name, metadata);
  }

  see(labels: Labels): SeenName {
    const metric = labels.find(({ name }) => name === METRIC_NAME)?.value ?? '';
    const seen = this.#names.get(metric) ?? { labels: new Map(), series: 0, hasFraction: false, hasNegative: false };
    this.#names.set(metric, seen);
    seen.series++;
    for (const { name, value } of labels) {
      if (name === METRIC_NAME) continue;
      const label = seen.labels.get(name) ?? { values: new Set<string>(), series: 0 };
      seen.labels.set(name, label);
      label.series++;
      if (label.values.size <= MAX_VALUES) label.values.add(value);
    }
    return seen;
  }

  /** `targetLabels` are what collecting adds; without them the labels that were seen are all. */
  facts(
    source: string,
    targetLabels?: ReadonlyMap<string, LabelFacts>,
    hasOtherLabels = false,
  ): readonly SeriesFacts[] {
    return [...this.#names].map(([name, seen]) => {
      const { family, type, metadata } = this.#describe(name);
      const role = roleOf(name, family, type);
      const own = [...seen.labels.keys()].filter((label) => targetLabels?.has(label) !== true).length;
      const labels = new Map<string, LabelFacts>(targetLabels);
      for (const [label, { values, series }] of seen.labels) {
        const isAlways = series === seen.series;
        labels.set(label, {
          values: values.size > MAX_VALUES ? undefined : isAlways ? values : new Set([...values, '']),
          isClosed: false,
          isAlways,
          isExhaustive: isAlways && own === 1 && targetLabels !== undefined && !targetLabels.has(label),
        });
      }
      return {
        name,
        family,
        role,
        unit: unitOf(family, metadata?.unit ?? ''),
        help: metadata?.help ?? '',
        labels,
        hasOtherLabels,
        ...(hasOtherLabels ? { othersAreOfTargets: 'probably' as const } : {}),
        range: rangeOf(role, name, seen),
        // That it is there says nothing of before: it may have come with an event.
        startsAtZero: undefined,
        ...(role === 'bucket' ? { bounds: boundsOf(seen) } : {}),
        source,
      };
    });
  }

  #describe(name: string): { family: string; type: MetricType; metadata: MetricMetadata | undefined } {
    for (const family of [name, name.replace(/_total$/, ''), name.replace(/_(?:bucket|sum|count)$/, '')]) {
      const metadata = this.#metadata.get(family);
      if (metadata === undefined) continue;
      const isPart = family !== name && !name.endsWith('_total');
      if (isPart && !['histogram', 'gaugehistogram', 'summary'].includes(metadata.type)) continue;
      return { family, type: metadata.type, metadata };
    }
    return { family: name, type: 'unknown', metadata: undefined };
  }
}

function roleOf(name: string, family: string, type: MetricType): SeriesRole {
  switch (type) {
    case 'counter':
    case 'gauge':
    case 'info':
      return type;
    case 'stateset':
      return 'state';
    case 'histogram':
      if (name === `${family}_bucket`) return 'bucket';
      return name === `${family}_sum` ? 'sum' : name === `${family}_count` ? 'count' : 'unknown';
    case 'summary':
      return name === `${family}_sum` ? 'sum' : name === `${family}_count` ? 'count' : 'quantile';
    default:
      return 'unknown';
  }
}

function rangeOf(role: SeriesRole, name: string, { hasNegative }: SeenName): NumericRange {
  if (hasNegative) return ALL;
  if (role === 'counter' || role === 'bucket' || role === 'count') return NOT_NEGATIVE;
  if (role === 'state' || name === 'up') return UNIT_INTERVAL;
  return ALL;
}

function boundsOf(seen: SeenName): readonly number[] {
  const values = [...(seen.labels.get('le')?.values ?? [])].map(Number);
  return values.filter((bound) => Number.isFinite(bound)).sort((one, other) => one - other);
}
