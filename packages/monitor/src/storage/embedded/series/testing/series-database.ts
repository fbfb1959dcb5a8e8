// A database of the store in a folder of its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../../sqlite/database.ts';
import { CREATE_TABLES } from '../../tables.ts';

export class SeriesDatabase {
  readonly #directory = mkdtempSync(join(tmpdir(), 'chainpulse-series-'));
  database = this.#open(Number.POSITIVE_INFINITY);

  /** As after a stop of the process. */
  reopen(fileMaxBytes = Number.POSITIVE_INFINITY): Database {
    this.database.close();
    this.database = this.#open(fileMaxBytes);
    return this.database;
  }

  delete(): void {
    this.database.close();
    rmSync(this.#directory, { recursive: true });
  }

  #open(fileMaxBytes: number): Database {
    return new Database(join(this.#directory, 'series.db'), 'normal', fileMaxBytes, CREATE_TABLES);
  }
}
