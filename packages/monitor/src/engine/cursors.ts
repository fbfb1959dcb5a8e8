// The worker's side of reads that are larger than an answer: a cursor holds the store's iterator, and each question takes a
// bounded piece from it, so whoever reads sets the pace. Invariant: a cursor that nobody closes does not stay; it ends with
// its last piece, with an error, and when nobody has asked it for a while.

import { ChainpulseError } from '../model/errors.ts';
import type { Matcher } from '../model/matcher.ts';
import type { ExemplarSeries, Queryable, SeriesSamples, TimeRange } from '../storage/interface.ts';
import { packExemplars, packSamples, type ReadPiece } from './packed-samples.ts';

/** Cursors that are open at once; the next one is refused. */
export const CURSORS_MAX = 16;
/** How long a cursor stays open when nobody asks, unless its reader said another time. */
const CURSOR_IDLE_MS = 60_000;
/** A piece ends with the series that brings it to so many samples, or with so many series. */
const PIECE_SAMPLES = 32_768;
const PIECE_SERIES = 512;
/** What a native histogram or an exemplar weighs, in samples. */
const HEAVY_SAMPLES = 32;

export interface CursorRequest extends TimeRange {
  readonly kind: 'samples' | 'exemplars';
  readonly matchers: readonly Matcher[];
  readonly idleMs?: number | undefined;
}

interface Cursor {
  readonly kind: CursorRequest['kind'];
  readonly items: AsyncIterator<SeriesSamples | ExemplarSeries>;
  readonly idleMs: number;
  /** Not told yet. */
  warnings: string[];
  timer: NodeJS.Timeout | undefined;
  isClosed: boolean;
}

export class Cursors {
  readonly #store: Queryable;
  readonly #open = new Map<number, Cursor>();
  #nextId = 1;

  constructor(store: Queryable) {
    this.#store = store;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws {ChainpulseError} `reads_full` */
  open({ kind, matchers, minTimeMs, maxTimeMs, idleMs = CURSOR_IDLE_MS }: CursorRequest): number {
    if (this.#open.size >= CURSORS_MAX) {
      throw new ChainpulseError(
        'reads_full',
        `${CURSORS_MAX} long reads are under way, which is the limit: try again when one has ended`,
      );
    }
    const id = this.#nextId++;
    const warn = (message: string) => void cursor.warnings.push(message);
    const request = { matchers, minTimeMs, maxTimeMs, warn };
    const items = kind === 'samples' ? this.#store.select(request) : this.#store.selectExemplars(request);
    const cursor: Cursor = {
      kind,
      items: items[Symbol.asyncIterator](),
      idleMs,
      warnings: [],
      timer: undefined,
      isClosed: false,
    };
    this.#open.set(id, cursor);
    this.#startTimer(id, cursor);
    return id;
  }

  /** @throws {ChainpulseError} `read_closed`; what the store throws, and the cursor is closed then. */
  async next(id: number): Promise<ReadPiece> {
    const cursor = this.#open.get(id);
    if (cursor === undefined) throw closed();
    clearTimeout(cursor.timer);
    try {
      const { items, isLast } = await take(cursor);
      const { warnings } = cursor;
      cursor.warnings = [];
      if (isLast) this.#open.delete(id);
      else this.#startTimer(id, cursor);
      return cursor.kind === 'samples'
        ? packSamples(items as SeriesSamples[], { warnings, isLast })
        : packExemplars(items as ExemplarSeries[], { warnings, isLast });
    } catch (error) {
      this.close(id);
      throw error;
    }
  }

  close(id: number): void {
    const cursor = this.#open.get(id);
    if (cursor === undefined) return;
    this.#open.delete(id);
    cursor.isClosed = true;
    clearTimeout(cursor.timer);
    // An iterator that is at work ends after the series it is at; what it says of that is nobody's any more.
    cursor.items.return?.().catch(() => {});
  }

  closeAll(): void {
    for (const id of this.#open.keys()) this.close(id);
  }

  #startTimer(id: number, cursor: Cursor): void {
    cursor.timer = setTimeout(() => this.close(id), cursor.idleMs);
    cursor.timer.unref();
  }
}

async function take(cursor: Cursor): Promise<{ items: (SeriesSamples | ExemplarSeries)[]; isLast: boolean }> {
  const items: (SeriesSamples | ExemplarSeries)[] = [];
  let weight = 0;
  while (weight < PIECE_SAMPLES && items.length < PIECE_SERIES) {
    const { value, done } = await cursor.items.next();
    if (cursor.isClosed) throw closed();
    if (done === true) return { items, isLast: true };
    items.push(value);
    weight += weightOf(value);
  }
  return { items, isLast: false };
}

function weightOf(item: SeriesSamples | ExemplarSeries): number {
  if ('exemplars' in item) return HEAVY_SAMPLES * item.exemplars.length;
  return item.values.length + HEAVY_SAMPLES * (item.histograms?.length ?? 0);
}

function closed(): ChainpulseError {
  return new ChainpulseError('read_closed', 'the read was ended because nobody went on with it: begin it again');
}
