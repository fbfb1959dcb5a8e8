// Which labels the info series give to a series at a step. Of info series that are about the same the one with the newest sample
// counts; two of the same age, and two metrics that give one label different values, are an error.

import { type Label, type Labels, labelsKey, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import { QueryError } from '../../interface.ts';
import { ABSENT, labelsText, type StepSeries, withLabel } from '../series.ts';
import { IDENTIFYING_LABELS } from './info-series.ts';

const NONE = -1;

interface Newest {
  /** At each step the info series that counts. */
  readonly series: Int32Array;
  /** Of its sample. */
  readonly timesMs: Float64Array;
}

export class InfoLabels {
  readonly #all: readonly StepSeries[];
  /** Names of the labels that are taken; undefined: all. */
  readonly #taken: ReadonlySet<string> | undefined;
  readonly #newest = new Map<string, Newest>();
  readonly #names: readonly string[];

  /** `all`: their values are the times of their samples. `present`: steps at which there is anything to give labels to. */
  constructor(all: readonly StepSeries[], dataMatchers: readonly Matcher[], present: Uint8Array) {
    this.#all = all;
    this.#taken = dataMatchers.length === 0 ? undefined : new Set(dataMatchers.map(({ name }) => name));
    this.#names = [...new Set(all.map(({ labels }) => labelValue(labels, METRIC_NAME)))];
    let conflict: { readonly step: number; readonly message: string } | undefined;
    for (const [index, series] of all.entries()) {
      const found = this.#compete(index, series, present);
      if (found !== undefined && (conflict === undefined || found.step < conflict.step)) conflict = found;
    }
    if (conflict !== undefined) throw new QueryError('execution', conflict.message);
  }

  /** At a step: the labels with those of the info series; undefined when there is no info series. */
  of(labels: Labels): (step: number) => Labels | undefined {
    const newest = this.#names
      .map((name) => this.#newest.get(signature(name, labels))?.series)
      .filter((series) => series !== undefined);
    const known = new Map<string, Labels>();
    return (step) => {
      const indexes = newest.map((series) => series[step]!).filter((index) => index !== NONE);
      if (indexes.length === 0) return undefined;
      const key = indexes.join();
      let combined = known.get(key);
      if (combined === undefined) known.set(key, (combined = this.#combined(labels, indexes)));
      return combined;
    };
  }

  /** The first step at which the series is as old as another. */
  #compete(index: number, { labels, values, present: given }: StepSeries, present: Uint8Array) {
    const key = signature(labelValue(labels, METRIC_NAME), labels);
    let newest = this.#newest.get(key);
    if (newest === undefined) {
      newest = { series: new Int32Array(given.length).fill(NONE), timesMs: new Float64Array(given.length) };
      this.#newest.set(key, newest);
    }
    const { series, timesMs } = newest;
    for (let step = 0; step < given.length; step++) {
      if (given[step] === ABSENT || present[step] === ABSENT) continue;
      const holder = series[step]!;
      const timeMs = values[step]!;
      if (holder === NONE || timesMs[step]! < timeMs) {
        series[step] = index;
        timesMs[step] = timeMs;
      } else if (timesMs[step] === timeMs) {
        const existing = this.#all[holder]!.labels;
        const message =
          `found duplicate series for info metric: existing ${labelsText(existing)} @ ${timeMs}, ` +
          `new ${labelsText(labels)} @ ${timeMs}`;
        return { step, message };
      }
    }
    return undefined;
  }

  #combined(labels: Labels, indexes: readonly number[]): Labels {
    const added = new Map<string, string>();
    let combined = labels;
    for (const index of indexes) {
      for (const { name, value } of this.#all[index]!.labels.filter((label) => this.#isTaken(label))) {
        const before = added.get(name);
        if (before !== undefined && before !== value) {
          throw new QueryError('execution', `conflicting label: ${name}`);
        }
        if (labelValue(labels, name) !== '') continue;
        added.set(name, value);
        combined = withLabel(combined, name, value);
      }
    }
    return combined;
  }

  #isTaken({ name }: Label): boolean {
    return name !== METRIC_NAME && (this.#taken === undefined || this.#taken.has(name));
  }
}

function signature(name: string, labels: Labels): string {
  const identifying = IDENTIFYING_LABELS.map((label) => ({ name: label, value: labelValue(labels, label) }));
  return labelsKey([{ name: METRIC_NAME, value: name }, ...identifying]);
}
