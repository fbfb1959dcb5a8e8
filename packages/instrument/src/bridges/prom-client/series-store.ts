// The series of one metric by their label values. This is not the table of our own registry because prom-client's rules
// do not fit it: labels may be left out, are shown in the order and type in which they were first recorded, a metric is in
// several registries or none, and a reset or removed series comes back with the next record. A level of maps for each label
// name makes finding a series a few lookups without building a key. Bounded in series and in the length of label values.

import { MAX_LABEL_VALUE_LENGTH } from '../../labels.ts';

/** Label sets of one metric, unless its configuration says otherwise. */
export const DEFAULT_MAX_SERIES = 10_000;

/** The value of all labels of the series that takes what is past the bound. */
const OVERFLOW_VALUE = 'other';

export type LabelSet = Readonly<Record<string, unknown>>;

export interface Series {
  /** As recorded; frozen, but another object may take its place. */
  labels: LabelSet;
  /** False once it was removed: whoever keeps it must find it anew. */
  isLive: boolean;
}

type Level<S> = Map<string | undefined, Level<S> | S>;

export class SeriesStore<S extends Series> {
  /** Records that were led to the overflow series. */
  overflowedRecords = 0;
  readonly #names: readonly string[];
  readonly #maxSeries: number;
  readonly #make: (labels: LabelSet) => S;
  #root: Level<S> = new Map();
  /** In the order in which they were made. */
  readonly #all = new Set<S>();
  #overflow: S | undefined;

  constructor(names: readonly string[], maxSeries: number, make: (labels: LabelSet) => S) {
    // A metric without labels has one level with one entry.
    this.#names = names.length === 0 ? [''] : names;
    this.#maxSeries = maxSeries;
    this.#make = make;
  }

  [Symbol.iterator](): IterableIterator<S> {
    return this.#all.values();
  }

  find(labels: LabelSet): S | undefined {
    let at: Level<S> | S | undefined = this.#root;
    for (const name of this.#names) {
      at = (at as Level<S>).get(keyOf(labels[name]));
      if (at === undefined) return undefined;
    }
    return at as S;
  }

  /** With one value for each label name, in their order. */
  findByValues(values: readonly unknown[]): S | undefined {
    let at: Level<S> | S | undefined = this.#root;
    for (let i = 0; i < this.#names.length; i++) {
      at = (at as Level<S>).get(keyOf(values[i]));
      if (at === undefined) return undefined;
    }
    return at as S;
  }

  /** The series of these labels, made if there is room, else the overflow series. */
  obtain(labels: LabelSet): S {
    return this.find(labels) ?? this.#admit(labels);
  }

  /** Whether a record to this series was not meant for it, so that its place must not be kept. */
  isOverflow(series: S): boolean {
    return series === this.#overflow;
  }

  remove(labels: LabelSet): void {
    const series = this.find(labels) ?? this.find(keptLabels(labels) ?? labels);
    if (series === undefined) return;
    series.isLive = false;
    this.#all.delete(series);
    if (series === this.#overflow) this.#overflow = undefined;
    this.#prune(this.#root, series.labels, 0);
  }

  clear(): void {
    for (const series of this.#all) series.isLive = false;
    this.#all.clear();
    this.#root = new Map();
    this.#overflow = undefined;
  }

  #admit(labels: LabelSet): S {
    const kept = keptLabels(labels);
    if (kept !== undefined) {
      const known = this.find(kept);
      if (known !== undefined) return known;
      if (this.#all.size - (this.#overflow === undefined ? 0 : 1) < this.#maxSeries) return this.#insert(kept);
    }
    this.overflowedRecords++;
    if (this.#overflow === undefined) {
      const others = Object.freeze(Object.fromEntries(this.#names.map((name) => [name, OVERFLOW_VALUE])));
      this.#overflow = this.find(others) ?? this.#insert(others);
    }
    return this.#overflow;
  }

  #insert(labels: LabelSet): S {
    const series = this.#make(labels);
    let level = this.#root;
    const last = this.#names.length - 1;
    for (let i = 0; i < last; i++) {
      const key = keyOf(labels[this.#names[i]!]);
      let next = level.get(key) as Level<S> | undefined;
      if (next === undefined) {
        next = new Map();
        level.set(key, next);
      }
      level = next;
    }
    level.set(keyOf(labels[this.#names[last]!]), series);
    this.#all.add(series);
    return series;
  }

  #prune(level: Level<S>, labels: LabelSet, depth: number): void {
    const key = keyOf(labels[this.#names[depth]!]);
    if (depth < this.#names.length - 1) {
      const next = level.get(key) as Level<S>;
      this.#prune(next, labels, depth + 1);
      if (next.size > 0) return;
    }
    level.delete(key);
  }
}

/** One label set's way to its series, for whoever records to it often. */
export class SeriesBinding<S extends Series> {
  readonly labels: LabelSet;
  readonly #store: SeriesStore<S>;
  #series: S | undefined;

  constructor(store: SeriesStore<S>, labels: LabelSet) {
    this.#store = store;
    this.labels = labels;
  }

  obtain(): S {
    const series = this.#series;
    return series?.isLive === true ? series : this.#find();
  }

  #find(): S {
    const series = this.#store.obtain(this.labels);
    this.#series = this.#store.isOverflow(series) ? undefined : series;
    return series;
  }
}

/** A number and its digits are the same label value, and so is what was left out and undefined. */
function keyOf(value: unknown): string | undefined {
  return typeof value === 'string' || value === undefined ? value : String(value as number);
}

/** A copy, fit to be written as UTF-8; undefined when a value is too long to be kept. */
export function keptLabels(labels: LabelSet): LabelSet | undefined {
  const kept: Record<string, unknown> = { ...labels };
  for (const [name, value] of Object.entries(kept)) {
    if (typeof value === 'number') continue;
    if (String(value).length > MAX_LABEL_VALUE_LENGTH) return undefined;
    // Lone surrogates are no UTF-8: values that differ only in such would become one series shown twice.
    if (typeof value === 'string') kept[name] = value.toWellFormed();
  }
  return Object.freeze(kept);
}
