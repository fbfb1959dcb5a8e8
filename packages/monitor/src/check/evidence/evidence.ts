// What is known of what is emitted: for each name of a series its type, unit, labels with their values, and the values that it
// can have. Several sources add up. Invariant: what a source cannot know it leaves open, and then nothing follows from it.

import type { NumericRange } from '../expression/numeric-range.ts';

export interface LabelFacts {
  /** Undefined: not known. '' is among them where the label may be absent and `isAlways` is false. */
  readonly values: ReadonlySet<string> | undefined;
  /** Whether no other value can come; otherwise the values are those that were seen. */
  readonly isClosed: boolean;
  /** Whether each series has it. */
  readonly isAlways: boolean;
  /** Whether there is a series for each value, whatever the other labels are. */
  readonly isExhaustive: boolean;
}

/** What the samples of a name are, seen by those who compute with them. */
export type SeriesRole = 'counter' | 'bucket' | 'sum' | 'count' | 'gauge' | 'info' | 'state' | 'quantile' | 'unknown';

export interface SeriesFacts {
  /** Of the series: with `_bucket`, `_sum`, `_count`. */
  readonly name: string;
  /** Of the metric. */
  readonly family: string;
  readonly role: SeriesRole;
  /** '' for what has none; undefined where it is not known. */
  readonly unit: string | undefined;
  readonly help: string;
  readonly labels: ReadonlyMap<string, LabelFacts>;
  /** Whether it may have labels that are not told. */
  readonly hasOtherLabels: boolean;
  /** Whether those can only be what a configuration gives to targets: `probably` where the metric's own were seen. */
  readonly othersAreOfTargets?: 'surely' | 'probably';
  readonly range: NumericRange;
  /** Of counters: whether the series are there, at 0, before the first event. Undefined: not known. */
  readonly startsAtZero: boolean | undefined;
  /** Of a histogram's series: the finite bounds of its buckets, ascending. */
  readonly bounds?: readonly number[];
  /** Who tells it: for people. */
  readonly source: string;
  /** How a gauge is set, where it is known: at events, or at every collection. */
  readonly isSetByEvents?: boolean;
}

export interface EvidenceSource {
  /** For people: `http://127.0.0.1:9100/metrics`. */
  readonly name: string;
  readonly series: readonly SeriesFacts[];
  /** Whether it tells every name. */
  readonly isComplete: boolean;
  readonly scrapeIntervalMs?: number | undefined;
  readonly notes: readonly string[];
}

export class Evidence {
  readonly sources: readonly EvidenceSource[];
  readonly scrapeIntervalMs: number | undefined;
  readonly #byName = new Map<string, SeriesFacts[]>();
  readonly #families = new Map<string, SeriesFacts[]>();
  /** What rules record. */
  readonly #recorded = new Map<string, SeriesFacts[]>();
  #knowsRecorded = true;

  /** `targetLabels` are what a configuration adds to every series. */
  constructor(sources: readonly EvidenceSource[], targetLabels: readonly string[] = []) {
    this.sources = sources;
    const intervals = sources.flatMap(({ scrapeIntervalMs }) => scrapeIntervalMs ?? []);
    this.scrapeIntervalMs = intervals.length === 0 ? undefined : Math.min(...intervals);
    for (const source of sources)
      for (const facts of source.series) this.#add(this.#byName, withLabels(facts, targetLabels));
  }

  /** Whether a name that is not here is one that nobody emits. */
  get isComplete(): boolean {
    return this.#knowsRecorded && this.sources.length > 0 && this.sources.every(({ isComplete }) => isComplete);
  }

  get metricCount(): number {
    return this.#families.size;
  }

  /** Of every name that is emitted, recorded ones included. */
  names(): readonly string[] {
    return [...new Set([...this.#byName.keys(), ...this.#recorded.keys()])];
  }

  emitted(name: string): readonly SeriesFacts[] {
    return this.#byName.get(name) ?? [];
  }

  named(name: string): readonly SeriesFacts[] {
    return [...(this.#byName.get(name) ?? []), ...(this.#recorded.get(name) ?? [])];
  }

  /** The series of a metric, by the name that its metadata has. */
  ofFamily(family: string): readonly SeriesFacts[] {
    return this.#families.get(family) ?? [];
  }

  addRecorded(facts: SeriesFacts): void {
    const known = this.#recorded.get(facts.name);
    if (known === undefined) this.#recorded.set(facts.name, [facts]);
    else known.push(facts);
  }

  /** A recorded name is replaced: its expression is known now. */
  clearRecorded(): void {
    this.#recorded.clear();
  }

  isRecorded(name: string): boolean {
    return this.#recorded.has(name);
  }

  /** There are rules that could not be read. */
  forgetCompleteness(): void {
    this.#knowsRecorded = false;
  }

  #add(byName: Map<string, SeriesFacts[]>, facts: SeriesFacts): void {
    for (const [map, key] of [
      [byName, facts.name],
      [this.#families, facts.family],
    ] as const) {
      const known = map.get(key);
      if (known === undefined) map.set(key, [facts]);
      else known.push(facts);
    }
  }
}

function withLabels(facts: SeriesFacts, names: readonly string[]): SeriesFacts {
  if (names.length === 0) return facts;
  const labels = new Map(facts.labels);
  for (const name of names) {
    if (!labels.has(name))
      labels.set(name, { values: undefined, isClosed: false, isAlways: false, isExhaustive: false });
  }
  return { ...facts, labels };
}
