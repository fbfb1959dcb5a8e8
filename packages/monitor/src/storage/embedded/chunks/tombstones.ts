// Tombstones: what was deleted of a series while chunks still hold it. One hides a stretch of time of one series in all
// chunks up to a sequence, from readers at once, and from the chunks when they are next rewritten. A chunk knows the
// latest tombstone that was applied to it. Invariant: a tombstone is deleted only when no chunk, replaced ones that a read
// may still look at included, holds anything that it hides.

import { ChainpulseError } from '../../../model/errors.ts';
import type { TimeRange } from '../../interface.ts';
import type { Database } from '../../sqlite/database.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import { GROUP_SERIES, groupOf } from '../codec/group.ts';
import { TIMESTAMP_MAX_MS } from '../limits.ts';
import { type ChunkEntry, numbersChecksum, verifyNumbers } from './tables.ts';

/** Tombstones at once; a deletion that needs more is refused with `storage_too_many_deletions`. */
const TOMBSTONES_MAX = 1_000_000;
const LAST_ID = 'last_tombstone';

export interface NewTombstone extends TimeRange {
  readonly ref: number;
  /** What is hidden came with a seal up to this one. */
  readonly throughSequence: number;
}

export interface Tombstone extends NewTombstone {
  readonly id: number;
}

export class Tombstones {
  readonly #state: StateTable;
  readonly #statements;
  readonly #ofRef = new Map<number, readonly Tombstone[]>();
  #size = 0;
  #lastId: number;

  /** @throws {DamagedBytes} */
  constructor(database: Database, state: StateTable) {
    this.#state = state;
    this.#statements = {
      insert: database.prepare('INSERT INTO tombstones VALUES (?, ?, ?, ?, ?, ?)'),
      delete: database.prepare('DELETE FROM tombstones WHERE id = ?'),
    };
    this.#lastId = state.get(LAST_ID);
    const select = database.prepare('SELECT * FROM tombstones ORDER BY id');
    select.setReturnArrays(true);
    for (const row of select.iterate()) {
      const cells = row as unknown as readonly [number, number, number, number, number];
      verifyNumbers('tombstones', cells);
      const [id, ref, minTimeMs, maxTimeMs, throughSequence] = cells;
      this.#remember({ id, ref, minTimeMs, maxTimeMs, throughSequence });
    }
  }

  get size(): number {
    return this.#size;
  }

  /** The id of the latest that was ever made. */
  get lastId(): number {
    return this.#lastId;
  }

  /**
   * Writes them within a transaction of the caller, who hands the result to `committed` after it.
   * @throws {ChainpulseError} `storage_too_many_deletions`
   */
  write(list: readonly NewTombstone[]): readonly Tombstone[] {
    if (this.#size + list.length > TOMBSTONES_MAX) throw tooMany(this.#size + list.length);
    const written = list.map(({ ref, minTimeMs, maxTimeMs, throughSequence }) => ({
      id: ++this.#lastId,
      ref,
      // Plus 0, as the file has no -0, and the checksum tells it from 0.
      minTimeMs: Math.ceil(Math.max(minTimeMs, -TIMESTAMP_MAX_MS)) + 0,
      maxTimeMs: Math.floor(Math.min(maxTimeMs, TIMESTAMP_MAX_MS)) + 0,
      throughSequence,
    }));
    for (const { id, ref, minTimeMs, maxTimeMs, throughSequence } of written) {
      const cells = [id, ref, minTimeMs, maxTimeMs, throughSequence];
      this.#statements.insert.run(...cells, numbersChecksum('tombstones', cells));
    }
    this.#state.set(LAST_ID, this.#lastId);
    return written;
  }

  committed(written: readonly Tombstone[]): void {
    for (const tombstone of written) this.#remember(tombstone);
  }

  /** Ascending by id. */
  of(ref: number): readonly Tombstone[] {
    return this.#ofRef.get(ref) ?? [];
  }

  ofGroup(group: number): readonly Tombstone[] {
    if (this.#size === 0) return [];
    const found: Tombstone[] = [];
    for (let ref = group * GROUP_SERIES; ref < (group + 1) * GROUP_SERIES; ref++) found.push(...this.of(ref));
    return found;
  }

  /** The groups that have any. */
  groups(): ReadonlySet<number> {
    const groups = new Set<number>();
    for (const ref of this.#ofRef.keys()) groups.add(groupOf(ref));
    return groups;
  }

  /** Deletes them, within a transaction of the caller, who calls `deleted` after it. */
  delete(list: readonly Tombstone[]): void {
    for (const { id } of list) this.#statements.delete.run(id);
  }

  deleted(list: readonly Tombstone[]): void {
    for (const { id, ref } of list) {
      const rest = this.of(ref).filter((tombstone) => tombstone.id !== id);
      if (rest.length === 0) this.#ofRef.delete(ref);
      else this.#ofRef.set(ref, rest);
      this.#size--;
    }
  }

  #remember(tombstone: Tombstone): void {
    this.#ofRef.set(tombstone.ref, [...this.of(tombstone.ref), tombstone]);
    this.#size++;
  }
}

/** It may hide something of the chunk. */
export function touches({ id, minTimeMs, maxTimeMs, throughSequence }: Tombstone, entry: ChunkEntry): boolean {
  return (
    id > entry.tombstonesApplied &&
    entry.sequence <= throughSequence &&
    minTimeMs <= entry.maxTimeMs &&
    maxTimeMs >= entry.minTimeMs
  );
}

function tooMany(count: number): ChainpulseError {
  return new ChainpulseError(
    'storage_too_many_deletions',
    `${count} deletions would wait to be applied, over the limit of ${TOMBSTONES_MAX}: clean the tombstones first`,
  );
}
