// Blocks: what was sealed, each the samples of a stretch of commits, cut into chunks of neighbouring references. As a
// series only takes samples after its latest, a series' samples in ascending blocks are in the order of time. The rows of
// the blocks are in memory, the chunks are read when asked for and kept in a cache of bounded size.

import type { TimeRange } from '../interface.ts';
import { ByteWriter } from './bytes.ts';
import {
  type ChunkSeries,
  chunkId,
  type DecodedChunk,
  type DecodedSeries,
  decodeChunk,
  encodeChunk,
  GROUPS_MAX,
  groupOf,
} from './chunk-codec.ts';
import type { Database } from './database.ts';
import { unwrap, wrap } from './envelope.ts';
import { blobCell, integerCell, type Row, rowChecksum, verifyRow } from './schema.ts';

const DELETE_PIECE = 128;
const BLOCK_COLUMNS = ['id', 'min_time_ms', 'max_time_ms', 'samples', 'chunks', 'size_bytes'] as const;

export interface Block extends TimeRange {
  readonly id: number;
  readonly samples: number;
  readonly chunks: number;
  readonly sizeBytes: number;
}

export class BlockStore {
  readonly #database: Database;
  readonly #statements;
  readonly #writer = new ByteWriter();
  readonly #cacheMaxBytes: number;
  /** By chunk id, least recently used first. `undefined`: there is no such chunk. */
  readonly #cache = new Map<number, DecodedChunk | undefined>();
  #cachedBytes = 0;
  #blocks: readonly Block[] = [];
  #nextId: number;

  /** @throws {DamagedBytes} */
  constructor(database: Database, cacheMaxBytes: number) {
    this.#database = database;
    this.#cacheMaxBytes = cacheMaxBytes;
    this.#statements = {
      insertChunk: database.prepare('INSERT OR REPLACE INTO chunks (id, data) VALUES (?, ?)'),
      selectChunk: database.prepare('SELECT data FROM chunks WHERE id = ?'),
      deleteChunks: database.prepare(
        'DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE id >= ? AND id < ? LIMIT ?)',
      ),
      insertBlock: database.prepare(`INSERT INTO blocks (${BLOCK_COLUMNS.join()}, checksum) VALUES (?,?,?,?,?,?,?)`),
      deleteBlock: database.prepare('DELETE FROM blocks WHERE id = ?'),
    };
    this.#blocks = [...database.prepare('SELECT * FROM blocks ORDER BY id').iterate()].map(blockOf);
    this.#nextId = (this.#blocks.at(-1)?.id ?? 0) + 1;
  }

  /** By ascending id; never changed in place. */
  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  /** The id of the block that is being made, or would be. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Writes one chunk of the block in the making; within a transaction of the caller. Gives its bytes on the disk. */
  writeChunk(group: number, series: readonly ChunkSeries[]): number {
    this.#writer.clear();
    encodeChunk(this.#writer, series);
    const id = chunkId(this.#nextId, group);
    const blob = wrap(chunkPlace(id), this.#writer.written());
    this.#statements.insertChunk.run(id, blob);
    return blob.length;
  }

  /** Writes that the block is whole; within a transaction of the caller, who calls `completed` after it. */
  writeBlock(block: Block): void {
    const cells = cellsOf(block);
    this.#statements.insertBlock.run(...cells, rowChecksum('blocks', cells));
  }

  completed(block: Block): void {
    this.#blocks = [...this.#blocks, block];
    this.#nextId = block.id + 1;
  }

  /** Deletes some chunks of the block in the making, which an earlier seal left behind; false when there are none. */
  deleteUnfinished(): boolean {
    return this.#deleteChunks(this.#nextId);
  }

  /** Deletes some of a block, its row last; false when it is gone. */
  deletePiece(block: Block): boolean {
    if (this.#deleteChunks(block.id)) return true;
    this.#database.transaction('relaxed', () => this.#statements.deleteBlock.run(block.id));
    this.#blocks = this.#blocks.filter(({ id }) => id !== block.id);
    return false;
  }

  /** What one series has in one block. @throws {DamagedBytes} */
  read(block: Block, ref: number): DecodedSeries | undefined {
    return this.#chunk(block, groupOf(ref))?.series.get(ref);
  }

  #chunk(block: Block, group: number): DecodedChunk | undefined {
    const id = chunkId(block.id, group);
    if (this.#cache.has(id)) {
      const known = this.#cache.get(id);
      this.#cache.delete(id);
      this.#cache.set(id, known);
      return known;
    }
    const row = this.#statements.selectChunk.get(id);
    const chunk = row === undefined ? undefined : decodeChunk(unwrap(chunkPlace(id), blobCell(row, 'data')), group);
    this.#cache.set(id, chunk);
    this.#cachedBytes += cachedSize(chunk);
    for (const [oldId, old] of this.#cache) {
      if (this.#cachedBytes <= this.#cacheMaxBytes || oldId === id) break;
      this.#cache.delete(oldId);
      this.#cachedBytes -= cachedSize(old);
    }
    return chunk;
  }

  #deleteChunks(blockId: number): boolean {
    const { changes } = this.#database.transaction('relaxed', () =>
      this.#statements.deleteChunks.run(blockId * GROUPS_MAX, (blockId + 1) * GROUPS_MAX, DELETE_PIECE),
    );
    return Number(changes) > 0;
  }
}

export function chunkPlace(id: number): string {
  return `chunk ${id}`;
}

const CACHE_ENTRY_BYTES = 256;

function cachedSize(chunk: DecodedChunk | undefined): number {
  return CACHE_ENTRY_BYTES + (chunk?.sizeBytes ?? 0);
}

function cellsOf(block: Block): number[] {
  return [block.id, block.minTimeMs, block.maxTimeMs, block.samples, block.chunks, block.sizeBytes];
}

/** @throws {DamagedBytes} */
export function blockOf(row: Row): Block {
  const [id, minTimeMs, maxTimeMs, samples, chunks, sizeBytes] = BLOCK_COLUMNS.map((name) =>
    integerCell(row, name),
  ) as [number, number, number, number, number, number];
  const block = { id, minTimeMs, maxTimeMs, samples, chunks, sizeBytes };
  verifyRow('blocks', cellsOf(block), row['checksum']);
  return block;
}
