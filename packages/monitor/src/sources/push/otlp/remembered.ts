// What was made of some bytes, kept for the next time that they come. Bounded as its table is: when that is full, everything
// is forgotten, and made again as it comes.

import { ByteTable, type ByteTableLimits } from '../byte-table.ts';
import type { KeyBuffer } from './key-buffer.ts';

export class Remembered<T> {
  readonly #table: ByteTable;
  #generation: number;
  #values: (T | undefined)[] = [];

  constructor(limits: ByteTableLimits) {
    this.#table = new ByteTable(limits);
    this.#generation = this.#table.generation;
  }

  /** The one for this key, made when there is none. */
  get(key: KeyBuffer, make: () => T): T {
    const entry = this.#table.entryOf(key.bytes, key.view, 0, key.length);
    if (entry < 0) return make();
    if (this.#table.generation !== this.#generation) {
      this.#generation = this.#table.generation;
      this.#values = [];
    }
    const known = this.#values[entry];
    if (known !== undefined) return known;
    const made = make();
    this.#values[entry] = made;
    return made;
  }
}
