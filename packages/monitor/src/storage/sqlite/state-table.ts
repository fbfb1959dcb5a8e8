// The few numbers that the store remembers of itself.

import { integerCell, rowChecksum, verifyRow } from './cells.ts';
import type { Database } from './database.ts';

export class StateTable {
  readonly #select;
  readonly #save;

  constructor(database: Database) {
    this.#select = database.prepare('SELECT value, checksum FROM state WHERE name = ?');
    this.#save = database.prepare('INSERT OR REPLACE INTO state (name, value, checksum) VALUES (?, ?, ?)');
  }

  /** 0 when it was never set. @throws {DamagedBytes} */
  get(name: string): number {
    const row = this.#select.get(name);
    if (row === undefined) return 0;
    const value = integerCell(row, 'value');
    verifyRow('state', [name, value], row['checksum']);
    return value;
  }

  set(name: string, value: number): void {
    this.#save.run(name, value, rowChecksum('state', [name, value]));
  }
}
