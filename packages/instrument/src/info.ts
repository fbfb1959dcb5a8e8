// Infos: the labels are the information, such as a version, and the value is 1. There is at most one series: new labels
// take the place of the old ones, so that a node never shows two versions at once.

import type { LabelSchema, LabelValues } from './labels.ts';
import type { SeriesTable } from './series-table.ts';

export interface Info<S extends LabelSchema> {
  /** Shows these labels and no others any more. Labels that cannot be had are counted, and then nothing is shown. */
  set(labels: LabelValues<S>): void;
}

const NONE = -1;

export class InfoFamily<S extends LabelSchema> implements Info<S> {
  readonly #table: SeriesTable;
  #shownRow = NONE;

  constructor(table: SeriesTable) {
    this.#table = table;
  }

  set(labels: LabelValues<S>): void {
    const table = this.#table;
    if (this.#shownRow >= 0 && table.existingRowOf(labels) === this.#shownRow) return;
    // The old one first: it may hold the only place that a bounded label has.
    this.#hide();
    const row = table.rowOf(labels);
    if (row < 0) {
      table.countRefusal(row);
      return;
    }
    table.chunkOf(row)[table.offsetOf(row)] = 1;
    this.#shownRow = row;
  }

  #hide(): void {
    const row = this.#shownRow;
    if (row < 0) return;
    if (this.#table.isOpen) this.#table.remove(row);
    else this.#table.chunkOf(row)[this.#table.offsetOf(row)] = Number.NaN;
    this.#shownRow = NONE;
  }
}
