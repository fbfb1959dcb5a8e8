// Reads a chunk. Opening it reads the header alone; a series is unpacked when it is asked for, and of it only what lies
// before the end of the range. Invariant: bytes that are not what was written give `DamagedBytes` or other values, in
// bounded memory and time (the envelope around the payload tells the two apart by its checksum).

import type { Exemplar } from '../../../model/batch.ts';
import type { HistogramSample, TimeRange } from '../../interface.ts';
import { ByteReader } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { type Columns, firstAfter, firstAtOrAfter } from '../columns.ts';
import { CHUNK_LAYOUT, HAS_EXEMPLARS, HAS_HISTOGRAMS } from './chunk-layout.ts';
import { readExemplars } from './exemplar-section.ts';
import { readHistograms } from './histogram-section.ts';
import { KeptValues } from './kept-values.ts';
import { readPacked } from './packed-block.ts';
import { type StoredColumn, StoredColumns } from './stored-columns.ts';
import { copyOf, StreamCursor, StreamReader } from './stream-frames.ts';
import { decodeTimes, readTimeColumn, type TimeColumn, takeRuns } from './time-columns.ts';
import type { UnpackedColumns, UnpackedPool } from './unpacked-pool.ts';
import { FORM } from './value-forms.ts';
import { readParameters } from './value-parameters.ts';

const REF_MAX = 0xffffffff;
/** What a series holds in memory beside its bytes, roughly. */
const SERIES_BYTES = 240;
const NO_HISTOGRAMS: readonly HistogramSample[] = [];
const NO_BYTES = new Uint8Array(0);

interface StoredTimes {
  readonly column: TimeColumn;
  timesMs: Float64Array | undefined;
  /** The range that was asked for last, as those of series that follow each other are the same, and where it lies. */
  minTimeMs: number;
  maxTimeMs: number;
  start: number;
  end: number;
}

/** Some of a series: `start` to `end` (exclusive) of two columns, which are nobody's to change. */
export interface Stretch {
  readonly timesMs: Float64Array;
  /** Other than times, which stay as they are, they hold until anything else is read in this thread. */
  readonly values: Float64Array | KeptValues;
  readonly start: number;
  readonly end: number;
}

export class ChunkReader {
  /** Ascending. */
  readonly refs: Uint32Array;
  readonly #times: StoredTimes[] = [];
  readonly #columns: (StoredColumn | undefined)[] = [];
  readonly #streams: StreamReader;
  readonly #values: StoredColumns;
  /** Empty when there are none. */
  readonly #histograms: Uint8Array[] = [];
  readonly #exemplarBytes: Uint8Array;
  #exemplars: readonly (readonly Exemplar[])[] | undefined;
  readonly #unpacked: UnpackedColumns | undefined;
  #sizeBytes = 0;

  /** With a pool, columns that are asked for often are kept there until `release`. @throws {DamagedBytes} */
  constructor(payload: Uint8Array, pool?: UnpackedPool) {
    const body = new ByteReader(payload);
    const layout = body.byte();
    if (layout !== CHUNK_LAYOUT) throw new DamagedBytes(`a chunk has the unknown layout ${layout}`);
    const header = new ByteReader(readPacked(body));
    const flags = header.byte();
    this.refs = readRefs(header);
    const cursor = new StreamCursor();
    this.#readColumns(header, cursor);
    this.#streams = new StreamReader(header, body, cursor.places());
    if ((flags & HAS_HISTOGRAMS) !== 0) {
      for (const _ of this.refs) this.#histograms.push(this.#kept(body.bytes(header.varint())));
    }
    this.#exemplarBytes = (flags & HAS_EXEMPLARS) === 0 ? NO_BYTES : this.#kept(body.bytes(header.varint()));
    header.expectEnd();
    body.expectEnd();
    this.#values = new StoredColumns(this.#columns, this.#streams);
    this.#unpacked = pool?.columns(this.refs.length);
    this.#sizeBytes += SERIES_BYTES * this.refs.length;
  }

  /** Gives up what the pool keeps of it. It can be read from as before. */
  release(): void {
    this.#unpacked?.release();
  }

  /** Memory that it holds now, but for that of the pool; it grows as frames, columns of times and exemplars are unpacked. */
  get sizeBytes(): number {
    return this.#sizeBytes + this.#streams.sizeBytes;
  }

  /**
   * Appends the floats in the range.
   * @throws {DamagedBytes}
   */
  read(ref: number, range: TimeRange, into: Columns): void {
    const stretch = this.stretch(ref, range);
    if (stretch === undefined) return;
    const { timesMs, values, start, end } = stretch;
    into.ensure(end - start);
    into.timesMs.set(timesMs.subarray(start, end), into.length);
    if (values instanceof KeptValues) values.copy(start, end, into.values, into.length);
    else into.values.set(values.subarray(start, end), into.length);
    into.length += end - start;
  }

  /**
   * The floats in the range where they lie; undefined when there are none.
   * @throws {DamagedBytes}
   */
  stretch(ref: number, { minTimeMs, maxTimeMs }: TimeRange): Stretch | undefined {
    const index = this.#indexOf(ref);
    const stored = index === -1 ? undefined : this.#columns[index];
    if (stored === undefined) return undefined;
    const timesMs = this.#timesAt(stored.times);
    const times = this.#times[stored.times]!;
    if (times.minTimeMs !== minTimeMs || times.maxTimeMs !== maxTimeMs) {
      times.minTimeMs = minTimeMs;
      times.maxTimeMs = maxTimeMs;
      times.start = firstAtOrAfter(timesMs, timesMs.length, minTimeMs);
      times.end = firstAfter(timesMs, timesMs.length, maxTimeMs);
    }
    const { start, end } = times;
    if (start >= end) return undefined;
    const origin = this.#values.originOf(index);
    const known = this.#unpacked?.get(origin);
    if (known !== undefined) return { timesMs, values: known, start, end };
    const divisor = this.#values.divisorOf(origin);
    const isWanted = divisor !== 0 && this.#unpacked?.wants(origin, stored.length) === true;
    const { values } = this.#values.unpack(origin, isWanted ? stored.length : end);
    if (isWanted) this.#unpacked!.keep(origin, values.subarray(0, stored.length), divisor);
    StoredColumns.trim();
    return { timesMs, values, start, end };
  }

  /** @throws {DamagedBytes} */
  histograms(ref: number, range: TimeRange): readonly HistogramSample[] {
    if (this.#histograms.length === 0) return NO_HISTOGRAMS;
    const index = this.#indexOf(ref);
    if (index === -1 || this.#histograms[index]!.length === 0) return NO_HISTOGRAMS;
    return readHistograms(this.#histograms[index]!).filter(({ timestampMs }) => isWithin(timestampMs, range));
  }

  /** @throws {DamagedBytes} */
  exemplars(ref: number, range: TimeRange): readonly Exemplar[] {
    const index = this.#indexOf(ref);
    if (index === -1 || this.#exemplarBytes.length === 0) return [];
    if (this.#exemplars === undefined) {
      this.#exemplars = readExemplars(this.#exemplarBytes, this.refs.length);
      this.#sizeBytes += 16 * this.#exemplarBytes.length;
    }
    return this.#exemplars[index]!.filter(({ timestampMs }) => isWithin(timestampMs, range));
  }

  /** A copy, so that the payload is not kept for it. */
  #kept(bytes: Uint8Array): Uint8Array {
    this.#sizeBytes += bytes.length;
    return copyOf(bytes);
  }

  #readColumns(header: ByteReader, cursor: StreamCursor): void {
    for (let left = header.count(3); left > 0; left--) {
      const column = readTimeColumn(header, cursor);
      this.#times.push({ column, timesMs: undefined, minTimeMs: 0, maxTimeMs: -1, start: 0, end: 0 });
    }
    const count = this.refs.length;
    const places: number[] = [];
    const forms: number[] = [];
    for (let index = 0; index < count; index++) places.push(header.varint());
    for (const place of places) forms.push(place === 0 ? FORM.none : header.byte());
    for (let index = 0; index < count; index++) {
      const place = places[index]!;
      const form = forms[index]!;
      if (place > this.#times.length || (place === 0) !== (form === FORM.none)) {
        throw new DamagedBytes(`series ${this.refs[index]} has no column of times`);
      }
      if (place === 0) {
        this.#columns.push(undefined);
        continue;
      }
      const { length } = this.#times[place - 1]!.column;
      this.#columns.push({ parameters: readParameters(header, cursor, form, length), length, times: place - 1 });
    }
  }

  #timesAt(place: number): Float64Array {
    const stored = this.#times[place]!;
    if (stored.timesMs !== undefined) return stored.timesMs;
    const { column } = stored;
    if (column.parent === -1) {
      stored.timesMs = decodeTimes(column, this.#streams);
    } else {
      const parent = this.#times[column.parent];
      if (parent === undefined || parent.column.parent !== -1)
        throw new DamagedBytes('a column of times has no parent');
      stored.timesMs = takeRuns(column, this.#timesAt(column.parent));
    }
    this.#sizeBytes += stored.timesMs.byteLength;
    return stored.timesMs;
  }

  #indexOf(ref: number): number {
    const { refs } = this;
    // Mostly there is none missing between.
    const near = ref - refs[0]!;
    if (refs[near] === ref) return near;
    let low = 0;
    let high = refs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (refs[middle]! < ref) low = middle + 1;
      else high = middle;
    }
    return refs[low] === ref ? low : -1;
  }
}

function readRefs(header: ByteReader): Uint32Array {
  const refs = new Uint32Array(header.count(2));
  let before = -1;
  for (let index = 0; index < refs.length; index++) {
    before += header.varint() + 1;
    if (before > REF_MAX) throw new DamagedBytes('a reference is too large');
    refs[index] = before;
  }
  return refs;
}

function isWithin(timestampMs: number, { minTimeMs, maxTimeMs }: TimeRange): boolean {
  return timestampMs >= minTimeMs && timestampMs <= maxTimeMs;
}
