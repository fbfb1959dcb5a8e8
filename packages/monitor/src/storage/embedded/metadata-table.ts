// What is known of metric families: type, help, unit. The latest word counts. Each commit's news are one packed row; when
// many rows have gathered, the next news are written together with all that is known as the only row.

import type { MetricMetadata } from '../../model/batch.ts';
import { blobCell, integerCell } from '../sqlite/cells.ts';
import type { Database } from '../sqlite/database.ts';
import { unwrap, wrap } from '../sqlite/envelope.ts';
import { DamagedBytes } from '../sqlite/failures.ts';
import type { StoreLimits } from './limits.ts';

const ROWS_MAX = 64;

export class MetadataTable {
  readonly #limits: StoreLimits;
  readonly #insert;
  readonly #clear;
  readonly #byName = new Map<string, MetricMetadata>();
  #lastId = 0;
  #writtenId = 0;

  /** @throws {DamagedBytes} */
  constructor(database: Database, limits: StoreLimits) {
    this.#limits = limits;
    this.#insert = database.prepare('INSERT INTO metadata (id, data) VALUES (?, ?)');
    this.#clear = database.prepare('DELETE FROM metadata');
    for (const row of database.prepare('SELECT id, data FROM metadata ORDER BY id').iterate()) {
      const id = integerCell(row, 'id');
      for (const entry of entriesOf(unwrap(metadataPlace(id), blobCell(row, 'data'))))
        this.#byName.set(entry.name, entry);
      this.#lastId = id;
    }
  }

  /** Those that say something new and are within the limits. */
  news(entries: readonly MetricMetadata[]): MetricMetadata[] {
    let room = this.#limits.metadataMax - this.#byName.size;
    return entries.filter((entry) => {
      if (entry.name.length + entry.help.length + entry.unit.length > this.#limits.metadataLengthMax) return false;
      const known = this.#byName.get(entry.name);
      if (known === undefined) return room-- > 0;
      return known.type !== entry.type || known.help !== entry.help || known.unit !== entry.unit;
    });
  }

  /** Within a transaction of the caller, who calls `committed` when it is through. */
  write(entries: readonly MetricMetadata[]): void {
    if (entries.length === 0) return;
    let rows = entries;
    this.#writtenId = this.#lastId + 1;
    if (this.#writtenId > ROWS_MAX) {
      this.#clear.run();
      rows = [...new Map([...this.#byName.values(), ...entries].map((entry) => [entry.name, entry])).values()];
      this.#writtenId = 1;
    }
    // JSON, because it keeps every string: also NUL and lone surrogates, which UTF-8 cannot say.
    const text = JSON.stringify(rows.map(({ name, type, help, unit }) => [name, type, help, unit]));
    this.#insert.run(this.#writtenId, wrap(metadataPlace(this.#writtenId), Buffer.from(text)));
  }

  committed(entries: readonly MetricMetadata[]): void {
    if (entries.length === 0) return;
    this.#lastId = this.#writtenId;
    for (const { name, type, help, unit } of entries) this.#byName.set(name, { name, type, help, unit });
  }

  /** Of one family, or of all when the name is ''; at most `limit`, 0 for all. */
  find(name: string, limit: number): readonly MetricMetadata[] {
    if (name !== '') return [this.#byName.get(name)].filter((entry) => entry !== undefined);
    return [...this.#byName.values()].slice(0, limit === 0 ? undefined : limit);
  }
}

export function metadataPlace(id: number): string {
  return `metadata ${id}`;
}

function entriesOf(payload: Uint8Array): MetricMetadata[] {
  try {
    const rows = JSON.parse(Buffer.from(payload).toString('utf8')) as [
      string,
      MetricMetadata['type'],
      string,
      string,
    ][];
    return rows.map(([name, type, help, unit]) => ({ name, type, help, unit }));
  } catch (error) {
    throw new DamagedBytes(`metadata cannot be read: ${String(error)}`);
  }
}
