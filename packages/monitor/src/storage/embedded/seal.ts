// Sealing: the frozen head becomes one block. Chunks and latest samples are written in short relaxed transactions; then
// one durable transaction makes the block whole and the batches that it covers void. Before that one the batches count
// and the chunks do not, after it the other way round, so a crash at any moment neither loses nor doubles a sample.

import type { BatchLog } from './batch-log.ts';
import type { BlockStore } from './block-store.ts';
import { type ChunkSeries, groupOf } from './chunk-codec.ts';
import { Columns } from './columns.ts';
import type { Database } from './database.ts';
import type { Head } from './head.ts';
import { Pace } from './pacing.ts';
import type { SeriesRegistry } from './series-registry.ts';

export interface SealParts {
  readonly database: Database;
  readonly registry: SeriesRegistry;
  readonly log: BatchLog;
  readonly blocks: BlockStore;
}

/** A head that takes no more samples, and the part of the log that holds the same. */
export interface FrozenHead {
  readonly head: Head;
  readonly throughSequence: number;
  readonly logBytes: number;
}

interface Group {
  readonly group: number;
  readonly slots: readonly number[];
}

/** May be given up at any moment (`assertOpen` throws) and started again from the beginning. */
export async function sealHead(parts: SealParts, frozen: FrozenHead, assertOpen: () => void): Promise<void> {
  const { database, registry, log, blocks } = parts;
  const pace = new Pace();
  const rest = async () => {
    await pace.rest();
    assertOpen();
  };
  while (blocks.deleteUnfinished()) await rest();

  let chunks = 0;
  let sizeBytes = 0;
  const latestPages = new Set<number>();
  const columns = new Columns();
  const groups = groupsOf(frozen.head, registry);
  const writeChunks = steps(groups, pace, ({ group, slots }) => {
    sizeBytes += blocks.writeChunk(
      group,
      slots.map((slot) => chunkSeriesOf(frozen.head, registry, slot, columns)),
    );
    chunks++;
    for (const slot of slots) latestPages.add(registry.latestPageOf(registry.index.refOf(slot)));
  });
  while (database.transaction('relaxed', writeChunks)) await rest();
  await rest();
  const writeLatest = steps(latestPages.values(), pace, (page) => registry.saveLatestPage(page));
  while (database.transaction('relaxed', writeLatest)) await rest();

  const { minTimeMs, maxTimeMs, samples } = frozen.head;
  const block = { id: blocks.nextId, minTimeMs, maxTimeMs, samples, chunks, sizeBytes };
  database.transaction('durable', () => {
    blocks.writeBlock(block);
    log.writeSealed(frozen.throughSequence);
  });
  blocks.completed(block);
  log.sealed(frozen.throughSequence, frozen.logBytes);
}

/** A function that takes items until the piece is over; it gives whether there may be more. */
function steps<T>(items: Iterator<T>, pace: Pace, step: (item: T) => void): () => boolean {
  return () => {
    for (;;) {
      const next = items.next();
      if (next.done === true) return false;
      step(next.value);
      if (pace.isOver()) return true;
    }
  };
}

function* groupsOf(head: Head, { index }: SeriesRegistry): Generator<Group> {
  let group = -1;
  let slots: number[] = [];
  for (const slot of index.slots()) {
    if (!head.has(slot)) continue;
    const next = groupOf(index.refOf(slot));
    if (next !== group) {
      if (slots.length > 0) yield { group, slots };
      group = next;
      slots = [];
    }
    slots.push(slot);
  }
  if (slots.length > 0) yield { group, slots };
}

function chunkSeriesOf(head: Head, { index }: SeriesRegistry, slot: number, columns: Columns): ChunkSeries {
  columns.clear();
  head.read(slot, { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY }, columns);
  return {
    ref: index.refOf(slot),
    timesMs: columns.copyTimes(),
    bits: columns.copyBits(),
    histograms: head.histogramsOf(slot),
    exemplars: head.exemplarsOf(slot),
  };
}
