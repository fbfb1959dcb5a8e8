// What is known of metric families: type, help, unit. The latest word counts.

import type { MetricMetadata } from '../../model/batch.ts';
import type { Database } from './database.ts';
import type { StoreLimits } from './limits.ts';
import { rowChecksum, textCell, verifyRow } from './schema.ts';

export class MetadataTable {
  readonly #limits: StoreLimits;
  readonly #save;
  readonly #byName = new Map<string, MetricMetadata>();

  /** @throws {DamagedBytes} */
  constructor(database: Database, limits: StoreLimits) {
    this.#limits = limits;
    this.#save = database.prepare('INSERT OR REPLACE INTO metadata (name, entry, checksum) VALUES (?, ?, ?)');
    for (const row of database.prepare('SELECT name, entry, checksum FROM metadata').iterate()) {
      const name = textCell(row, 'name');
      const entry = textCell(row, 'entry');
      verifyRow('metadata', [name, entry], row['checksum']);
      const metadata = JSON.parse(entry) as MetricMetadata;
      this.#byName.set(metadata.name, metadata);
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
    for (const { name, type, help, unit } of entries) {
      // The key is JSON too, because not every string can be said in UTF-8.
      const key = JSON.stringify(name);
      const entry = JSON.stringify({ name, type, help, unit });
      this.#save.run(key, entry, rowChecksum('metadata', [key, entry]));
    }
  }

  committed(entries: readonly MetricMetadata[]): void {
    for (const { name, type, help, unit } of entries) this.#byName.set(name, { name, type, help, unit });
  }

  /** Of one family, or of all when the name is ''; at most `limit`, 0 for all. */
  find(name: string, limit: number): readonly MetricMetadata[] {
    if (name !== '') return [this.#byName.get(name)].filter((entry) => entry !== undefined);
    return [...this.#byName.values()].slice(0, limit === 0 ? undefined : limit);
  }
}
