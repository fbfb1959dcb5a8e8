// Merges chunks of one group and window into one. Of two samples of a series at the same time, the one from the earlier
// source stays, be it a float or a histogram. Tombstones hide what older sources have in their range, exemplars included.
// Memory: one series at a time, beside the sources and what the encoder keeps.

import type { Exemplar } from '../../../model/batch.ts';
import { labelsKey } from '../../../model/labels.ts';
import type { HistogramSample, TimeRange } from '../../interface.ts';
import { Columns } from '../columns.ts';
import { ChunkReader } from './chunk-reader.ts';
import { encodeChunk } from './encode-chunk.ts';
import type { Effort, EncodedChunk, SeriesColumns } from './series-columns.ts';

export interface MergeSource {
  readonly payload: Uint8Array;
  readonly sequence: number;
}

/** Hides a series' samples in a range, both ends included, in sources up to a sequence. */
export interface Tombstone extends TimeRange {
  readonly ref: number;
  readonly throughSequence: number;
}

export interface MergeRules {
  readonly tombstones: readonly Tombstone[];
  readonly effort: Effort;
}

interface OpenSource {
  readonly reader: ChunkReader;
  readonly sequence: number;
}

const ALWAYS: TimeRange = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };

/**
 * Sources come in ascending order of their sequences. `undefined` when nothing is left.
 * @throws {DamagedBytes}
 * @throws {ChunkTooLarge} the sources are good and stay as they are.
 */
export function mergeChunks(sources: readonly MergeSource[], rules: MergeRules): EncodedChunk | undefined {
  const open = sources.map(({ payload, sequence }) => ({ reader: new ChunkReader(payload), sequence }));
  const merged = encodeChunk(mergedSeries(open, rules.tombstones), rules.effort);
  return merged.seriesCount === 0 ? undefined : merged;
}

function* mergedSeries(sources: readonly OpenSource[], tombstones: readonly Tombstone[]): Generator<SeriesColumns> {
  const hidden = Map.groupBy(tombstones, ({ ref }) => ref);
  const series = new MergedSeries();
  for (const ref of unionOf(sources.map(({ reader }) => reader.refs))) {
    series.clear();
    for (const { reader, sequence } of sources) {
      const ranges = hidden.get(ref)?.filter(({ throughSequence }) => sequence <= throughSequence) ?? [];
      series.add(reader, ref, ranges);
    }
    yield series.columns(ref);
  }
}

/** What the sources so far have of one series. */
class MergedSeries {
  #floats = new Columns();
  #next = new Columns();
  #spare = new Columns();
  #histograms: readonly HistogramSample[] = [];
  #exemplars: readonly Exemplar[] = [];

  clear(): void {
    this.#floats.clear();
    this.#histograms = [];
    this.#exemplars = [];
  }

  columns(ref: number): SeriesColumns {
    const { timesMs, bits, length } = this.#floats;
    return {
      ref,
      timesMs: timesMs.subarray(0, length),
      bits: bits.subarray(0, 2 * length),
      histograms: this.#histograms,
      exemplars: this.#exemplars,
    };
  }

  /** Adds a source that is later than all before it, without what the ranges hide. */
  add(reader: ChunkReader, ref: number, hidden: readonly TimeRange[]): void {
    const histograms = reader.histograms(ref, ALWAYS).filter(({ timestampMs }) => !isHidden(timestampMs, hidden));
    this.#next.clear();
    reader.read(ref, ALWAYS, this.#next);
    if (hidden.length > 0) keepWhere(this.#next, (timeMs) => !isHidden(timeMs, hidden));
    if (this.#histograms.length > 0 && this.#next.length > 0) {
      const taken = new Set(this.#histograms.map(({ timestampMs }) => timestampMs));
      keepWhere(this.#next, (timeMs) => !taken.has(timeMs));
    }
    if (histograms.length > 0) this.#addHistograms(histograms);
    this.#addFloats();
    const exemplars = reader.exemplars(ref, ALWAYS).filter(({ timestampMs }) => !isHidden(timestampMs, hidden));
    if (exemplars.length > 0) this.#exemplars = mergeExemplars(this.#exemplars, exemplars);
  }

  #addFloats(): void {
    const next = this.#next;
    const known = this.#floats;
    if (next.length === 0) return;
    if (known.length === 0) {
      this.#floats = next;
      this.#next = known;
    } else if (next.timesMs[0]! > known.timesMs[known.length - 1]!) {
      append(known, next, 0, next.length);
    } else {
      this.#spare.clear();
      mergeFloats(known, next, this.#spare);
      this.#floats = this.#spare;
      this.#spare = known;
    }
  }

  /** Those at the time of a known float or histogram are dropped. */
  #addHistograms(added: readonly HistogramSample[]): void {
    const { timesMs, length } = this.#floats;
    const taken = new Set(this.#histograms.map(({ timestampMs }) => timestampMs));
    for (let index = 0; index < length; index++) taken.add(timesMs[index]!);
    const fresh = added.filter(({ timestampMs }) => !taken.has(timestampMs));
    this.#histograms = [...this.#histograms, ...fresh].sort((one, other) => one.timestampMs - other.timestampMs);
  }
}

function unionOf(lists: readonly Uint32Array[]): Uint32Array {
  const union = new Set<number>();
  for (const list of lists) for (const ref of list) union.add(ref);
  return Uint32Array.from(union).sort();
}

function isHidden(timeMs: number, ranges: readonly TimeRange[]): boolean {
  return ranges.some(({ minTimeMs, maxTimeMs }) => timeMs >= minTimeMs && timeMs <= maxTimeMs);
}

function keepWhere(columns: Columns, isKept: (timeMs: number) => boolean): void {
  const { timesMs, bits } = columns;
  let kept = 0;
  for (let index = 0; index < columns.length; index++) {
    if (!isKept(timesMs[index]!)) continue;
    timesMs[kept] = timesMs[index]!;
    bits[2 * kept] = bits[2 * index]!;
    bits[2 * kept + 1] = bits[2 * index + 1]!;
    kept++;
  }
  columns.length = kept;
}

/** Of two at the same time the known one stays. */
function mergeFloats(known: Columns, next: Columns, into: Columns): void {
  let at = 0;
  for (let index = 0; index < next.length; ) {
    const from = at;
    while (at < known.length && known.timesMs[at]! <= next.timesMs[index]!) at++;
    append(into, known, from, at);
    if (at > 0 && known.timesMs[at - 1] === next.timesMs[index]) index++;
    const first = index;
    const limit = at < known.length ? known.timesMs[at]! : Number.POSITIVE_INFINITY;
    while (index < next.length && next.timesMs[index]! < limit) index++;
    append(into, next, first, index);
  }
  append(into, known, at, known.length);
}

function append(into: Columns, from: Columns, start: number, end: number): void {
  if (start >= end) return;
  into.ensure(end - start);
  into.timesMs.set(from.timesMs.subarray(start, end), into.length);
  into.bits.set(from.bits.subarray(2 * start, 2 * end), 2 * into.length);
  into.length += end - start;
}

/** In order of time, the known ones first; what says the same at the same time comes once. */
function mergeExemplars(known: readonly Exemplar[], added: readonly Exemplar[]): readonly Exemplar[] {
  if (known.length === 0) return added;
  const said = new Set(known.map(exemplarKey));
  const fresh = added.filter((exemplar) => !said.has(exemplarKey(exemplar)));
  return [...known, ...fresh].sort((one, other) => one.timestampMs - other.timestampMs);
}

function exemplarKey({ labels, value, timestampMs }: Exemplar): string {
  return `${timestampMs} ${value} ${labelsKey(labels)}`;
}
