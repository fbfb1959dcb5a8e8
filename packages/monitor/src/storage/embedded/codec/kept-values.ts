// The values of a column while they are kept unpacked: as whole numbers of 32 bits where these, divided, give each value back bit for
// bit, which halves the memory and is read about as fast, and else as they are.

/** What a column takes besides its values. */
const COLUMN_BYTES = 200;
const NO_WORDS = new Int32Array(0);
const NO_VALUES = new Float64Array(0);

export class KeptValues {
  readonly #wholes: Int32Array;
  readonly #divisor: number;
  readonly #values: Float64Array;

  constructor(wholes: Int32Array, divisor: number, values: Float64Array) {
    this.#wholes = wholes;
    this.#divisor = divisor;
    this.#values = values;
  }

  get sizeBytes(): number {
    return COLUMN_BYTES + this.#wholes.byteLength + this.#values.byteLength;
  }

  /** Writes the values `start` to `end` (exclusive) to `into`, from `at` on. */
  copy(start: number, end: number, into: Float64Array, at: number): void {
    if (this.#wholes.length === 0) into.set(this.#values.subarray(start, end), at);
    else if (this.#divisor === 1) into.set(this.#wholes.subarray(start, end), at);
    else divide(this.#wholes, this.#divisor, start, end, into, at);
  }
}

/** Four a turn, which takes half the time. */
function divide(wholes: Int32Array, divisor: number, start: number, end: number, into: Float64Array, at: number): void {
  let from = start;
  let to = at;
  for (; from + 3 < end; from += 4, to += 4) {
    into[to] = wholes[from]! / divisor;
    into[to + 1] = wholes[from + 1]! / divisor;
    into[to + 2] = wholes[from + 2]! / divisor;
    into[to + 3] = wholes[from + 3]! / divisor;
  }
  for (; from < end; from++) into[to++] = wholes[from]! / divisor;
}

/** The most that so many values can take. */
export function sizeOfValues(length: number): number {
  return COLUMN_BYTES + Float64Array.BYTES_PER_ELEMENT * length;
}

/** A copy. */
export function keptValues(values: Float64Array, divisor: number): KeptValues {
  const wholes = new Int32Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    const whole = Math.round(value * divisor) | 0;
    wholes[index] = whole;
    if (whole / divisor !== value || (whole === 0 && Object.is(value, -0))) {
      return new KeptValues(NO_WORDS, 1, values.slice());
    }
  }
  return new KeptValues(wholes, divisor, NO_VALUES);
}
