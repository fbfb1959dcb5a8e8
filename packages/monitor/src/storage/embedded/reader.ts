// The questions that are answered from chunks and heads: which samples series have, which exemplars, and which series have any.
// Of what is damaged the caller is warned, with the stretch of time that it lacks.

import type { Exemplar } from '../../model/batch.ts';
import type { Labels } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import type { ExemplarSeries, SelectedSamples, SelectRequest, SeriesRequest, TimeRange } from '../interface.ts';
import { Pace, type Pauses } from '../sqlite/pacing.ts';
import { AbandonablePace } from './abandonable-pace.ts';
import { groupOf } from './codec/chunk.ts';
import { pausesOf, restIfDue } from './reading-pace.ts';
import { onceEach, Selection, type SelectionParts } from './selection.ts';
import type { HasSample } from './series/label-queries.ts';
import type { SelectedSeries } from './series/select-series.ts';
import { readFrom, SeriesReading, shownIn, type Warn } from './series-reading.ts';

type LabelsRequest = Omit<SeriesRequest, 'limit'>;

export class Reader {
  readonly #parts: SelectionParts;

  constructor(parts: SelectionParts) {
    this.#parts = parts;
  }

  /** `failure` makes the error that is thrown of what went wrong. */
  select(request: SelectRequest, failure: (error: unknown) => unknown): SelectedSamples {
    return new Selection(this.#parts, request, failure);
  }

  async *selectExemplars(request: SelectRequest): AsyncGenerator<ExemplarSeries> {
    const pace = new Pace();
    const warn = onceEach(request.warn);
    for (const { labels, refs } of await this.#matching(request.matchers, request, pace)) {
      await restIfDue(pace, this.#parts.assertOpen);
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
    const reading = new SeriesReading(this.#parts, request, () => {});
    const pace = new AbandonablePace(request.isAbandoned);
    const { matcherSets } = request;
    const seen = new Set<number>();
    for (const matchers of matcherSets.length === 0 ? [[]] : matcherSets) {
      for (const { labels, refs } of await this.#matching(matchers, request, pace)) {
        await restIfDue(pace, this.#parts.assertOpen);
        if (matcherSets.length > 1) {
          if (seen.has(refs[0]!)) continue;
          seen.add(refs[0]!);
        }
        if (await this.#hasSample(refs, request, reading, pace)) yield labels;
      }
    }
  }

  async #matching(matchers: readonly Matcher[], range: TimeRange, pace: Pace): Promise<readonly SelectedSeries[]> {
    return this.#parts.series.select(matchers, range, this.#pauses(pace));
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
          if (pace.isOver()) await restIfDue(pace, this.#parts.assertOpen);
          for (const shown of shownIn(range, hidden, entry.sequence)) {
            readFrom(chunks, entry, warn, (chunk) => found.push(...chunk.exemplars(ref, shown)));
          }
        }
      }
      return [...found, ...recent];
    } finally {
      lease.release();
    }
  }

  async #hasSample(refs: readonly number[], range: TimeRange, reading: SeriesReading, pace: Pace): Promise<boolean> {
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
    await reading.readAll(refs, this.#pauses(pace));
    return !reading.found.isEmpty;
  }

  #sampleTest(range: TimeRange, pace: Pace): HasSample {
    const reading = new SeriesReading(this.#parts, range, () => {});
    return (ref) => this.#hasSample([ref], range, reading, pace);
  }

  #pauses(pace: Pace): Pauses {
    return pausesOf(pace, this.#parts.assertOpen);
  }
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
