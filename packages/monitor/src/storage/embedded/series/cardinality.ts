// Where the series come from: which metrics, names and labels have the most. Of the hot series, as Prometheus does it of
// its head.

import { METRIC_NAME } from '../../../model/labels.ts';
import type { Pauses } from '../../sqlite/pacing.ts';
import type { HotSeries } from './hot-series.ts';

/** Each has a byte for its length. */
const TEXTS_A_LABEL = 2;

interface CountByName {
  readonly name: string;
  readonly value: number;
}

export interface Cardinality {
  readonly labelPairs: number;
  readonly seriesByMetric: readonly CountByName[];
  readonly valuesByLabel: readonly CountByName[];
  /** Bytes of names and values, each as often as a series carries it, and one more for each text, as Prometheus counts. */
  readonly bytesByLabel: readonly CountByName[];
  /** The name is `label=value`. */
  readonly seriesByPair: readonly CountByName[];
}

/**
 * Each list has at most `limit` entries, the greatest first. Takes about a tenth of a microsecond a distinct label. What comes or goes
 * in a pause may be counted or not.
 */
export async function cardinalityOf(hot: HotSeries, limit: number, pace: Pauses): Promise<Cardinality> {
  const { labels } = hot;
  const metrics = new Greatest(limit);
  const values = new Greatest(limit);
  const bytes = new Greatest(limit);
  const pairs = new Greatest(limit);
  for (const name of labels.names()) {
    let nameBytes = 0;
    for (const label of labels.labelsNamed(name)) {
      const { value } = labels.labelOf(label);
      const series = labels.seriesCount(label);
      nameBytes += series * (Buffer.byteLength(name) + Buffer.byteLength(value) + TEXTS_A_LABEL);
      if (name === METRIC_NAME) metrics.add(value, series);
      if (pairs.takes(series)) pairs.add(`${name}=${value}`, series);
      if (pace.isOver()) await pace.rest();
    }
    values.add(name, labels.valueCount(name));
    bytes.add(name, nameBytes);
  }
  return {
    labelPairs: labels.size,
    seriesByMetric: metrics.entries,
    valuesByLabel: values.entries,
    bytesByLabel: bytes.entries,
    seriesByPair: pairs.entries,
  };
}

/** The greatest entries of many, the greatest first; of equal ones those that came first. */
class Greatest {
  readonly entries: CountByName[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  takes(value: number): boolean {
    return this.entries.length < this.#limit || (this.#limit > 0 && value > this.entries.at(-1)!.value);
  }

  add(name: string, value: number): void {
    if (!this.takes(value)) return;
    const at = this.entries.findIndex((entry) => entry.value < value);
    this.entries.splice(at < 0 ? this.entries.length : at, 0, { name, value });
    if (this.entries.length > this.#limit) this.entries.pop();
  }
}
