// An adapter at work on one target: renames its series, gives their values the canonical units, and says what the metrics are under
// their new names. Which adapter it is may be decided by what the target shows first.

import type { MetricMetadata } from '../../model/batch.ts';
import { type Labels, labelValue, METRIC_NAME } from '../../model/labels.ts';
import type { RenamedSeries, SeriesRenaming, ValueScale } from '../../sources/interface.ts';
import type { Adapter } from './adapter.ts';
import { canonicalMetric } from './canonical-metrics.ts';
import { compileRelabeling, type Relabeling } from './relabeling.ts';

/** Clashes of a target that are told one by one; all are counted among the rejected samples. */
const MAX_CLASHES_TOLD = 10;
/** With what the series of one metric end, where its name does not. */
const SUFFIX = /_(?:bucket|sum|count|total|created|info)$/;

export interface TargetAdapterOptions {
  /** Asked once, with the names of all metrics that the target shows first; undefined leaves everything as it is. */
  choose(names: ReadonlySet<string>): Adapter | undefined;
  /** Told once which it is. */
  onChosen?(adapter: Adapter | undefined): void;
  /** Two series of the target have become the same. */
  onClash?(message: string): void;
}

export class TargetAdapter implements SeriesRenaming {
  readonly #options: TargetAdapterOptions;
  #isChosen = false;
  #relabel: Relabeling | undefined;
  #scales: ReadonlyMap<string, ValueScale> = new Map();
  #clashes = 0;
  /** By the name that the target shows, of a series or of a metric: the names that are stored. */
  readonly #storedNames = new Map<string, Set<string>>();
  /** Canonical metrics that were told of. */
  readonly #told = new Set<string>();
  #news: MetricMetadata[] = [];

  constructor(options: TargetAdapterOptions) {
    this.#options = options;
  }

  meet(series: readonly Labels[]): void {
    if (this.#isChosen || series.length === 0) return;
    this.#isChosen = true;
    const adapter = this.#options.choose(new Set(series.map((labels) => labelValue(labels, METRIC_NAME))));
    this.#options.onChosen?.(adapter);
    if (adapter === undefined) return;
    this.#relabel = compileRelabeling(adapter.rename);
    this.#scales = new Map(adapter.scale.map(({ metric, multiplier, divisor }) => [metric, { multiplier, divisor }]));
  }

  rename(labels: Labels): RenamedSeries | undefined {
    if (this.#relabel === undefined) return { labels };
    const renamed = this.#relabel(labels);
    const name = renamed === undefined ? '' : labelValue(renamed, METRIC_NAME);
    // A series without a name cannot be asked for, nor could Prometheus store it.
    if (renamed === undefined || name === '') return undefined;
    this.#noteNames(labelValue(labels, METRIC_NAME), name);
    return { labels: renamed, scale: this.#scales.get(name) };
  }

  describe(described: readonly MetricMetadata[]): readonly MetricMetadata[] {
    const renamed = described.flatMap((metadata) => {
      const names = this.#storedNames.get(metadata.name);
      if (names === undefined) return [metadata];
      return [...names].map((name) => canonicalMetric(name) ?? { ...metadata, name });
    });
    const news = this.#news;
    this.#news = [];
    return [...renamed, ...news];
  }

  clashed(shown: Labels, stored: Labels): void {
    if (++this.#clashes > MAX_CLASHES_TOLD) return;
    const more = this.#clashes === MAX_CLASHES_TOLD ? '; further ones of this target are counted and not told' : '';
    this.#options.onClash?.(
      `${seriesText(shown)} becomes ${seriesText(stored)}, which another series of this target is already: the first of them is stored${more}`,
    );
  }

  #noteNames(shown: string, stored: string): void {
    this.#noteName(shown, stored);
    const suffix = SUFFIX.exec(shown)?.[0];
    if (suffix === undefined) return;
    // What is told of a histogram bears the name without the suffix.
    const isSame = stored.endsWith(suffix);
    this.#noteName(shown.slice(0, -suffix.length), isSame ? stored.slice(0, -suffix.length) : stored);
  }

  #noteName(shown: string, stored: string): void {
    const names = this.#storedNames.get(shown);
    if (names === undefined) this.#storedNames.set(shown, new Set([stored]));
    else names.add(stored);
    if (shown === stored || this.#told.has(stored)) return;
    const metadata = canonicalMetric(stored);
    if (metadata === undefined) return;
    this.#told.add(stored);
    this.#news.push(metadata);
  }
}

function seriesText(labels: Labels): string {
  const inner = labels.filter(({ name }) => name !== METRIC_NAME).map(({ name, value }) => `${name}="${value}"`);
  return `${labelValue(labels, METRIC_NAME)}{${inner.join(',')}}`;
}
