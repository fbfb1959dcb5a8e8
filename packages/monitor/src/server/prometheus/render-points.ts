// The points of a matrix as JSON, `[1763688000,"12.5"],[1763688015,"13"]`, in pieces. They are most of most answers, so they are
// written as bytes; a value that repeats, as those of many gauges do, is copied, and so are times that a series shares with others.

import { TIME_BYTES_MAX, VALUE_BYTES_MAX, writeTime, writeValue } from './format-bytes.ts';

/** Points that are rendered at a time. */
export const POINTS_A_PIECE = 512;
/** A comma, a bracket, a time, a comma, a quote. */
const HEAD_BYTES_MAX = TIME_BYTES_MAX + 4;
/** A head, a value, a quote, a bracket. */
const POINT_BYTES_MAX = HEAD_BYTES_MAX + VALUE_BYTES_MAX + 2;
/** Columns of times that are longer are written for each series: those of a range query are not. */
const TIMES_KEPT_MAX = 11_001;
const [COMMA, QUOTE, OPENING, CLOSING] = [44, 34, 91, 93];

/** Of all answers: a piece is text before another is begun. */
const bytes = Buffer.allocUnsafeSlow(POINTS_A_PIECE * POINT_BYTES_MAX);

/** What stands before the value of each point, one after the other. */
interface Heads {
  readonly timestampsMs: Float64Array;
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/** For the series of one answer. */
export class PointRenderer {
  #heads: Heads | undefined;
  #latestTimesMs: Float64Array | undefined;

  /** Up to `POINTS_A_PIECE` points from a place on; the first of all has no comma before it. */
  render(timestampsMs: Float64Array, values: Float64Array, start: number): string {
    const end = Math.min(start + POINTS_A_PIECE, values.length);
    const heads = start === 0 ? this.#headsOf(timestampsMs) : this.#knownHeads(timestampsMs);
    const length =
      heads === undefined
        ? writePoints(timestampsMs, values, start, end)
        : writePointsBehind(heads, values, start, end);
    return bytes.toString('latin1', start === 0 ? 1 : 0, length);
  }

  /** Of times that a series had already; the first to have them is rendered without. */
  #headsOf(timestampsMs: Float64Array): Heads | undefined {
    const known = this.#knownHeads(timestampsMs);
    if (known !== undefined) return known;
    if (this.#latestTimesMs === timestampsMs && timestampsMs.length <= TIMES_KEPT_MAX) {
      this.#heads = headsOf(timestampsMs);
      return this.#heads;
    }
    this.#latestTimesMs = timestampsMs;
    return undefined;
  }

  #knownHeads(timestampsMs: Float64Array): Heads | undefined {
    return this.#heads?.timestampsMs === timestampsMs ? this.#heads : undefined;
  }
}

function headsOf(timestampsMs: Float64Array): Heads {
  const text = new Uint8Array(timestampsMs.length * HEAD_BYTES_MAX);
  const ends = new Uint32Array(timestampsMs.length);
  let at = 0;
  for (let index = 0; index < timestampsMs.length; index++) {
    at = writeHead(text, at, timestampsMs[index]!);
    ends[index] = at;
  }
  return { timestampsMs, bytes: text, ends };
}

function writeHead(to: Uint8Array, at: number, timeMs: number): number {
  to[at] = COMMA;
  to[at + 1] = OPENING;
  const end = writeTime(to, at + 2, timeMs);
  to[end] = COMMA;
  to[end + 1] = QUOTE;
  return end + 2;
}

/** Each with a comma before it; gives the place behind the last. The next does the same with times that are written already. */
function writePoints(timestampsMs: Float64Array, values: Float64Array, start: number, end: number): number {
  let at = 0;
  let last = 0;
  let lastFrom = 0;
  let lastTo = 0;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    at = writeHead(bytes, at, timestampsMs[index]!);
    // A zero may be a negative one, and is short.
    if (value === last && value !== 0) at = copyWithin(lastFrom, lastTo, at);
    else {
      last = value;
      lastFrom = at;
      at = lastTo = writeValue(bytes, at, value);
    }
    bytes[at] = QUOTE;
    bytes[at + 1] = CLOSING;
    at += 2;
  }
  return at;
}

function writePointsBehind({ bytes: heads, ends }: Heads, values: Float64Array, start: number, end: number): number {
  let at = 0;
  let last = 0;
  let lastFrom = 0;
  let lastTo = 0;
  let headAt = start === 0 ? 0 : ends[start - 1]!;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    for (const headEnd = ends[index]!; headAt < headEnd; headAt++) bytes[at++] = heads[headAt]!;
    if (value === last && value !== 0) at = copyWithin(lastFrom, lastTo, at);
    else {
      last = value;
      lastFrom = at;
      at = lastTo = writeValue(bytes, at, value);
    }
    bytes[at] = QUOTE;
    bytes[at + 1] = CLOSING;
    at += 2;
  }
  return at;
}

function copyWithin(from: number, to: number, at: number): number {
  let end = at;
  for (let copied = from; copied < to; copied++) bytes[end++] = bytes[copied]!;
  return end;
}
