// Answers of queries on their way from the storage worker. A small one is sent as it is. Of a large one the series go ahead in
// pieces, their values in one column each piece, which is handed over and not copied, and times that series share sent once; then
// comes the answer without them. Between two pieces others have the thread. Invariant: what arrives is what was sent, bit by bit.

import type { Labels } from '../model/labels.ts';
import type {
  AnsweredHistogram,
  MatrixHistograms,
  MatrixSeries,
  QueryResult,
  VectorSample,
} from '../promql/interface.ts';
import { LabelPacker, LabelUnpacker, labelBuffersOf, type PackedLabels } from './packed-labels.ts';

export interface VectorPiece {
  readonly kind: 'vector';
  readonly labels: PackedLabels;
  readonly values: Float64Array<ArrayBuffer>;
  /** Of the samples that are histograms, by their place in the piece. */
  readonly histograms?: ReadonlyMap<number, AnsweredHistogram>;
}

export interface MatrixPiece {
  readonly kind: 'matrix';
  readonly labels: PackedLabels;
  readonly counts: Uint32Array<ArrayBuffer>;
  /** Of all series, one after the other. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Which of all columns of times so far, in this piece and those before, each series has. */
  readonly timesOf: Uint32Array<ArrayBuffer>;
  /** The columns of times that no piece before had: how long each is, and all of them end to end. */
  readonly timeCounts: Uint32Array<ArrayBuffer>;
  readonly timestampsMs: Float64Array<ArrayBuffer>;
  /** Of the series that have any, by their place in the piece. */
  readonly histograms?: ReadonlyMap<number, MatrixHistograms>;
}

export type ResultPiece = VectorPiece | MatrixPiece;

export interface PiecePassage {
  /**
   * Sends a piece, whose buffers are given away. One that is the last and not large may go together
   * with the answer, which follows at once.
   */
  readonly send: (piece: ResultPiece, buffers: ArrayBuffer[], isLastAndSmall: boolean) => void;
  /** Lets others have the thread; rejected when nobody waits for the answer any more. */
  readonly pause: () => Promise<void>;
}

/** Below these an answer is sent as it is, which takes less than packing it. */
const SERIES_PACKED_MIN = 6;
const POINTS_PACKED_MIN = 1024;
/** A piece takes about a millisecond to pack, and less to unpack. A series is in one piece, however long it is. */
const SERIES_A_PIECE = 512;
const POINTS_A_PIECE = 65_536;
/** The memory of a column of so many bytes is given back once it is packed. */
const FREED_BYTES_MIN = 1024;
/** A histogram is copied, which takes as long as the passage of so many floats. */
const POINTS_A_HISTOGRAM = 128;

/** Sends the series of a large answer ahead, and gives their columns away; fulfilled with what is left to be sent. */
export async function passResult(result: QueryResult, passage: PiecePassage): Promise<QueryResult> {
  if (result.type === 'vector') {
    if (result.samples.length < SERIES_PACKED_MIN) return result;
    const labels = new LabelPacker();
    await passPieces(result.samples, weightOfSample, passage, (samples) => packSamples(samples, labels));
    return { ...result, samples: [] };
  }
  if (result.type === 'matrix') {
    const points = result.series.reduce((sum, series) => sum + weightOfSeries(series), 0);
    if (result.series.length < SERIES_PACKED_MIN && points < POINTS_PACKED_MIN) return result;
    const labels = new LabelPacker();
    const times = new TimesPacker();
    await passPieces(result.series, weightOfSeries, passage, (series) => packMatrix(series, labels, times));
    return { ...result, series: [] };
  }
  return result;
}

/** The receiving side: one for an answer. */
export class ResultPieces {
  readonly #labels = new LabelUnpacker();
  readonly #times: Float64Array[] = [];
  readonly #samples: VectorSample[] = [];
  readonly #series: MatrixSeries[] = [];

  add(piece: ResultPiece): void {
    const labels = this.#labels.unpack(piece.labels);
    if (piece.kind === 'vector') this.#addSamples(piece, labels);
    else this.#addSeries(piece, labels);
  }

  /** The answer that came last, with what went ahead of it. */
  complete(result: QueryResult): QueryResult {
    if (result.type === 'vector' && this.#samples.length > 0) return { ...result, samples: this.#samples };
    if (result.type === 'matrix' && this.#series.length > 0) return { ...result, series: this.#series };
    return result;
  }

  #addSamples({ values, histograms }: VectorPiece, labelSets: readonly Labels[]): void {
    for (const [place, labels] of labelSets.entries()) {
      const sample = { labels, value: values[place]! };
      const histogram = histograms?.get(place);
      this.#samples.push(histogram === undefined ? sample : { ...sample, histogram });
    }
  }

  #addSeries(piece: MatrixPiece, labelSets: readonly Labels[]): void {
    let timesStart = 0;
    for (const count of piece.timeCounts) {
      this.#times.push(piece.timestampsMs.subarray(timesStart, timesStart + count));
      timesStart += count;
    }
    let start = 0;
    for (const [place, labels] of labelSets.entries()) {
      const end = start + piece.counts[place]!;
      const timestampsMs = this.#times[piece.timesOf[place]!]!;
      const series = { labels, timestampsMs, values: piece.values.subarray(start, end) };
      const histograms = piece.histograms?.get(place);
      this.#series.push(histograms === undefined ? series : { ...series, histograms });
      start = end;
    }
  }
}

async function passPieces<T>(
  items: readonly T[],
  weightOf: (item: T) => number,
  { send, pause }: PiecePassage,
  pack: (items: readonly T[]) => ResultPiece,
): Promise<void> {
  let from = 0;
  let weight = 0;
  for (let at = 0; at < items.length; at++) {
    weight += weightOf(items[at]!);
    const isLast = at === items.length - 1;
    if (!isLast && weight < POINTS_A_PIECE && at + 1 - from < SERIES_A_PIECE) continue;
    const piece = pack(items.slice(from, at + 1));
    send(piece, buffersOf(piece), isLast && weight <= POINTS_A_PIECE);
    if (!isLast) await pause();
    from = at + 1;
    weight = 0;
  }
}

function weightOfSample({ histogram }: VectorSample): number {
  return histogram === undefined ? 1 : POINTS_A_HISTOGRAM;
}

function weightOfSeries({ values, histograms }: MatrixSeries): number {
  return values.length + POINTS_A_HISTOGRAM * (histograms?.histograms.length ?? 0);
}

function packSamples(samples: readonly VectorSample[], labels: LabelPacker): VectorPiece {
  return {
    kind: 'vector',
    labels: labels.pack(samples),
    values: Float64Array.from(samples, ({ value }) => value),
    ...histogramsOf(samples, ({ histogram }) => histogram),
  };
}

function packMatrix(series: readonly MatrixSeries[], labels: LabelPacker, times: TimesPacker): MatrixPiece {
  const counts = Uint32Array.from(series, ({ values }) => values.length);
  const values = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const one of series) {
    values.set(one.values, at);
    at += one.values.length;
    free(one.values);
  }
  return {
    kind: 'matrix',
    labels: labels.pack(series),
    counts,
    values,
    ...times.pack(series),
    ...histogramsOf(series, ({ histograms }) => histograms),
  };
}

/** The collector of garbage sees a small object and comes late, or never to a thread that rests. */
function free({ buffer, byteLength }: Float64Array): void {
  if (byteLength >= FREED_BYTES_MIN && byteLength === buffer.byteLength) (buffer as ArrayBuffer).transfer(0);
}

function histogramsOf<T, H>(
  items: readonly T[],
  of: (item: T) => H | undefined,
): { readonly histograms?: ReadonlyMap<number, H> } {
  const histograms = new Map<number, H>();
  for (const [place, item] of items.entries()) {
    const found = of(item);
    if (found !== undefined) histograms.set(place, found);
  }
  return histograms.size === 0 ? {} : { histograms };
}

/** The series of a range query lie on one grid, and most of them have a value at each of its steps. */
class TimesPacker {
  #known = 0;
  #last: Float64Array | undefined;

  pack(series: readonly MatrixSeries[]): Pick<MatrixPiece, 'timesOf' | 'timeCounts' | 'timestampsMs'> {
    const columns: Float64Array[] = [];
    const timesOf = Uint32Array.from(series, ({ timestampsMs }) => {
      if (this.#last === undefined || !isSame(timestampsMs, this.#last)) {
        this.#last = timestampsMs;
        this.#known++;
        columns.push(timestampsMs);
      }
      return this.#known - 1;
    });
    const timeCounts = Uint32Array.from(columns, ({ length }) => length);
    const timestampsMs = new Float64Array(timeCounts.reduce((sum, count) => sum + count, 0));
    let at = 0;
    for (const column of columns) {
      timestampsMs.set(column, at);
      at += column.length;
    }
    return { timesOf, timeCounts, timestampsMs };
  }
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function buffersOf(piece: ResultPiece): ArrayBuffer[] {
  const own = [...labelBuffersOf(piece.labels), piece.values.buffer];
  if (piece.kind === 'vector') return own;
  return [...own, piece.counts.buffer, piece.timesOf.buffer, piece.timeCounts.buffer, piece.timestampsMs.buffer];
}
