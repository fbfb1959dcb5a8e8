// The columns of times of a chunk. Series of one target share theirs, so there are few; one that lacks some of the times
// of another (a series that came later, a scrape that failed) is stored as the runs that it has of it.
// Format page: docs/formats/store.md.

import type { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { SERIES_SAMPLES_MAX } from './bounds.ts';
import {
  PLANES_MAX,
  type PlaneKinds,
  type PlaneLayout,
  readNumbers,
  skipNumbers,
  writeNumbers,
} from './number-planes.ts';
import {
  ColumnStreams,
  STREAM,
  type StreamCursor,
  type StreamPlaces,
  type StreamReader,
  type StreamWriter,
} from './stream-frames.ts';

/** Columns that a new one is compared with, to be told as runs of it. */
const PARENTS_MAX = 8;
/** Runs that a column may have without a look at how long it is, and samples a run beyond that. */
const RUNS_MIN = 4;
const SAMPLES_A_RUN = 16;

const TIME_KINDS: PlaneKinds = {
  single: STREAM.times,
  top: STREAM.times,
  low: STREAM.times,
  long: STREAM.times,
};

/** The distinct columns of a chunk that is being encoded. */
export class TimeColumns {
  readonly #columns: Float64Array[] = [];

  /** The place of the column; the times are copied when they are new. */
  place(timesMs: Float64Array): number {
    for (let place = this.#columns.length - 1; place >= 0; place--) {
      if (sameTimes(this.#columns[place]!, timesMs)) return place;
    }
    return this.#columns.push(timesMs.slice()) - 1;
  }

  /** Appends the columns to the header, and to the streams the steps of those that stand for themselves. */
  write(header: ByteWriter, streams: StreamWriter): void {
    header.varint(this.#columns.length);
    const parents: number[] = [];
    const byLength = this.#columns.map((_, place) => place);
    byLength.sort((one, other) => this.#columns[other]!.length - this.#columns[one]!.length);
    const told = new Map<number, { parent: number; runs: readonly number[] }>();
    for (const place of byLength) {
      const part = this.#asPart(place, parents);
      if (part !== undefined) told.set(place, part);
      else if (parents.length < PARENTS_MAX) parents.push(place);
    }
    for (const [place, timesMs] of this.#columns.entries()) {
      const part = told.get(place);
      header.varint(timesMs.length);
      header.varint(part === undefined ? 0 : 1 + part.parent);
      if (part === undefined) {
        header.signedVarint(timesMs[0]!);
        header.varint(timesMs.length === 1 ? 0 : timesMs[1]! - timesMs[0]!);
        const { planes, longBytes } = writeNumbers(streams, TIME_KINDS, stepChanges(timesMs), timesMs.length - 1);
        header.byte(planes);
        if (planes > 0) header.varint(longBytes);
      } else {
        header.varint(part.runs.length);
        for (const run of part.runs) header.varint(run);
      }
    }
  }

  #asPart(place: number, parents: readonly number[]): { parent: number; runs: readonly number[] } | undefined {
    const timesMs = this.#columns[place]!;
    for (const parent of parents) {
      const runs = runsOf(timesMs, this.#columns[parent]!);
      if (runs !== undefined) return { parent, runs };
    }
    return undefined;
  }
}

/** How the header tells a column of times. */
export interface TimeColumn {
  readonly length: number;
  /** The place of the column that it is part of; -1 when it stands for itself. */
  readonly parent: number;
  readonly firstMs: number;
  readonly firstStepMs: number;
  readonly layout: PlaneLayout;
  readonly streams: StreamPlaces;
  /** How many of the parent to skip and to take, in turn. */
  readonly runs: readonly number[];
}

const NO_PLANES: PlaneLayout = { planes: 0, longBytes: 0 };

/** @throws {DamagedBytes} */
export function readTimeColumn(header: ByteReader, cursor: StreamCursor): TimeColumn {
  const length = header.varint();
  if (length === 0 || length > SERIES_SAMPLES_MAX) throw new DamagedBytes(`a column claims ${length} times`);
  const parent = header.varint() - 1;
  if (parent === -1) {
    const firstMs = header.signedVarint();
    const firstStepMs = header.varint();
    const planes = header.byte();
    if (planes > PLANES_MAX) throw new DamagedBytes(`a column of times has ${planes} planes`);
    const layout = { planes, longBytes: planes === 0 ? 0 : header.varint() };
    const streams = cursor.places();
    skipNumbers(cursor, TIME_KINDS, layout, length - 1);
    return { length, parent, firstMs, firstStepMs, layout, streams, runs: [] };
  }
  const runs: number[] = [];
  for (let left = header.count(1); left > 0; left--) runs.push(header.varint());
  return { length, parent, firstMs: 0, firstStepMs: 0, layout: NO_PLANES, streams: [], runs };
}

/** What each step differs by from the one before. */
function stepChanges(timesMs: Float64Array): Float64Array {
  const changes = new Float64Array(timesMs.length - 1);
  let before = timesMs[1]! - timesMs[0]!;
  for (let index = 0; index < changes.length; index++) {
    const stepMs = timesMs[index + 1]! - timesMs[index]!;
    changes[index] = stepMs - before;
    before = stepMs;
  }
  return changes;
}

/** @throws {DamagedBytes} */
export function decodeTimes(
  { length, firstMs, firstStepMs, layout, streams }: TimeColumn,
  reader: StreamReader,
): Float64Array {
  const changes = new Float64Array(length - 1);
  const timesMs = new Float64Array(length);
  readNumbers(new ColumnStreams(reader, streams), TIME_KINDS, layout, length - 1, changes, length - 1);
  let timeMs = firstMs;
  let stepMs = firstStepMs;
  timesMs[0] = timeMs;
  for (let index = 1; index < length; index++) {
    stepMs += changes[index - 1]!;
    if (!(stepMs > 0)) throw new DamagedBytes('times do not ascend');
    timeMs += stepMs;
    timesMs[index] = timeMs;
  }
  return timesMs;
}

/** @throws {DamagedBytes} */
export function takeRuns({ length, runs }: TimeColumn, parent: Float64Array): Float64Array {
  const timesMs = new Float64Array(length);
  let at = 0;
  let from = 0;
  for (let run = 0; run + 1 < runs.length; run += 2) {
    from += runs[run]!;
    const end = from + runs[run + 1]!;
    if (end > parent.length || at + end - from > length)
      throw new DamagedBytes('runs of times reach beyond their column');
    timesMs.set(parent.subarray(from, end), at);
    at += end - from;
    from = end;
  }
  if (at !== length) throw new DamagedBytes(`runs of times give ${at} instead of ${length}`);
  return timesMs;
}

/** How many of the parent to skip and to take, in turn; `undefined` when it lacks a time or there are too many runs. */
function runsOf(timesMs: Float64Array, parent: Float64Array): readonly number[] | undefined {
  const runs: number[] = [];
  const runsMax = 2 * Math.max(RUNS_MIN, timesMs.length / SAMPLES_A_RUN);
  let from = 0;
  let at = 0;
  while (at < timesMs.length) {
    const skipFrom = from;
    while (from < parent.length && parent[from]! < timesMs[at]!) from++;
    const takeFrom = from;
    while (from < parent.length && at < timesMs.length && parent[from] === timesMs[at]) {
      from++;
      at++;
    }
    if (from === takeFrom) return undefined;
    runs.push(takeFrom - skipFrom, from - takeFrom);
    if (runs.length > runsMax) return undefined;
  }
  return runs;
}

function sameTimes(one: Float64Array, other: Float64Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
