// The points of a matrix as JSON, `[1763688000,"12.5"],[1763688015,"13"]`, in pieces. They are most of most answers, so they are
// written as bytes; a value that repeats, as those of many gauges do, is copied.

import { TIME_BYTES_MAX, VALUE_BYTES_MAX, writeTime, writeValue } from './format-bytes.ts';

const POINTS_A_PIECE = 512;
/** A comma, a bracket, a time, a comma, quotes, a value, a bracket. */
const POINT_BYTES_MAX = TIME_BYTES_MAX + VALUE_BYTES_MAX + 6;
const [COMMA, QUOTE, OPENING, CLOSING] = [44, 34, 91, 93];

/** For the series of one answer. */
export class PointRenderer {
  readonly #bytes = Buffer.allocUnsafe(POINTS_A_PIECE * POINT_BYTES_MAX);

  *render(timestampsMs: Float64Array, values: Float64Array): Generator<string> {
    for (let start = 0; start < values.length; start += POINTS_A_PIECE) {
      const end = Math.min(start + POINTS_A_PIECE, values.length);
      const length = writePoints(this.#bytes, timestampsMs.subarray(start, end), values.subarray(start, end));
      yield this.#bytes.toString('latin1', start === 0 ? 1 : 0, length);
    }
  }
}

/** Each with a comma before it; gives the place behind the last. */
function writePoints(bytes: Uint8Array, timestampsMs: Float64Array, values: Float64Array): number {
  let at = 0;
  let last = 0;
  let lastFrom = 0;
  let lastTo = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    bytes[at] = COMMA;
    bytes[at + 1] = OPENING;
    at = writeTime(bytes, at + 2, timestampsMs[index]!);
    bytes[at] = COMMA;
    bytes[at + 1] = QUOTE;
    at += 2;
    // A zero may be a negative one, and is short.
    if (value === last && value !== 0) {
      const length = lastTo - lastFrom;
      for (let copied = 0; copied < length; copied++) bytes[at + copied] = bytes[lastFrom + copied]!;
      at += length;
    } else {
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
