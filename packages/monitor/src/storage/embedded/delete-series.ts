// Deletion of series, or of a stretch of them: tombstones hide what chunks have, and merging takes it out. What is in the
// head is sealed before, since only chunks can be hidden. A series of which nothing is left is forgotten.

import type { DeleteRequest, TimeRange } from '../interface.ts';
import type { Database } from '../sqlite/database.ts';
import { Pace } from '../sqlite/pacing.ts';
import type { ChunkStore } from './chunks/chunk-store.ts';
import type { Heads } from './head/heads.ts';
import { TIMESTAMP_MAX_MS } from './limits.ts';
import type { Sealer } from './sealer.ts';
import type { SeriesRegistry } from './series/series-registry.ts';

/** Series whose deletion is written down in one transaction. */
const PIECE = 4096;
/** Series that are removed in one turn: no more than `SeriesRegistry.remove` takes before it returns. */
const REMOVED_AT_ONCE = 512;

interface Parts {
  readonly database: Database;
  readonly series: SeriesRegistry;
  readonly chunks: ChunkStore;
  readonly heads: Heads;
  readonly sealer: Sealer;
  readonly assertOpen: () => void;
}

/** Gives how many series the deletion concerned. Samples that come while it runs may stay. */
export async function deleteSeries(parts: Parts, request: DeleteRequest): Promise<number> {
  const { assertOpen, heads, sealer, series } = parts;
  // What comes meanwhile came after the call, so this ends also when samples never cease.
  const hasFrozen = heads.frozen !== undefined;
  if (!heads.isEmpty) await sealer.seal();
  if (hasFrozen && !heads.isEmpty) await sealer.seal();
  assertOpen();
  const refs = await matchingRefs(parts, request);
  const pace = new Pace();
  for (let start = 0; start < refs.length; start += PIECE) {
    hide(parts, refs.subarray(start, start + PIECE), request);
    await pace.rest();
    assertOpen();
  }
  if (request.minTimeMs === Number.NEGATIVE_INFINITY && request.maxTimeMs === Number.POSITIVE_INFINITY) {
    for (let start = 0; start < refs.length; start += REMOVED_AT_ONCE) {
      if (pace.isOver()) await pace.rest();
      assertOpen();
      // In one turn with the removal: a series with a sample in the head must stay, as its sample in the log needs it.
      const piece = refs.subarray(start, start + REMOVED_AT_ONCE);
      const gone = piece.filter((ref) => series.slotOf(ref) < 0 || !heads.has(series.slotOf(ref)));
      await series.remove(gone, assertOpen);
    }
  }
  return refs.length;
}

async function matchingRefs({ series, assertOpen }: Parts, request: DeleteRequest): Promise<Uint32Array> {
  const pace = new Pace();
  const refs = new Set<number>();
  for (const matchers of request.matcherSets) {
    for (const selected of await series.select(matchers, request, pace)) {
      for (const ref of selected.refs) refs.add(ref);
    }
    assertOpen();
  }
  return Uint32Array.from(refs).sort();
}

function hide({ database, series, chunks }: Parts, refs: Uint32Array, { minTimeMs, maxTimeMs }: TimeRange): void {
  const hidden = {
    minTimeMs: Math.max(minTimeMs, -TIMESTAMP_MAX_MS),
    maxTimeMs: Math.min(maxTimeMs, TIMESTAMP_MAX_MS),
    throughSequence: chunks.sealedSequence,
  };
  const tombstones = Array.from(refs, (ref) => ({ ref, ...hidden }));
  chunks.tombstonesCommitted(database.transaction('durable', () => chunks.addTombstones(tombstones)));
  const { latestMs } = series;
  for (const ref of refs) {
    const slot = series.slotOf(ref);
    // The latest sample may be among them: the same one once more is then no repetition.
    if (slot >= 0 && Number.isInteger(latestMs[slot])) latestMs[slot]! += 0.5;
  }
}
