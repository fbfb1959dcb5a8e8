// Retention: blocks whose every sample is older than the floor are deleted chunk by chunk, and then the series that have
// no sample left. What a block that is partly older still holds is hidden from reads by the floor itself.

import type { BlockStore } from './block-store.ts';
import type { Head } from './head.ts';
import { Pace } from './pacing.ts';
import type { SeriesRegistry } from './series-registry.ts';

const REMOVE_PIECE = 256;

export interface RetentionParts {
  readonly registry: SeriesRegistry;
  readonly blocks: BlockStore;
  /** The heads that hold samples now. */
  readonly heads: () => readonly Head[];
}

/** Deletes what is older than `floorMs`. */
export async function deleteOlderThan(parts: RetentionParts, floorMs: number, assertOpen: () => void): Promise<void> {
  const pace = new Pace();
  const rest = async () => {
    await pace.rest();
    assertOpen();
  };
  for (const block of parts.blocks.blocks) {
    if (block.maxTimeMs >= floorMs) continue;
    while (parts.blocks.deletePiece(block)) if (pace.isOver()) await rest();
  }
  await rest();

  let expired: number[] = [];
  let visited = 0;
  for (const slot of parts.registry.index.slots()) {
    if (isExpired(parts, slot, floorMs)) expired.push(slot);
    if (++visited % REMOVE_PIECE !== 0 || !pace.isOver()) continue;
    await rest();
  }
  while (expired.length > 0) {
    // A series may have got a sample since it was looked at.
    const piece = expired.slice(0, REMOVE_PIECE).filter((slot) => isExpired(parts, slot, floorMs));
    expired = expired.slice(REMOVE_PIECE);
    if (piece.length > 0) parts.registry.remove(piece);
    await rest();
  }
  for (const _ of parts.registry.index.sweep()) if (pace.isOver()) await rest();
}

/** A series without any sample yet is waiting for its first, and stays. */
function isExpired({ registry, heads }: RetentionParts, slot: number, floorMs: number): boolean {
  const latestMs = registry.index.latestMs[slot]!;
  if (latestMs === Number.NEGATIVE_INFINITY || latestMs >= floorMs) return false;
  return !heads().some((head) => head.has(slot));
}
