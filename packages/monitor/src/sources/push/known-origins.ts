// The series that a request has named so far: where in its bytes each stands, and which entry of the table of known series
// it is, so that the reference that the store gives can be remembered there. Holds until the batch is flushed.

import type { ByteTable } from './byte-table.ts';

const INITIAL_ORIGINS = 2048;
/** Of an origin: where it starts and ends, its entry (-1 when it is not remembered), the table's generation at that time. */
const COLUMNS = 4;

export class KnownOrigins {
  readonly #known: ByteTable;
  #cells = new Int32Array(COLUMNS * INITIAL_ORIGINS);
  #count = 0;

  constructor(known: ByteTable) {
    this.#known = known;
  }

  add(start: number, end: number, entry: number): number {
    const at = COLUMNS * this.#count;
    if (at === this.#cells.length) this.#grow();
    const cells = this.#cells;
    cells[at] = start;
    cells[at + 1] = end;
    cells[at + 2] = entry;
    cells[at + 3] = this.#known.generation;
    return this.#count++;
  }

  startOf(origin: number): number {
    return this.#cells[COLUMNS * origin]!;
  }

  endOf(origin: number): number {
    return this.#cells[COLUMNS * origin + 1]!;
  }

  /** The entry of the series that was added last. */
  get lastEntry(): number {
    return this.#cells[COLUMNS * this.#count - 2]!;
  }

  resolved(origin: number, ref: number): void {
    const entry = this.#cells[COLUMNS * origin + 2]!;
    // Once emptied, an entry of the table is another one's.
    const isHeld = entry >= 0 && this.#cells[COLUMNS * origin + 3] === this.#known.generation;
    if (isHeld) this.#known.setValue(entry, ref);
  }

  /** Origins that it has memory for. */
  get capacity(): number {
    return this.#cells.length / COLUMNS;
  }

  clear(): void {
    this.#count = 0;
  }

  #grow(): void {
    const cells = new Int32Array(2 * this.#cells.length);
    cells.set(this.#cells);
    this.#cells = cells;
  }
}
