// Sealing: the frozen head becomes chunks, one for each group of series and window of time. They are packed in the
// packer's thread and written in short relaxed transactions; then one durable transaction makes them count and the batches
// that they cover void. Before that one the batches count and the chunks do not, after it the other way round, so a crash
// at any moment neither loses nor doubles a sample.

import type { Exemplar } from '../../model/batch.ts';
import type { HistogramSample, TimeRange } from '../interface.ts';
import type { Database } from '../sqlite/database.ts';
import { Pace } from '../sqlite/pacing.ts';
import type { ChunkStore } from './chunks/chunk-store.ts';
import { PackableGroupBuilder } from './chunks/packable-group.ts';
import type { Packer } from './chunks/packer.ts';
import { groupOf } from './codec/chunk.ts';
import { type Columns, firstAtOrAfter } from './columns.ts';
import { Gathered } from './gather.ts';
import type { FrozenHead, Heads } from './head/heads.ts';
import type { BatchLog } from './log/batch-log.ts';
import type { SeriesRegistry } from './series/series-registry.ts';
import { windowStartMs, windowWidthMs } from './window.ts';

const ALL_TIME: TimeRange = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };
/** Chunks that are on their way through the packer at once. */
const PACKING_MAX = 4;
/** Builders that are kept for the next groups. */
const IDLE_BUILDERS_MAX = 4;

export interface SealerParts {
  readonly database: Database;
  readonly packer: Packer;
  readonly retentionMs: number;
  readonly series: SeriesRegistry;
  readonly chunks: ChunkStore;
  readonly log: BatchLog;
  readonly heads: Heads;
  readonly assertOpen: () => void;
}

interface GroupSlots {
  readonly group: number;
  readonly slots: readonly number[];
}

export class Sealer {
  readonly #parts: SealerParts;
  readonly #windowMs: number;
  readonly #gathered = new Gathered();
  readonly #idle: PackableGroupBuilder[] = [];
  #sealing: Promise<void> | undefined;

  constructor(parts: SealerParts) {
    this.#parts = parts;
    this.#windowMs = windowWidthMs(parts.retentionMs);
  }

  /** Seals what is frozen, or else freezes the head and seals that. Several callers share one seal. */
  seal(): Promise<void> {
    this.#sealing ??= this.#sealOnce(this.#parts.assertOpen).finally(() => (this.#sealing = undefined));
    return this.#sealing;
  }

  /** Fulfilled when no seal runs, however the one that ran has ended. */
  async settled(): Promise<void> {
    await this.#sealing?.catch(() => undefined);
  }

  /** Seals everything, also when the store is closing. */
  async sealAll(): Promise<void> {
    while (!this.#parts.heads.isEmpty) await this.#sealOnce(() => {});
  }

  async #sealOnce(assertOpen: () => void): Promise<void> {
    const { chunks, database, heads, log } = this.#parts;
    if (heads.isEmpty) return;
    if (heads.frozen === undefined) log.startAnew();
    const frozen = heads.freeze(log.lastSequence);
    const pace = new Pace();
    const rest = async () => {
      await pace.rest();
      assertOpen();
    };
    while (chunks.deleteUnfinished()) await rest();
    chunks.beginSeal();
    const packing: Promise<void>[] = [];
    try {
      for (const group of this.#groupsOf(frozen)) {
        if (pace.isOver()) await rest();
        for (const written of this.#pack(frozen, group, assertOpen)) {
          // It may fail before it is awaited.
          written.catch(() => undefined);
          packing.push(written);
          if (packing.length >= PACKING_MAX) await packing.shift();
        }
      }
      await Promise.all(packing);
    } catch (error) {
      await Promise.allSettled(packing);
      throw error;
    }
    assertOpen();
    database.transaction('durable', () => {
      chunks.writeSealed();
      log.writeSealed(frozen.throughSequence);
    });
    chunks.sealed();
    log.sealed(frozen.throughSequence);
    heads.drop();
  }

  /** Sends what a group has to the packer, one chunk a window and step, and writes what comes back. */
  *#pack({ head }: FrozenHead, { group, slots }: GroupSlots, assertOpen: () => void): Generator<Promise<void>> {
    const { database, chunks, packer, series } = this.#parts;
    const builders = new Map<number, PackableGroupBuilder>();
    for (const slot of slots) {
      const gathered = this.#gathered;
      gathered.clear();
      for (const [at, samples] of [head.inOrder, head.late].entries()) {
        samples.read(slot, ALL_TIME, gathered.columns);
        gathered.endPart(at, samples.histogramsOf(slot));
      }
      const histograms = gathered.finish();
      this.#cut(series.refOf(slot), gathered.columns, histograms, head.exemplarsOf(slot), builders);
    }
    const write = async (startMs: number, builder: PackableGroupBuilder) => {
      const built = builder.build();
      if (this.#idle.length < IDLE_BUILDERS_MAX) this.#idle.push(builder);
      const encoded = await packer.encode(built, 'fast');
      assertOpen();
      database.transaction('relaxed', () => chunks.writeChunk(group, startMs, this.#windowMs, encoded));
    };
    for (const [startMs, builder] of builders) yield write(startMs, builder);
  }

  /** Adds a series to the chunks of the windows that its samples lie in. */
  #cut(
    ref: number,
    columns: Columns,
    histograms: readonly HistogramSample[],
    exemplars: readonly Exemplar[],
    builders: Map<number, PackableGroupBuilder>,
  ): void {
    const { timesMs, length } = columns;
    let from = 0;
    let nextHistogram = 0;
    let nextExemplar = 0;
    for (;;) {
      const firstMs = Math.min(
        from < length ? timesMs[from]! : Number.POSITIVE_INFINITY,
        histograms[nextHistogram]?.timestampMs ?? Number.POSITIVE_INFINITY,
        exemplars[nextExemplar]?.timestampMs ?? Number.POSITIVE_INFINITY,
      );
      if (firstMs === Number.POSITIVE_INFINITY) return;
      const startMs = windowStartMs(firstMs, this.#windowMs);
      const endMs = startMs + this.#windowMs;
      const to = firstAtOrAfter(timesMs, length, endMs);
      const histogramsEnd = endOf(histograms, nextHistogram, endMs);
      const exemplarsEnd = endOf(exemplars, nextExemplar, endMs);
      let builder = builders.get(startMs);
      if (builder === undefined) builders.set(startMs, (builder = this.#idle.pop() ?? new PackableGroupBuilder()));
      builder.add(
        ref,
        columns,
        from,
        to,
        histograms.slice(nextHistogram, histogramsEnd),
        exemplars.slice(nextExemplar, exemplarsEnd),
      );
      from = to;
      nextHistogram = histogramsEnd;
      nextExemplar = exemplarsEnd;
    }
  }

  *#groupsOf({ head }: FrozenHead): Generator<GroupSlots> {
    const { series } = this.#parts;
    let group = -1;
    let slots: number[] = [];
    for (const slot of series.slots()) {
      if (!head.has(slot)) continue;
      const next = groupOf(series.refOf(slot));
      if (next !== group) {
        if (slots.length > 0) yield { group, slots };
        group = next;
        slots = [];
      }
      slots.push(slot);
    }
    if (slots.length > 0) yield { group, slots };
  }
}

/** The first index from `start` on whose time is at least `endMs`. */
function endOf(items: readonly { readonly timestampMs: number }[], start: number, endMs: number): number {
  let end = start;
  while (end < items.length && items[end]!.timestampMs < endMs) end++;
  return end;
}
