// The series that a request has named so far: where in its bytes each stands, and which entry of the table of known series
// it is, so that the reference that the store gives can be remembered there. Holds until the batch is flushed.

import type { ByteTable } from './byte-table.ts';

export class KnownOrigins {
  readonly #known: ByteTable;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** -1 for a series that is not remembered. */
  readonly #entries: number[] = [];
  /** Of the table, when the entry was taken: once emptied, it is another one's. */
  readonly #generations: number[] = [];

  constructor(known: ByteTable) {
    this.#known = known;
  }

  add(start: number, end: number, entry: number): number {
    this.#starts.push(start);
    this.#ends.push(end);
    this.#entries.push(entry);
    this.#generations.push(this.#known.generation);
    return this.#starts.length - 1;
  }

  startOf(origin: number): number {
    return this.#starts[origin]!;
  }

  endOf(origin: number): number {
    return this.#ends[origin]!;
  }

  /** The entry of the series that was added last. */
  get lastEntry(): number {
    return this.#entries.at(-1)!;
  }

  resolved(origin: number, ref: number): void {
    const entry = this.#entries[origin]!;
    if (entry >= 0 && this.#generations[origin] === this.#known.generation) this.#known.setValue(entry, ref);
  }

  clear(): void {
    this.#starts.length = 0;
    this.#ends.length = 0;
    this.#entries.length = 0;
    this.#generations.length = 0;
  }
}
