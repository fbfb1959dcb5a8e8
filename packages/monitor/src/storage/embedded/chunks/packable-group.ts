// What the packer is handed: the samples of one group in one window as flat columns, which move to the packer's thread
// without being copied. Histograms and exemplars, which are few, go as bytes. The builder is filled series after series
// and used again and again.

import type { Exemplar } from '../../../model/batch.ts';
import type { HistogramSample } from '../../interface.ts';
import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { decodeHistogram, encodeHistogram, readExemplar, writeExemplar } from '../../sqlite/histogram-codec.ts';
import type { SeriesColumns } from '../codec/chunk.ts';
import { Columns } from '../columns.ts';

export interface PackableGroup {
  /** Ascending. */
  readonly refs: Uint32Array<ArrayBuffer>;
  /** Float samples of each series. */
  readonly counts: Uint32Array<ArrayBuffer>;
  readonly timesMs: Float64Array<ArrayBuffer>;
  /** Two 32-bit words a value, low word first. */
  readonly bits: Uint32Array<ArrayBuffer>;
  /** For each series its histograms and exemplars, as a chunk of format 1 has them; empty when no series has any. */
  readonly extras: Uint8Array<ArrayBuffer>;
}

export class PackableGroupBuilder {
  readonly #refs: number[] = [];
  readonly #counts: number[] = [];
  readonly #columns = new Columns();
  readonly #extras = new ByteWriter();
  #hasExtras = false;
  #samples = 0;

  /** Float and histogram samples so far. */
  get samples(): number {
    return this.#samples;
  }

  get isEmpty(): boolean {
    return this.#refs.length === 0;
  }

  /**
   * Adds a series, of a greater reference than the one before; `from` and `to` cut its part out of the columns.
   * Histograms and exemplars are of the same stretch, and no time has a histogram and a float.
   */
  add(
    ref: number,
    { timesMs, bits }: Pick<SeriesColumns, 'timesMs' | 'bits'>,
    from: number,
    to: number,
    histograms: readonly HistogramSample[] = [],
    exemplars: readonly Exemplar[] = [],
  ): void {
    const columns = this.#columns;
    columns.ensure(to - from);
    columns.timesMs.set(timesMs.subarray(from, to), columns.length);
    columns.bits.set(bits.subarray(2 * from, 2 * to), 2 * columns.length);
    columns.length += to - from;
    this.#refs.push(ref);
    this.#counts.push(to - from);
    this.#samples += to - from + histograms.length;
    this.#hasExtras ||= histograms.length > 0 || exemplars.length > 0;
    writeExtras(this.#extras, histograms, exemplars);
  }

  /** What was added since the last call, in buffers of its own. */
  build(): PackableGroup {
    const group = {
      refs: Uint32Array.from(this.#refs),
      counts: Uint32Array.from(this.#counts),
      timesMs: this.#columns.copyTimes() as Float64Array<ArrayBuffer>,
      bits: this.#columns.copyBits(),
      extras: this.#hasExtras ? new Uint8Array(this.#extras.written()) : new Uint8Array(0),
    };
    this.#refs.length = 0;
    this.#counts.length = 0;
    this.#columns.clear();
    this.#extras.clear();
    this.#hasExtras = false;
    this.#samples = 0;
    return group;
  }
}

/** The buffers that move with the group. */
export function transferablesOf({ refs, counts, timesMs, bits, extras }: PackableGroup): ArrayBuffer[] {
  return [refs.buffer, counts.buffer, timesMs.buffer, bits.buffer, extras.buffer];
}

/** The series of a group; the columns are views. */
export function* seriesOf({ refs, counts, timesMs, bits, extras }: PackableGroup): Generator<SeriesColumns> {
  const reader = new ByteReader(extras);
  let start = 0;
  for (const [at, ref] of refs.entries()) {
    const end = start + counts[at]!;
    yield {
      ref,
      timesMs: timesMs.subarray(start, end),
      bits: bits.subarray(2 * start, 2 * end),
      histograms: extras.length === 0 ? [] : readHistograms(reader),
      exemplars: extras.length === 0 ? [] : readExemplars(reader),
    };
    start = end;
  }
}

function writeExtras(writer: ByteWriter, histograms: readonly HistogramSample[], exemplars: readonly Exemplar[]): void {
  writer.varint(histograms.length);
  for (const { timestampMs, histogram } of histograms) {
    writer.signedVarint(timestampMs);
    writer.bytes(encodeHistogram(histogram));
  }
  writer.varint(exemplars.length);
  for (const exemplar of exemplars) writeExemplar(writer, exemplar);
}

function readHistograms(reader: ByteReader): readonly HistogramSample[] {
  const count = reader.varint();
  return Array.from({ length: count }, () => ({
    timestampMs: reader.signedVarint(),
    histogram: decodeHistogram(reader),
  }));
}

function readExemplars(reader: ByteReader): readonly Exemplar[] {
  const count = reader.varint();
  return Array.from({ length: count }, () => readExemplar(reader));
}
