// Infos: the labels are the information, such as a version, and the value is 1. There is at most one series (or, with `by`,
// one for each combination of those labels): new labels take the place of the old ones, so that a node never shows two
// versions at once.

import type { LabelSchema, LabelValues } from './labels.ts';
import type { SeriesTable } from './series/series-table.ts';

export interface Info<S extends LabelSchema> {
  /**
   * Shows these labels and no others any more (of the same `by` labels). Labels that cannot be had are counted, and then
   * nothing is shown.
   */
  set(labels: LabelValues<S>): void;
  /** Shows nothing any more for these `by` labels, whatever the others are; true if something was shown. */
  remove(labels: Partial<LabelValues<S>>): boolean;
  /** Shows nothing until it is set again. */
  clear(): void;
}

export class InfoFamily<S extends LabelSchema> implements Info<S> {
  readonly #table: SeriesTable;
  readonly #by: readonly string[];
  /** By the values of the `by` labels as they are shown: those that a bound led to `other` are one. */
  readonly #shownRows = new Map<string, number>();

  constructor(table: SeriesTable, by: readonly string[]) {
    this.#table = table;
    this.#by = by;
  }

  set(given: LabelValues<S>): void {
    const table = this.#table;
    const labels = this.#read(given);
    const key = this.#keyOf(labels);
    const shown = this.#shownRows.get(key);
    if (shown !== undefined && table.existingRowOf(labels) === shown) return;
    // The old one first: it may hold the only place that a bounded label has.
    if (shown !== undefined) this.#hide(key, shown);
    let row = table.rowOf(labels);
    if (row < 0) row = table.settle(row);
    if (row < 0) return;
    table.chunkOf(row)[table.offsetOf(row)] = 1;
    this.#shownRows.set(key, row);
  }

  remove(labels: Partial<LabelValues<S>>): boolean {
    const key = this.#keyOf(this.#read(labels));
    const row = this.#shownRows.get(key);
    if (row !== undefined) this.#hide(key, row);
    return row !== undefined;
  }

  clear(): void {
    for (const [key, row] of this.#shownRows) this.#hide(key, row);
  }

  #hide(key: string, row: number): void {
    if (this.#table.isOpen) this.#table.remove(row);
    else this.#table.chunkOf(row)[this.#table.offsetOf(row)] = Number.NaN;
    this.#shownRows.delete(key);
  }

  #keyOf(labels: Readonly<Record<string, unknown>>): string {
    return JSON.stringify(this.#by.map((label) => this.#table.shownValue(label, labels[label])));
  }

  /** Once, so that nothing changes under way; labels that cannot be read are none. */
  #read(labels: Readonly<Record<string, unknown>>): LabelValues<S> {
    try {
      return Object.fromEntries(this.#table.labelNames.map((name) => [name, labels[name]])) as LabelValues<S>;
    } catch {
      return {} as LabelValues<S>;
    }
  }
}
