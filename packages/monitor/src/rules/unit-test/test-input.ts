// The input series of a test, stored as time goes on: a rule that looks ahead sees nothing of what is to come.

import type { NativeHistogram } from '../../model/batch.ts';
import type { Labels } from '../../model/labels.ts';
import { bitsOf, writeStaleAt } from '../../model/staleness.ts';
import type { Appender } from '../../storage/interface.ts';
import type { SeriesValue } from './interface.ts';

export interface InputColumn {
  readonly labels: Labels;
  readonly values: readonly SeriesValue[];
}

export class TestInput {
  readonly #columns: readonly InputColumn[];
  readonly #startMs: number;
  readonly #intervalMs: number;
  /** How many samples of each series were stored; they all have the same times. */
  #done = 0;
  #refs: Uint32Array | undefined;

  constructor(columns: readonly InputColumn[], startMs: number, intervalMs: number) {
    this.#columns = columns;
    this.#startMs = startMs;
    this.#intervalMs = intervalMs;
  }

  /** Stores what there is up to a time, that time included; false when some of it was refused. */
  async appendUntil(appender: Appender, timeMs: number): Promise<boolean> {
    this.#refs ??= await appender.resolveSeries(this.#columns.map(({ labels }) => labels));
    const until = Math.floor((timeMs - this.#startMs) / this.#intervalMs) + 1;
    let isTaken = true;
    for (; this.#done < until; this.#done++) isTaken = (await this.#appendAt(appender, this.#done)) && isTaken;
    return isTaken;
  }

  async #appendAt(appender: Appender, index: number): Promise<boolean> {
    const present = [...this.#columns.keys()].filter((column) => this.#columns[column]!.values[index] !== undefined);
    if (present.length === 0) return true;
    const refs = Uint32Array.from(present, (column) => this.#refs![column]!);
    const values = new Float64Array(present.length);
    const bits = bitsOf(values);
    const histograms: { row: number; histogram: NativeHistogram }[] = [];
    for (const [row, column] of present.entries()) {
      const value = this.#columns[column]!.values[index];
      if (typeof value === 'number') values[row] = value;
      else if (value === 'stale') writeStaleAt(bits, row);
      else if (value !== undefined) histograms.push({ row, histogram: value });
    }
    const timestampsMs = this.#startMs + index * this.#intervalMs;
    const { acceptedSamples } = await appender.append({
      refs,
      timestampsMs,
      values,
      ...(histograms.length === 0 ? {} : { histograms }),
    });
    return acceptedSamples === present.length;
  }
}
