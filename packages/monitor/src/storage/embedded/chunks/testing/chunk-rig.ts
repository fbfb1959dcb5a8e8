// A chunk store over a file in a folder of its own, with the few lines that seal and read as the store around it does.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TimeRange } from '../../../interface.ts';
import type { Database } from '../../../sqlite/database.ts';
import { StateTable } from '../../../sqlite/state-table.ts';
import { groupOf } from '../../codec/group.ts';
import { Columns } from '../../columns.ts';
import { type ChunkEntry, ChunkStore } from '../chunk-store.ts';
import type { LostChunk } from '../damage.ts';
import type { Packer } from '../packer.ts';
import { openChunkDatabase } from './chunk-database.ts';
import { chunkOf, type Sample, samplesOf } from './columns-of.ts';
import { InlinePacker } from './inline-packer.ts';

const ALL_TIME: TimeRange = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };

/** What a seal writes into one group and window. */
export interface SealedPart {
  readonly windowStartMs: number;
  readonly windowMs: number;
  /** Series of one group, by ascending reference. */
  readonly series: readonly (readonly [ref: number, samples: readonly Sample[]])[];
}

export interface ChunkRigOptions {
  readonly packer?: Packer;
  readonly chunkCacheBytes?: number;
}

export class ChunkRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'chainpulse-chunks-'));
  readonly lost: LostChunk[] = [];
  readonly packer: Packer;
  nowMs = 0;
  database: Database;
  store: ChunkStore;
  readonly #chunkCacheBytes: number;
  #path = join(this.folder, '0.db');

  constructor({ packer = new InlinePacker(), chunkCacheBytes = 100_000 }: ChunkRigOptions = {}) {
    this.packer = packer;
    this.#chunkCacheBytes = chunkCacheBytes;
    this.database = openChunkDatabase(this.#path);
    this.store = this.#openStore();
  }

  get path(): string {
    return this.#path;
  }

  /** Goes on with a new store, over the same file or another; what happens to the file meanwhile may be given. */
  reopen(path = this.#path, meanwhile = () => {}): void {
    this.database.close();
    meanwhile();
    this.#path = path;
    this.database = openChunkDatabase(path);
    this.store = this.#openStore();
  }

  end(): void {
    this.database.close();
    rmSync(this.folder, { recursive: true });
  }

  /** As much of a seal as comes before the transaction that makes it count. */
  writeParts(parts: readonly SealedPart[]): void {
    while (this.store.deleteUnfinished());
    this.store.beginSeal();
    this.database.transaction('relaxed', () => {
      for (const { windowStartMs, windowMs, series } of parts) {
        this.store.writeChunk(groupOf(series[0]![0]), windowStartMs, windowMs, chunkOf(series));
      }
    });
  }

  seal(parts: readonly SealedPart[]): void {
    this.writeParts(parts);
    this.database.transaction('durable', () => this.store.writeSealed());
    this.store.sealed();
  }

  delete(ref: number, { minTimeMs, maxTimeMs }: TimeRange): void {
    const tombstone = { ref, minTimeMs, maxTimeMs, throughSequence: this.store.sealedSequence };
    const written = this.database.transaction('durable', () => this.store.addTombstones([tombstone]));
    this.store.tombstonesCommitted(written);
  }

  /** All that is due is merged. */
  async mergeDue(): Promise<void> {
    for (;;) {
      const plan = this.store.nextMerge(this.nowMs);
      if (plan === undefined) return;
      await this.store.merge(plan);
    }
  }

  entries(group: number): readonly ChunkEntry[] {
    return this.store.chunksIn(group, ALL_TIME);
  }

  /** The samples of a series in these chunks, as a reader puts them together. */
  read(ref: number, entries: readonly ChunkEntry[] = this.entries(groupOf(ref))): readonly Sample[] {
    const values = new Map<number, number>();
    for (const entry of entries) {
      const columns = new Columns();
      this.store.read(entry)?.read(ref, ALL_TIME, columns);
      const hidden = this.store.tombstonesOf(ref).filter(({ throughSequence }) => entry.sequence <= throughSequence);
      for (const [timeMs, value] of samplesOf(columns)) {
        if (hidden.some(({ minTimeMs, maxTimeMs }) => timeMs >= minTimeMs && timeMs <= maxTimeMs)) continue;
        if (!values.has(timeMs)) values.set(timeMs, value);
      }
    }
    return [...values].sort(([one], [other]) => one - other);
  }

  #openStore(): ChunkStore {
    return new ChunkStore({
      database: this.database,
      state: new StateTable(this.database),
      packer: this.packer,
      limits: { chunkCacheBytes: this.#chunkCacheBytes },
      clock: { nowMs: () => this.nowMs },
      onDamage: (lost) => this.lost.push(lost),
    });
  }
}

/** Changes a byte in the middle of a chunk's envelope. */
export function damageChunk(database: Database, id: number): void {
  const row = database.prepare('SELECT data FROM chunk_data WHERE id = ?').get(id);
  const data = row?.['data'];
  if (!(data instanceof Uint8Array)) throw new Error(`there is no chunk ${id}`);
  const middle = data.length >> 1;
  data[middle] = data[middle]! ^ 0x10;
  database.prepare('UPDATE chunk_data SET data = ? WHERE id = ?').run(data, id);
}
