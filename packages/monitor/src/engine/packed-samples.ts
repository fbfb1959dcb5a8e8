// Samples on their way from the storage worker: a piece holds whole series, their columns in one buffer each, which is handed
// over and not copied. A series that is alone in its piece is handed over as it is.

import type { Exemplar } from '../model/batch.ts';
import { type PackedSeries, packSeries, unpackSeries } from '../model/packed-series.ts';
import { bitsOf } from '../model/staleness.ts';
import type { ExemplarSeries, HistogramSample, SeriesSamples } from '../storage/interface.ts';

interface PackedPiece {
  readonly series: PackedSeries;
  /** What the answer lacks, as far as it is known by now. */
  readonly warnings: readonly string[];
  /** There is no further piece. */
  readonly isLast: boolean;
}

export interface SamplesPiece extends PackedPiece {
  readonly kind: 'samples';
  /** How many values each series has; they follow each other in the columns. */
  readonly counts: Uint32Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  /** Of the series that have any, by their place in the piece. */
  readonly histograms: ReadonlyMap<number, readonly HistogramSample[]>;
}

export interface ExemplarsPiece extends PackedPiece {
  readonly kind: 'exemplars';
  readonly exemplars: readonly (readonly Exemplar[])[];
}

export type ReadPiece = SamplesPiece | ExemplarsPiece;

type PieceEnd = Pick<PackedPiece, 'warnings' | 'isLast'>;

export function packSamples(items: readonly SeriesSamples[], end: PieceEnd): SamplesPiece {
  const histograms = new Map<number, readonly HistogramSample[]>();
  for (const [place, item] of items.entries()) {
    if (item.histograms !== undefined) histograms.set(place, item.histograms);
  }
  return {
    kind: 'samples',
    series: packSeries(items.map(({ labels }) => labels)),
    counts: Uint32Array.from(items, ({ values }) => values.length),
    ...columnsOf(items),
    histograms,
    ...end,
  };
}

function columnsOf(items: readonly SeriesSamples[]): Pick<SamplesPiece, 'timestampsMs' | 'values'> {
  const [first] = items;
  if (first !== undefined && items.length === 1) return { timestampsMs: first.timestampsMs, values: first.values };
  const length = items.reduce((sum, { values }) => sum + values.length, 0);
  const timestampsMs = new Float64Array(length);
  const values = new Float64Array(length);
  const bits = bitsOf(values);
  let at = 0;
  for (const item of items) {
    timestampsMs.set(item.timestampsMs, at);
    // As words: a stale marker would not survive as a number.
    bits.set(bitsOf(item.values), 2 * at);
    at += item.values.length;
  }
  return { timestampsMs, values };
}

export function* unpackSamples(piece: SamplesPiece): Generator<SeriesSamples> {
  const { counts, timestampsMs, values } = piece;
  let start = 0;
  for (const [place, labels] of unpackSeries(piece.series).entries()) {
    const end = start + counts[place]!;
    const histograms = piece.histograms.get(place);
    yield {
      labels,
      timestampsMs: counts.length === 1 ? timestampsMs : timestampsMs.slice(start, end),
      values: counts.length === 1 ? values : new Float64Array(bitsOf(values).slice(2 * start, 2 * end).buffer),
      ...(histograms === undefined ? {} : { histograms }),
    };
    start = end;
  }
}

export function packExemplars(items: readonly ExemplarSeries[], end: PieceEnd): ExemplarsPiece {
  return {
    kind: 'exemplars',
    series: packSeries(items.map(({ labels }) => labels)),
    exemplars: items.map(({ exemplars }) => exemplars),
    ...end,
  };
}

export function* unpackExemplars({ series, exemplars }: ExemplarsPiece): Generator<ExemplarSeries> {
  for (const [place, labels] of unpackSeries(series).entries()) yield { labels, exemplars: exemplars[place]! };
}

/** What of a piece is handed over. */
export function buffersOf(piece: ReadPiece): ArrayBuffer[] {
  if (piece.kind === 'exemplars') return [];
  const columns = [piece.timestampsMs, piece.values].filter(
    ({ byteLength, buffer }) => byteLength === buffer.byteLength,
  );
  return [...new Set(columns.map(({ buffer }) => buffer as ArrayBuffer))];
}
