// What this monitor has told of metric families. Many servers keep nothing of it, so the store answers from here too, and a
// request of remote write 2.0 takes it from here. The latest word counts.

import type { MetricMetadata } from '../../../model/batch.ts';
import { rowChecksum, textCell, verifyRow } from '../../sqlite/cells.ts';
import type { Database } from '../../sqlite/database.ts';
import type { RemoteLimits } from '../limits.ts';

/** What a family's name gains in the names of its series. */
const SUFFIX = /_(?:total|bucket|sum|count|info|created)$/;

export class KnownMetadata {
  readonly #limits: RemoteLimits;
  readonly #save;
  readonly #byName = new Map<string, MetricMetadata>();

  /** @throws {DamagedBytes} */
  constructor(database: Database, limits: RemoteLimits) {
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

  /** Of one family, or of all when the name is ''. */
  find(name: string): readonly MetricMetadata[] {
    if (name !== '') return [this.#byName.get(name)].filter((entry) => entry !== undefined);
    return [...this.#byName.values()];
  }

  /** Of the family that a series of this name belongs to. */
  ofSeries(seriesName: string): MetricMetadata | undefined {
    return this.#byName.get(seriesName) ?? this.#byName.get(seriesName.replace(SUFFIX, ''));
  }
}
