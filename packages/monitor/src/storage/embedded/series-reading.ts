// Reads one series after the other: what the chunks of its group and the heads hold. The heads are copied, and the list of chunks is
// taken with what is deleted of them, before the first rest, so that neither a seal nor a deletion that ends in the middle of a
// read hides a sample or shows one twice. A reading is done in one turn, or rests between two chunks, under a lease.

import type { HistogramSample, TimeRange } from '../interface.ts';
import type { Pauses } from '../sqlite/pacing.ts';
import type { ChunkEntry, ChunkStore } from './chunks/chunk-store.ts';
import { isDamage } from './chunks/damage.ts';
import type { Lease } from './chunks/discards.ts';
import { type ChunkReader, groupOf, type Stretch } from './codec/chunk.ts';
import type { Heads } from './head/heads.ts';
import type { InOrderSamples } from './head/in-order-samples.ts';
import type { LateSamples } from './head/late-samples.ts';
import { ReadParts } from './read-parts.ts';
import type { SeriesRegistry } from './series/series-registry.ts';

export interface ReadingParts {
  readonly series: SeriesRegistry;
  readonly chunks: ChunkStore;
  readonly heads: Heads;
}

interface Hidden extends TimeRange {
  readonly throughSequence: number;
}

interface ChunksOfGroup {
  readonly byTime: readonly ChunkEntry[];
  /** The greatest. */
  readonly sequence: number;
}

export type Warn = (message: string) => void;

export class SeriesReading {
  /** What was found of the series; holds until the next one is begun. */
  readonly found = new ReadParts();
  readonly #parts: ReadingParts;
  readonly #range: TimeRange;
  readonly #whole: readonly TimeRange[];
  readonly #warn: Warn;
  #refs: readonly number[] = [];
  /** Of each reference: its chunks, what is deleted of them, and where the copies of its heads end. */
  readonly #chunks: ChunksOfGroup[] = [];
  readonly #hidden: (readonly Hidden[])[] = [];
  readonly #headEnds: number[] = [];
  #ref = 0;
  #chunk = 0;
  #head = 0;
  #storedBefore = 0;
  #lease: Lease | undefined;
  /** The chunks of the group that was asked for last, and for which version of the store. */
  #group = -1;
  #version = -1;
  #chunksOfGroup: ChunksOfGroup = { byTime: [], sequence: 0 };

  constructor(parts: ReadingParts, range: TimeRange, warn: Warn) {
    this.#parts = parts;
    this.#range = range;
    this.#whole = [range];
    this.#warn = warn;
  }

  begin(refs: readonly number[]): void {
    this.found.clear();
    this.#refs = refs;
    this.#chunks.length = 0;
    this.#hidden.length = 0;
    this.#headEnds.length = 0;
    this.#ref = 0;
    this.#chunk = 0;
    this.#head = 0;
    this.#storedBefore = 0;
    const { series } = this.#parts;
    for (const ref of refs) {
      this.#copyHeads(series.slotOf(ref));
      this.#headEnds.push(this.found.heads);
      this.#chunks.push(this.#chunksOf(groupOf(ref)));
      this.#hidden.push(this.#parts.chunks.tombstonesOf(ref));
    }
  }

  /** False: it rests, and goes on when it is called again. Whoever calls it no more after that calls `end`. */
  goOn(pauses: Pauses): boolean {
    const refs = this.#refs;
    // A reference gets no sample any more when one comes under the next. Sequences tell this order no longer once chunks
    // of different groups were merged. Of one reference the heads come after all chunks, and of one head what came late
    // after what came in order.
    for (; this.#ref < refs.length; this.#ref++) {
      const { byTime, sequence } = this.#chunks[this.#ref]!;
      for (; this.#chunk < byTime.length; this.#chunk++) {
        if (pauses.isOver()) {
          this.#lease ??= this.#parts.chunks.lease();
          return false;
        }
        this.#readChunk(refs[this.#ref]!, byTime[this.#chunk]!, this.#hidden[this.#ref]!);
      }
      this.#chunk = 0;
      this.#storedBefore += 1 + sequence;
      for (; this.#head < this.#headEnds[this.#ref]!; this.#head++)
        this.found.takeHead(this.#head, this.#storedBefore++);
    }
    this.end();
    return true;
  }

  end(): void {
    this.#lease?.release();
    this.#lease = undefined;
  }

  async readAll(refs: readonly number[], pauses: Pauses): Promise<void> {
    this.begin(refs);
    try {
      while (!this.goOn(pauses)) await pauses.rest();
    } finally {
      this.end();
    }
  }

  #readChunk(ref: number, entry: ChunkEntry, hidden: readonly Hidden[]): void {
    const shownRanges = hidden.length === 0 ? this.#whole : shownIn(this.#range, hidden, entry.sequence);
    for (const shown of shownRanges) {
      let stretch: Stretch | undefined;
      let histograms: readonly HistogramSample[] = [];
      const isRead = readFrom(this.#parts.chunks, entry, this.#warn, (chunk) => {
        histograms = chunk.histograms(ref, shown);
        // After everything else: it holds until anything is read again.
        stretch = chunk.stretch(ref, shown);
      });
      if (isRead) this.found.take(stretch, histograms, this.#storedBefore + entry.sequence);
    }
  }

  #chunksOf(group: number): ChunksOfGroup {
    const { chunks } = this.#parts;
    if (group !== this.#group || chunks.version !== this.#version) {
      const entries = chunks.chunksIn(group, this.#range);
      this.#chunksOfGroup = { byTime: byTime(entries), sequence: entries.at(-1)?.sequence ?? 0 };
      this.#group = group;
      this.#version = chunks.version;
    }
    return this.#chunksOfGroup;
  }

  #copyHeads(slot: number): void {
    if (slot < 0) return;
    for (const { inOrder, late } of this.#parts.heads.all()) {
      if (inOrder.has(slot)) this.#copyHead(inOrder, slot);
      if (late.has(slot)) this.#copyHead(late, slot);
    }
  }

  #copyHead(samples: InOrderSamples | LateSamples, slot: number): void {
    const part = this.found.addHead();
    samples.read(slot, this.#range, part.columns);
    part.histograms = inRange(samples.histogramsOf(slot), this.#range);
  }
}

/** Reads from a chunk in this turn; false, after a warning, when its bytes are damaged. */
export function readFrom(
  chunks: ChunkStore,
  entry: ChunkEntry,
  warn: Warn,
  read: (chunk: ChunkReader) => void,
): boolean {
  const chunk = chunks.read(entry);
  try {
    if (chunk !== undefined) {
      read(chunk);
      return true;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    chunks.quarantine(entry, error);
  }
  warn(lossOf(entry));
  return false;
}

/** The stretches of the range that no tombstone hides from a chunk of this sequence. */
export function shownIn(range: TimeRange, hidden: readonly Hidden[], sequence: number): readonly TimeRange[] {
  let shown: TimeRange[] = [range];
  for (const { minTimeMs, maxTimeMs, throughSequence } of hidden) {
    if (sequence > throughSequence) continue;
    shown = shown.flatMap((stretch) => [
      { minTimeMs: stretch.minTimeMs, maxTimeMs: Math.min(stretch.maxTimeMs, minTimeMs - 1) },
      { minTimeMs: Math.max(stretch.minTimeMs, maxTimeMs + 1), maxTimeMs: stretch.maxTimeMs },
    ]);
    shown = shown.filter((stretch) => stretch.minTimeMs <= stretch.maxTimeMs);
  }
  return shown;
}

/** So that parts mostly follow each other in time; a backfill stores older times later. */
function byTime(entries: readonly ChunkEntry[]): readonly ChunkEntry[] {
  for (let at = 1; at < entries.length; at++) {
    if (entries[at]!.minTimeMs < entries[at - 1]!.minTimeMs) {
      return [...entries].sort((one, other) => one.minTimeMs - other.minTimeMs);
    }
  }
  return entries;
}

function lossOf({ minTimeMs, maxTimeMs, samples }: ChunkEntry): string {
  const from = new Date(minTimeMs).toISOString();
  const to = new Date(maxTimeMs).toISOString();
  return `damaged history is left out: up to ${samples} samples between ${from} and ${to} (see the log of the monitor)`;
}

function inRange(
  histograms: readonly HistogramSample[],
  { minTimeMs, maxTimeMs }: TimeRange,
): readonly HistogramSample[] {
  if (histograms.length === 0) return histograms;
  return histograms.filter(({ timestampMs }) => timestampMs >= minTimeMs && timestampMs <= maxTimeMs);
}
