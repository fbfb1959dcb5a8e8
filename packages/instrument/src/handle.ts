// A handle: one series of an instrument, found once. It keeps the chunk and the offset of its values, so that a record is
// one addition to an array. A handle of a removed series, or of labels that cannot be had, keeps an empty chunk instead:
// reading it gives `undefined`, which is the only check that the hot path pays for, and what it is given is counted.

import type { DropReason } from './drops.ts';
import { reasonOf, type SeriesTable } from './series-table.ts';
import { NO_VALUES } from './values.ts';

export abstract class SeriesHandle {
  protected values: Float64Array = NO_VALUES;
  protected offset = 0;
  readonly #table: SeriesTable;
  #whyNowhere: DropReason = 'unknown_label';

  /** `row` may be a refusal of `SeriesTable.rowOf`. */
  constructor(table: SeriesTable, row: number) {
    this.#table = table;
    if (row < 0) {
      this.#whyNowhere = reasonOf(row);
    } else {
      this.values = table.chunkOf(row);
      this.offset = table.offsetOf(row);
    }
  }

  /** The series was removed: from now on the handle leads nowhere. */
  detach(): void {
    this.values = NO_VALUES;
  }

  /** Counts a record that could not be taken. */
  protected drop(): void {
    this.#table.shared.drops.count(this.values.length === 0 ? this.#whyNowhere : 'invalid_value');
  }
}

/** The handles of one instrument, made when they are asked for: the same object for the same labels. */
export class HandleCache<H extends SeriesHandle> {
  readonly #table: SeriesTable;
  readonly #make: (row: number) => H;
  /** By row. */
  readonly #handles: (H | undefined)[] = [];

  constructor(table: SeriesTable, make: (row: number) => H) {
    this.#table = table;
    this.#make = make;
  }

  of(labels: Readonly<Record<string, unknown>>): H {
    const row = this.#table.rowOf(labels);
    const known = this.#handles[row];
    if (known !== undefined) return known;
    const handle = this.#make(row);
    if (row >= 0) this.#handles[row] = handle;
    return handle;
  }

  /** Takes the series away and detaches its handle; false when there was none, or when it exists for ever. */
  remove(labels: Readonly<Record<string, unknown>>): boolean {
    const row = this.#table.isOpen ? this.#table.existingRowOf(labels) : -1;
    if (row < 0) return false;
    this.#handles[row]?.detach();
    this.#handles[row] = undefined;
    this.#table.remove(row);
    return true;
  }
}
