// Reading: the samples of a series are what the chunks of its group and the heads hold. The heads are copied, and the list
// of chunks is taken, before the first rest, so that a seal that ends in the middle of a read neither hides a sample nor
// shows one twice. Of what is damaged the caller is warned, with the stretch of time that it lacks.

import type { Exemplar } from '../../model/batch.ts';
import { ChainpulseError } from '../../model/errors.ts';
import type { Labels } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import type {
  ExemplarSeries,
  HistogramSample,
  SelectRequest,
  SeriesRequest,
  SeriesSamples,
  TimeRange,
} from '../interface.ts';
import { Pace, type Pauses } from '../sqlite/pacing.ts';
import type { ChunkEntry, ChunkStore } from './chunks/chunk-store.ts';
import { isDamage } from './chunks/damage.ts';
import { type ChunkReader, groupOf } from './codec/chunk.ts';
import type { Columns } from './columns.ts';
import { Gathered } from './gather.ts';
import type { Heads } from './head/heads.ts';
import type { InOrderSamples } from './head/in-order-samples.ts';
import type { LateSamples } from './head/late-samples.ts';
import { lostSeriesSentence } from './series/cold-series.ts';
import type { HasSample } from './series/label-queries.ts';
import type { SelectedSeries } from './series/select-series.ts';
import type { SeriesRegistry } from './series/series-registry.ts';

export interface ReaderParts {
  readonly series: SeriesRegistry;
  readonly chunks: ChunkStore;
  readonly heads: Heads;
  readonly assertOpen: () => void;
}

type LabelsRequest = Omit<SeriesRequest, 'limit'>;
type Warn = (message: string) => void;

export class Reader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  async *select(request: SelectRequest): AsyncGenerator<SeriesSamples> {
    const gathered = new Gathered();
    const { columns } = gathered;
    const pace = new AbandonablePace(request.isAbandoned);
    const times = new SharedTimes();
    const warn = onceEach(request.warn);
    try {
      const matching = await this.#matching(request.matchers, request, pace);
      for (const lost of this.#parts.series.lostSince(request.minTimeMs)) warn(lostSeriesSentence(lost));
      for (const { labels, refs } of matching) {
        if (pace.isOver()) await this.#restIfDue(pace);
        const histograms = await this.#gather(refs, request, gathered, pace, warn);
        if (gathered.isEmpty) continue;
        const timestampsMs = request.sharesTimes === true ? times.of(columns) : columns.copyTimes();
        const values = request.reusesValues === true ? columns.shownValues() : columns.copyValues();
        yield histograms.length === 0 ? { labels, timestampsMs, values } : { labels, timestampsMs, values, histograms };
      }
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
    }
  }

  async *selectExemplars(request: SelectRequest): AsyncGenerator<ExemplarSeries> {
    const pace = new Pace();
    const warn = onceEach(request.warn);
    for (const { labels, refs } of await this.#matching(request.matchers, request, pace)) {
      await this.#restIfDue(pace);
      const exemplars = ascending(await this.#exemplarsOf(refs, request, pace, warn), request);
      if (exemplars.length > 0) yield { labels, exemplars };
    }
  }

  /** In no order. */
  labelNames({ matcherSets, isAbandoned, ...range }: LabelsRequest): Promise<Set<string>> {
    const pace = new AbandonablePace(isAbandoned);
    return this.#parts.series.labelNames(matcherSets, range, this.#sampleTest(range, pace), this.#pauses(pace));
  }

  /** In no order. */
  labelValues(name: string, { matcherSets, isAbandoned, ...range }: LabelsRequest): Promise<Set<string>> {
    const pace = new AbandonablePace(isAbandoned);
    return this.#parts.series.labelValues(name, matcherSets, range, this.#sampleTest(range, pace), this.#pauses(pace));
  }

  /** The labels of those series that match and have a sample in the range, each once. */
  async *labelsIn(request: LabelsRequest): AsyncGenerator<Labels> {
    const gathered = new Gathered();
    const pace = new AbandonablePace(request.isAbandoned);
    const { matcherSets } = request;
    const seen = new Set<number>();
    for (const matchers of matcherSets.length === 0 ? [[]] : matcherSets) {
      for (const { labels, refs } of await this.#matching(matchers, request, pace)) {
        await this.#restIfDue(pace);
        if (matcherSets.length > 1) {
          if (seen.has(refs[0]!)) continue;
          seen.add(refs[0]!);
        }
        if (await this.#hasSample(refs, request, gathered, pace)) yield labels;
      }
    }
  }

  async #matching(matchers: readonly Matcher[], range: TimeRange, pace: Pace): Promise<readonly SelectedSeries[]> {
    return this.#parts.series.select(matchers, range, this.#pauses(pace));
  }

  /** Fills `gathered` with what the references have in the range. */
  async #gather(
    refs: readonly number[],
    range: TimeRange,
    gathered: Gathered,
    pace: Pace,
    warn: Warn,
  ): Promise<readonly HistogramSample[]> {
    const { chunks, series } = this.#parts;
    const lease = chunks.lease();
    try {
      gathered.clear();
      gathered.clearHeads();
      const headEnds = refs.map((ref) => this.#copyHeads(series.slotOf(ref), range, gathered));
      const entries = refs.map((ref) => chunks.chunksIn(groupOf(ref), range));
      // A reference gets no sample any more when one comes under the next. Sequences tell this order no longer once chunks
      // of different groups were merged. Of one reference the heads come after all chunks, and of one head what came late
      // after what came in order.
      let storedBefore = 0;
      let head = 0;
      for (const [at, ref] of refs.entries()) {
        const hidden = chunks.tombstonesOf(ref);
        for (const entry of byTime(entries[at]!)) {
          if (pace.isOver()) await this.#restIfDue(pace);
          for (const shown of shownIn(range, hidden, entry.sequence)) {
            const start = gathered.columns.length;
            const histograms = this.#from(entry, warn, (chunk) => {
              chunk.read(ref, shown, gathered.columns);
              return chunk.histograms(ref, shown);
            });
            if (histograms === undefined) gathered.columns.length = start;
            else gathered.endPart(storedBefore + entry.sequence, histograms);
          }
        }
        storedBefore += 1 + (entries[at]!.at(-1)?.sequence ?? 0);
        for (; head < headEnds[at]!; head++) {
          const { columns, histograms } = gathered.headAt(head);
          gathered.append(columns);
          gathered.endPart(storedBefore++, histograms);
        }
      }
      return gathered.finish();
    } finally {
      lease.release();
    }
  }

  async #exemplarsOf(refs: readonly number[], range: TimeRange, pace: Pace, warn: Warn): Promise<readonly Exemplar[]> {
    const { chunks, series, heads } = this.#parts;
    const lease = chunks.lease();
    try {
      const recent = refs.flatMap((ref) => heads.all().flatMap((head) => head.exemplarsOf(series.slotOf(ref))));
      const found: Exemplar[] = [];
      for (const ref of refs) {
        const hidden = chunks.tombstonesOf(ref);
        for (const entry of chunks.chunksIn(groupOf(ref), range)) {
          if (pace.isOver()) await this.#restIfDue(pace);
          for (const shown of shownIn(range, hidden, entry.sequence)) {
            found.push(...(this.#from(entry, warn, (chunk) => chunk.exemplars(ref, shown)) ?? []));
          }
        }
      }
      return [...found, ...recent];
    } finally {
      lease.release();
    }
  }

  /** Copies what the heads hold of a series; how many parts there are then. */
  #copyHeads(slot: number, range: TimeRange, gathered: Gathered): number {
    if (slot < 0) return gathered.heads;
    for (const { inOrder, late } of this.#parts.heads.all()) {
      if (inOrder.has(slot)) copyHead(inOrder, slot, range, gathered);
      if (late.has(slot)) copyHead(late, slot, range, gathered);
    }
    return gathered.heads;
  }

  async #hasSample(refs: readonly number[], range: TimeRange, gathered: Gathered, pace: Pace): Promise<boolean> {
    const { chunks, heads, series } = this.#parts;
    for (const ref of refs) {
      const slot = series.slotOf(ref);
      if (slot < 0) continue;
      const latestMs = series.latestMs[slot]!;
      // A latest time that is not whole is only a bound (see admission).
      if (!Number.isInteger(latestMs) || latestMs < range.minTimeMs || latestMs > range.maxTimeMs) continue;
      // Retention by size may have taken the sample.
      if (latestMs >= (chunks.oldestMs ?? Number.POSITIVE_INFINITY)) return true;
      if (heads.has(slot)) return true;
    }
    await this.#gather(refs, range, gathered, pace, () => {});
    return !gathered.isEmpty;
  }

  #sampleTest(range: TimeRange, pace: Pace): HasSample {
    const gathered = new Gathered();
    return (ref) => this.#hasSample([ref], range, gathered, pace);
  }

  /** What is read from a chunk in this turn; undefined, and a warning, when its bytes are damaged. */
  #from<T>(entry: ChunkEntry, warn: Warn, read: (chunk: ChunkReader) => T): T | undefined {
    const chunk = this.#parts.chunks.read(entry);
    try {
      if (chunk !== undefined) return read(chunk);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#parts.chunks.quarantine(entry, error);
    }
    warn(lossOf(entry));
    return undefined;
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

/** Series of one target follow each other and have the same times: they get one column. */
class SharedTimes {
  #latest: Float64Array = new Float64Array(0);

  of(columns: Columns): Float64Array {
    if (!this.#isSame(columns)) this.#latest = columns.copyTimes();
    return this.#latest;
  }

  #isSame({ timesMs, length }: Columns): boolean {
    const latest = this.#latest;
    if (latest.length !== length) return false;
    for (let at = length - 1; at >= 0; at--) if (latest[at] !== timesMs[at]) return false;
    return true;
  }
}

class Abandoned extends ChainpulseError {
  constructor() {
    super('read_abandoned', 'nobody waits for what was read any more');
  }
}

class AbandonablePace extends Pace {
  readonly #isAbandoned: (() => boolean) | undefined;

  constructor(isAbandoned: (() => boolean) | undefined) {
    super();
    this.#isAbandoned = isAbandoned;
  }

  override async rest(): Promise<void> {
    await super.rest();
    if (this.#isAbandoned?.() === true) throw new Abandoned();
  }
}

function copyHead(samples: InOrderSamples | LateSamples, slot: number, range: TimeRange, gathered: Gathered): void {
  const part = gathered.addHead();
  samples.read(slot, range, part.columns);
  part.histograms = inRange(samples.histogramsOf(slot), range);
}

/** The stretches of the range that no tombstone hides from a chunk of this sequence. */
function shownIn(
  range: TimeRange,
  hidden: readonly (TimeRange & { readonly throughSequence: number })[],
  sequence: number,
): readonly TimeRange[] {
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

function onceEach(warn: Warn | undefined): Warn {
  const told = new Set<string>();
  return (message) => {
    if (warn === undefined || told.has(message)) return;
    told.add(message);
    warn(message);
  };
}

function inRange(histograms: readonly HistogramSample[], { minTimeMs, maxTimeMs }: TimeRange): HistogramSample[] {
  return histograms.filter(({ timestampMs }) => timestampMs >= minTimeMs && timestampMs <= maxTimeMs);
}

/** In the range, and none that is not newer than the one before: a source repeats its exemplar until it has another. */
function ascending(exemplars: readonly Exemplar[], { minTimeMs, maxTimeMs }: TimeRange): Exemplar[] {
  let latestMs = Number.NEGATIVE_INFINITY;
  const sorted = [...exemplars].sort((one, other) => one.timestampMs - other.timestampMs);
  return sorted.filter(({ timestampMs }) => {
    if (timestampMs <= latestMs) return false;
    latestMs = timestampMs;
    return timestampMs >= minTimeMs && timestampMs <= maxTimeMs;
  });
}
