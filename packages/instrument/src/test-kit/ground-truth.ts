// What metrics must show after a known workload, kept apart from them and in the plainest way: totals, last values, every
// bucket found by going through the bounds, sums with the rounding errors carried along. It knows labels with bounds: a
// value past the bound is `other`, and an ended series makes room. It does not know the limit of a whole registry.

import type { MetricDefinition } from '../domains/metric-definition.ts';
import { InstrumentError } from '../errors.ts';
import { type SeriesLabels, seriesText } from './series-text.ts';

/** What is to be known of a metric: a row of the table, or the options that an own instrument was made from and its type. */
export interface TruthDefinition extends Pick<MetricDefinition, 'name' | 'labels' | 'buckets'> {
  readonly type: MetricDefinition['type'] | 'exponential';
}

export interface ExpectedObservations {
  readonly count: number;
  readonly sum: number;
  /** Of each bucket alone, the last for what is above all bounds; none for an exponential histogram. */
  readonly counts: readonly number[];
  /** Ascending; of an exponential histogram only. */
  readonly values: readonly number[];
}

/** What one series must show; undefined when it must be absent. */
export interface ExpectedSeries {
  readonly definition: TruthDefinition;
  readonly labels: SeriesLabels;
  readonly expected: number | ExpectedObservations | undefined;
}

/** What all series of a metric must show together. */
export interface ExpectedTotal {
  readonly definition: TruthDefinition;
  readonly expected: number | undefined;
}

/** Values of one exponential histogram; more would be a load test of the truth. */
const MAX_KEPT_VALUES = 1_000_000;
const OTHER = 'other';

class Observations {
  readonly #counts: number[];
  readonly #bounds: readonly number[];
  readonly #values: number[] | undefined;
  #count = 0;
  #sum = 0;
  #lost = 0;

  constructor({ type, buckets = [] }: TruthDefinition) {
    this.#bounds = buckets;
    this.#counts = Array.from({ length: type === 'exponential' ? 0 : buckets.length + 1 }, () => 0);
    this.#values = type === 'exponential' ? [] : undefined;
  }

  add(value: number): void {
    this.#count++;
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    if (this.#counts.length > 0) this.#counts[bucket === -1 ? this.#bounds.length : bucket]! += 1;
    if (this.#values !== undefined && this.#values.length >= MAX_KEPT_VALUES) {
      throw new InstrumentError(
        'option_invalid',
        `Observe at most ${MAX_KEPT_VALUES} values in an exponential histogram.`,
      );
    }
    this.#values?.push(value);
    // Neumaier's summation.
    const sum = this.#sum + value;
    this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum;
    this.#sum = sum;
  }

  read(): ExpectedObservations {
    const values = this.#values?.toSorted((a, b) => a - b) ?? [];
    return { count: this.#count, sum: this.#sum + this.#lost, counts: this.#counts, values };
  }
}

type Content = number | Observations | (() => number | undefined);

interface Series {
  readonly labels: SeriesLabels;
  content: Content | undefined;
}

/** All of one metric. */
class Family {
  readonly definition: TruthDefinition;
  readonly series = new Map<string, Series>();
  /** By bounded label: the series of each value. */
  readonly #uses = new Map<string, Map<string, number>>();

  constructor(definition: TruthDefinition) {
    this.definition = definition;
    for (const [label, values] of Object.entries(definition.labels ?? {})) {
      if ('limit' in values) this.#uses.set(label, new Map());
    }
  }

  /** Makes the series if there is none. */
  at(labels: SeriesLabels): Series {
    const admitted = this.#admitted(labels);
    const key = seriesText('', admitted);
    const known = this.series.get(key);
    if (known !== undefined) return known;
    const made: Series = { labels: admitted, content: undefined };
    this.series.set(key, made);
    this.#use(admitted, 1);
    return made;
  }

  find(labels: SeriesLabels): Series | undefined {
    return this.series.get(seriesText('', labels));
  }

  remove(labels: SeriesLabels): boolean {
    const isThere = this.series.delete(seriesText('', labels));
    if (isThere) this.#use(labels, -1);
    return isThere;
  }

  #admitted(labels: SeriesLabels): SeriesLabels {
    if (this.#uses.size === 0) return labels;
    const admitted: Record<string, string> = { ...labels };
    for (const [label, uses] of this.#uses) {
      const values = this.definition.labels?.[label];
      const limit = values !== undefined && 'limit' in values ? values.limit : 0;
      if (!uses.has(admitted[label]!) && uses.size >= limit) admitted[label] = OTHER;
    }
    return admitted;
  }

  #use(labels: SeriesLabels, change: 1 | -1): void {
    for (const [label, uses] of this.#uses) {
      const value = labels[label]!;
      if (value === OTHER) continue;
      const count = (uses.get(value) ?? 0) + change;
      if (count === 0) uses.delete(value);
      else uses.set(value, count);
    }
  }
}

export class GroundTruth {
  readonly #families = new Map<string, Family>();
  readonly #totals = new Map<TruthDefinition, () => number | undefined>();
  readonly #covered = new Set<string>();

  /** A counter was raised. */
  add(definition: TruthDefinition, labels: SeriesLabels = {}, amount = 1): void {
    const series = this.#family(definition).at(labels);
    series.content = (typeof series.content === 'number' ? series.content : 0) + amount;
  }

  /** A gauge was set. */
  set(definition: TruthDefinition, labels: SeriesLabels, value: number): void {
    this.#family(definition).at(labels).content = value;
  }

  /** A histogram observed a value. */
  observe(definition: TruthDefinition, labels: SeriesLabels, value: number): void {
    const series = this.#family(definition).at(labels);
    if (!(series.content instanceof Observations)) series.content = new Observations(definition);
    series.content.add(value);
  }

  /** A series ended, or a gauge became absent: it must not be shown. False when there was none. */
  remove(definition: TruthDefinition, labels: SeriesLabels = {}): boolean {
    return this.#family(definition).remove(labels);
  }

  /** Nothing is known of the series of a metric any more; its total stays. */
  forget(definition: Pick<TruthDefinition, 'name'>): void {
    this.#families.delete(definition.name);
  }

  /** A gauge is computed: `compute` is asked when metrics are compared; undefined for absent. */
  derive(definition: TruthDefinition, labels: SeriesLabels, compute: () => number | undefined): void {
    this.#family(definition).at(labels).content = compute;
  }

  /** All series of a metric together show this, however it is spread over them; undefined for no series. */
  deriveTotal(definition: TruthDefinition, compute: () => number | undefined): void {
    this.#totals.set(definition, compute);
  }

  /** This is all that happens to these counters and histograms: what moves otherwise is wrong. */
  cover(definitions: Iterable<Pick<TruthDefinition, 'name'>>): void {
    for (const { name } of definitions) this.#covered.add(name);
  }

  covers(name: string): boolean {
    return this.#covered.has(name) || this.#families.has(name);
  }

  /** What a counter or gauge must show; undefined when it must be absent or nothing is known. */
  value(definition: Pick<TruthDefinition, 'name'>, labels: SeriesLabels = {}): number | undefined {
    const content = this.#families.get(definition.name)?.find(labels)?.content;
    const known = typeof content === 'function' ? content() : content;
    return typeof known === 'number' ? known : undefined;
  }

  /** What a histogram must have observed; undefined when nothing. */
  observations(definition: Pick<TruthDefinition, 'name'>, labels: SeriesLabels = {}): ExpectedObservations | undefined {
    const content = this.#families.get(definition.name)?.find(labels)?.content;
    return content instanceof Observations ? content.read() : undefined;
  }

  /** Whether something is expected of a series of this metric. */
  knowsMetric(name: string): boolean {
    return this.#families.has(name);
  }

  /** Whether something is expected of exactly this series. */
  knows(name: string, labels: SeriesLabels): boolean {
    return this.#families.get(name)?.find(labels) !== undefined;
  }

  /** Every series of which something is expected. */
  *series(): Generator<ExpectedSeries> {
    for (const { definition, series } of this.#families.values()) {
      for (const { labels, content } of series.values()) {
        const known = typeof content === 'function' ? content() : content;
        yield { definition, labels, expected: known instanceof Observations ? known.read() : known };
      }
    }
  }

  *totals(): Generator<ExpectedTotal> {
    for (const [definition, compute] of this.#totals) yield { definition, expected: compute() };
  }

  #family(definition: TruthDefinition): Family {
    const known = this.#families.get(definition.name);
    if (known !== undefined) return known;
    const made = new Family(definition);
    this.#families.set(definition.name, made);
    return made;
  }
}
