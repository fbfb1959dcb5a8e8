// Reading: the samples of one series are what its blocks hold, in ascending order, then the frozen head, then the head.
// The heads are copied before the first rest, together with the list of blocks, so that a seal that ends in the middle of
// a read neither hides a sample nor shows one twice.

import type { Exemplar } from '../../model/batch.ts';
import type { Labels } from '../../model/labels.ts';
import type {
  ExemplarSeries,
  HistogramSample,
  SelectRequest,
  SeriesRequest,
  SeriesSamples,
  TimeRange,
} from '../interface.ts';
import type { Block, BlockStore } from './block-store.ts';
import type { DecodedSeries } from './chunk-codec.ts';
import { readValues } from './column-codec.ts';
import { Columns, firstAfter, firstAtOrAfter } from './columns.ts';
import type { Head } from './head.ts';
import { Pace, type Pauses } from './pacing.ts';
import type { SeriesIndex } from './series-index.ts';

export interface ReaderParts {
  readonly index: SeriesIndex;
  readonly blocks: BlockStore;
  /** The heads that hold samples now, the older one first. */
  readonly heads: () => readonly Head[];
  readonly assertOpen: () => void;
}

export class Reader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  async *select(request: SelectRequest): AsyncGenerator<SeriesSamples> {
    const sealed = new Columns();
    const recent = new Columns();
    const pace = new Pace();
    for (const ref of await this.#parts.index.select(request.matchers, this.#pauses(pace))) {
      await this.#restIfDue(pace);
      const slot = this.#parts.index.slotOf(ref);
      if (slot < 0 || this.#parts.index.latestMs[slot]! < request.minTimeMs) continue;
      const labels = this.#parts.index.labelsOf(slot);
      const samples = await this.#readSeries(ref, slot, request, sealed, recent, pace);
      if (samples !== undefined) yield { labels, ...samples };
    }
  }

  async *selectExemplars(request: SelectRequest): AsyncGenerator<ExemplarSeries> {
    const pace = new Pace();
    for (const ref of await this.#parts.index.select(request.matchers, this.#pauses(pace))) {
      await this.#restIfDue(pace);
      const slot = this.#parts.index.slotOf(ref);
      if (slot < 0) continue;
      const labels = this.#parts.index.labelsOf(slot);
      const recent = this.#parts.heads().flatMap((head) => head.exemplarsOf(slot));
      const all: Exemplar[] = [];
      for (const block of this.#blocksIn(request)) {
        await this.#restIfDue(pace);
        all.push(...(this.#parts.blocks.read(block, ref)?.exemplars ?? []));
      }
      all.push(...recent);
      const exemplars = onceEach(all, request);
      if (exemplars.length > 0) yield { labels, exemplars };
    }
  }

  /** The labels of those series that match and have a sample in the range, each once. */
  async *labelsIn({ matcherSets, ...range }: Omit<SeriesRequest, 'limit'>): AsyncGenerator<Labels> {
    const pace = new Pace();
    const refs = new Set<number>();
    for (const matchers of matcherSets.length === 0 ? [[]] : matcherSets) {
      for (const ref of await this.#parts.index.select(matchers, this.#pauses(pace))) refs.add(ref);
    }
    for (const ref of Uint32Array.from(refs).sort()) {
      await this.#restIfDue(pace);
      const slot = this.#parts.index.slotOf(ref);
      if (slot < 0) continue;
      const labels = this.#parts.index.labelsOf(slot);
      if (await this.#hasSampleIn(ref, slot, range, pace)) yield labels;
    }
  }

  async #readSeries(
    ref: number,
    slot: number,
    range: TimeRange,
    sealed: Columns,
    recent: Columns,
    pace: Pace,
  ): Promise<Omit<SeriesSamples, 'labels'> | undefined> {
    sealed.clear();
    recent.clear();
    const histograms: HistogramSample[] = [];
    const recentHistograms: HistogramSample[] = [];
    const blocks = this.#blocksIn(range);
    for (const head of this.#parts.heads()) {
      head.read(slot, range, recent);
      recentHistograms.push(...inRange(head.histogramsOf(slot), range));
    }
    for (const block of blocks) {
      if (pace.isOver()) await this.#restIfDue(pace);
      const series = this.#parts.blocks.read(block, ref);
      if (series === undefined) continue;
      appendInRange(series, range, sealed);
      histograms.push(...inRange(series.histograms, range));
    }
    histograms.push(...recentHistograms);
    if (sealed.length + recent.length + histograms.length === 0) return undefined;
    return {
      timestampsMs: joinedTimes(sealed, recent),
      values: joinedValues(sealed, recent),
      ...(histograms.length > 0 ? { histograms } : {}),
    };
  }

  async #hasSampleIn(ref: number, slot: number, range: TimeRange, pace: Pace): Promise<boolean> {
    const latestMs = this.#parts.index.latestMs[slot]!;
    if (latestMs === Number.NEGATIVE_INFINITY || latestMs < range.minTimeMs) return false;
    if (latestMs <= range.maxTimeMs) return true;
    const columns = new Columns();
    const blocks = this.#blocksIn(range);
    for (const head of this.#parts.heads()) {
      head.read(slot, range, columns);
      if (columns.length > 0 || inRange(head.histogramsOf(slot), range).length > 0) return true;
    }
    for (const block of blocks) {
      if (pace.isOver()) await this.#restIfDue(pace);
      const series = this.#parts.blocks.read(block, ref);
      if (series === undefined) continue;
      const { timesMs } = series;
      const first = firstAtOrAfter(timesMs, timesMs.length, range.minTimeMs);
      if (first < timesMs.length && timesMs[first]! <= range.maxTimeMs) return true;
      if (inRange(series.histograms, range).length > 0) return true;
    }
    return false;
  }

  #blocksIn({ minTimeMs, maxTimeMs }: TimeRange): readonly Block[] {
    return this.#parts.blocks.blocks.filter((block) => block.minTimeMs <= maxTimeMs && block.maxTimeMs >= minTimeMs);
  }

  #pauses(pace: Pace): Pauses {
    return { isOver: () => pace.isOver(), rest: () => this.#restIfDue(pace) };
  }

  async #restIfDue(pace: Pace): Promise<void> {
    if (!pace.isOver()) return;
    await pace.rest();
    this.#parts.assertOpen();
  }
}

function appendInRange({ timesMs, planes }: DecodedSeries, range: TimeRange, columns: Columns): void {
  const start = firstAtOrAfter(timesMs, timesMs.length, range.minTimeMs);
  const end = firstAfter(timesMs, timesMs.length, range.maxTimeMs);
  if (end <= start) return;
  columns.ensure(end - start);
  columns.timesMs.set(timesMs.subarray(start, end), columns.length);
  readValues(planes, start, end, columns.bits, 2 * columns.length);
  columns.length += end - start;
}

function inRange(histograms: readonly HistogramSample[], { minTimeMs, maxTimeMs }: TimeRange): HistogramSample[] {
  return histograms.filter(({ timestampMs }) => timestampMs >= minTimeMs && timestampMs <= maxTimeMs);
}

/** In the range, and none that is not newer than the one before: a source repeats its exemplar until it has another. */
function onceEach(exemplars: readonly Exemplar[], { minTimeMs, maxTimeMs }: TimeRange): Exemplar[] {
  let latestMs = Number.NEGATIVE_INFINITY;
  return exemplars.filter(({ timestampMs }) => {
    if (timestampMs <= latestMs) return false;
    latestMs = timestampMs;
    return timestampMs >= minTimeMs && timestampMs <= maxTimeMs;
  });
}

function joinedTimes(sealed: Columns, recent: Columns): Float64Array {
  const times = new Float64Array(sealed.length + recent.length);
  times.set(sealed.timesMs.subarray(0, sealed.length));
  times.set(recent.timesMs.subarray(0, recent.length), sealed.length);
  return times;
}

/** Copied as words: a value that passes through a number may lose the bits of its NaN. */
function joinedValues(sealed: Columns, recent: Columns): Float64Array {
  const bits = new Uint32Array(2 * (sealed.length + recent.length));
  bits.set(sealed.bits.subarray(0, 2 * sealed.length));
  bits.set(recent.bits.subarray(0, 2 * recent.length), 2 * sealed.length);
  return new Float64Array(bits.buffer);
}
