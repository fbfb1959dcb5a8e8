// What a reading finds of one series, part after part: stretches of the columns of chunks, and copies of what heads hold. Mostly
// the parts follow each other in time. Then values are copied one part behind the other, and of times there is only noted where they
// lie, so that series with the same times are known by that. Else `Gathered` sorts them.

import type { HistogramSample } from '../interface.ts';
import { KeptValues, type Stretch } from './codec/chunk.ts';
import { Columns } from './columns.ts';
import { Gathered } from './gather.ts';

/** What one head has of a series, copied before the reading rests. */
export interface HeadPart {
  readonly columns: Columns;
  histograms: readonly HistogramSample[];
}

/** `start` to `end` (exclusive) of the times; the values are behind those of the part before. */
interface Part {
  readonly timesMs: Float64Array;
  readonly start: number;
  readonly end: number;
  /** The column of times stays as it is. */
  readonly isLasting: boolean;
  /** Of two parts with the same time the one with the smaller number stays. */
  readonly storedAt: number;
  readonly histograms: readonly HistogramSample[];
}

const NO_TIMES = new Float64Array(0);
const NO_HISTOGRAMS: readonly HistogramSample[] = [];
/** A buffer that is full grows by this factor: memory that is not written to costs nothing. */
const GROWTH = 4;
const INITIAL_VALUES = 256;

export class ReadParts {
  /** Used again from series to series; `heads` of them hold something. */
  readonly #heads: HeadPart[] = [];
  heads = 0;
  readonly #parts: Part[] = [];
  #isInOrder = true;
  #hasHistograms = false;
  #latestMs = Number.NEGATIVE_INFINITY;
  #values = new Float64Array(INITIAL_VALUES);
  #length = 0;
  #gathered: Gathered | undefined;
  readonly #sharedTimes = new SharedTimes();

  clear(): void {
    this.heads = 0;
    this.#parts.length = 0;
    this.#isInOrder = true;
    this.#hasHistograms = false;
    this.#latestMs = Number.NEGATIVE_INFINITY;
    this.#length = 0;
  }

  /** An empty part for a copy of what a head has. */
  addHead(): HeadPart {
    let part = this.#heads[this.heads];
    if (part === undefined) this.#heads.push((part = { columns: new Columns(), histograms: NO_HISTOGRAMS }));
    part.columns.clear();
    this.heads++;
    return part;
  }

  /** Takes over such a copy. */
  takeHead(index: number, storedAt: number): void {
    const { columns, histograms } = this.#heads[index]!;
    const { timesMs, values, length } = columns;
    if (length > 0) this.#room(length).set(values.subarray(0, length), this.#length);
    this.#end({ timesMs, start: 0, end: length, isLasting: false, storedAt, histograms });
  }

  /** Takes over what a chunk has: floats and histograms, both in order of time. */
  take(stretch: Stretch | undefined, histograms: readonly HistogramSample[], storedAt: number): void {
    if (stretch === undefined) {
      this.#end({ timesMs: NO_TIMES, start: 0, end: 0, isLasting: true, storedAt, histograms });
      return;
    }
    const { timesMs, values, start, end } = stretch;
    const into = this.#room(end - start);
    if (values instanceof KeptValues) values.copy(start, end, into, this.#length);
    else into.set(values.subarray(start, end), this.#length);
    this.#end({ timesMs, start, end, isLasting: true, storedAt, histograms });
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** Each time once, in order. Shared times are nobody's to change; values that are reused hold until `clear`. */
  finish(
    sharesTimes: boolean,
    reusesValues: boolean,
  ): {
    readonly timestampsMs: Float64Array;
    readonly values: Float64Array;
    readonly histograms: readonly HistogramSample[];
  } {
    const parts = this.#parts;
    const length = this.#length;
    if (!this.#isInOrder) return this.#sorted();
    return {
      timestampsMs: sharesTimes ? this.#sharedTimes.of(parts, length) : joined(parts, length),
      values: reusesValues ? this.#values.subarray(0, length) : this.#values.slice(0, length),
      histograms: this.#hasHistograms ? parts.flatMap(({ histograms }) => histograms) : NO_HISTOGRAMS,
    };
  }

  #room(count: number): Float64Array {
    const needed = this.#length + count;
    if (needed <= this.#values.length) return this.#values;
    const larger = new Float64Array(Math.max(needed, GROWTH * this.#values.length));
    larger.set(this.#values.subarray(0, this.#length));
    this.#values = larger;
    return larger;
  }

  #end(part: Part): void {
    const { timesMs, start, end, histograms } = part;
    if (start === end && histograms.length === 0) return;
    let firstMs = start < end ? timesMs[start]! : Number.POSITIVE_INFINITY;
    let lastMs = start < end ? timesMs[end - 1]! : Number.NEGATIVE_INFINITY;
    if (histograms.length > 0) {
      firstMs = Math.min(firstMs, histograms[0]!.timestampMs);
      lastMs = Math.max(lastMs, histograms.at(-1)!.timestampMs);
      this.#hasHistograms = true;
    }
    if (firstMs <= this.#latestMs) this.#isInOrder = false;
    if (lastMs > this.#latestMs) this.#latestMs = lastMs;
    this.#length += end - start;
    this.#parts.push(part);
  }

  #sorted() {
    const gathered = (this.#gathered ??= new Gathered());
    const { columns } = gathered;
    gathered.clear();
    let at = 0;
    for (const { timesMs, start, end, storedAt, histograms } of this.#parts) {
      columns.append(timesMs.subarray(start, end), this.#values.subarray(at, at + end - start));
      gathered.endPart(storedAt, histograms);
      at += end - start;
    }
    const histograms = gathered.finish();
    return { timestampsMs: columns.copyTimes(), values: columns.copyValues(), histograms };
  }
}

/** Series of one target follow each other and have the same times: they get one column. */
class SharedTimes {
  #latest: Float64Array = NO_TIMES;
  #parts: readonly Part[] = [];

  of(parts: readonly Part[], length: number): Float64Array {
    if (!this.#isSame(parts, length)) {
      this.#latest = joined(parts, length);
      this.#parts = parts.slice();
    }
    return this.#latest;
  }

  #isSame(parts: readonly Part[], length: number): boolean {
    const latest = this.#latest;
    if (length !== latest.length) return false;
    let at = 0;
    for (let number = 0; number < parts.length; number++) {
      const part = parts[number]!;
      const { timesMs, start, end } = part;
      if (!isSamePlace(part, this.#parts[number])) {
        for (let index = start; index < end; index++) if (timesMs[index] !== latest[at + index - start]) return false;
      }
      at += end - start;
    }
    return true;
  }
}

/** Parts before it are as long as they were: they have the same times, and those ascend. */
function isSamePlace({ timesMs, start, end, isLasting }: Part, known: Part | undefined): boolean {
  return isLasting && known?.timesMs === timesMs && known.start === start && known.end === end;
}

function joined(parts: readonly Part[], length: number): Float64Array<ArrayBuffer> {
  const timesMs = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    timesMs.set(part.timesMs.subarray(part.start, part.end), at);
    at += part.end - part.start;
  }
  return timesMs;
}
