// Finds the bucket of a value among the bounds of a classic histogram. The bits of a double, read as a number, are in the
// order of the doubles themselves, so their first bits lead through a table to a place among the bounds: a cell of the table
// holds where to start and, in the same 16 bits, how far into the cell its first bound is, which one addition compares.
// The invariant: the start is never past the bucket, so the comparison that follows always ends at the right one, and with
// at most one bound in a cell (bounds that are spread evenly on a logarithmic or a linear scale) it is the only one.

/** 800 bytes; the fifteen bounds of a latency from 1 ms to 60 s get 16 cells for each doubling. */
const MAX_CELLS = 400;
/** Bits of a cell that tell how far into it its first bound is; the other nine are for the bucket. */
const STEP_BITS = 7;
const STEP_MASK = (1 << STEP_BITS) - 1;

/** A value and its bits: stored as the one, read as the other. Not exported: an imported constant costs a load at each use. */
const DOUBLE = new Float64Array([1]);
const WORDS = new Int32Array(DOUBLE.buffer);
/** Where the half with the sign, the exponent and the first 20 bits of the fraction is. */
const HIGH_WORD = WORDS[1] === 0 ? 0 : 1;

export class BucketIndex {
  /** The bounds it was made of. */
  readonly bounds: Float64Array;
  /** The same, and Infinity at the end: the one comparison needs no look at the length. */
  readonly #bounds: Float64Array;
  readonly #cells: Uint16Array;
  /** How many of the last bits of a high word do not count. */
  readonly #shift: number;
  /** What is left of the high word at the start of the first cell. */
  readonly #firstStep: number;
  /** Bounds below the first cell: none of them is positive. */
  readonly #boundsBelow: number;

  /** @param bounds ascending, finite, at most 256 (more would not fit in the bits of a cell) */
  constructor(bounds: ArrayLike<number>) {
    this.#bounds = new Float64Array(bounds.length + 1).fill(Number.POSITIVE_INFINITY);
    this.#bounds.set(bounds);
    this.bounds = this.#bounds.subarray(0, bounds.length);
    const highWords = Array.from(this.bounds, highWordOf);
    const firstPositive = highWords.find((_, i) => this.bounds[i]! > 0) ?? 0;
    const last = Math.max(highWords.at(-1) ?? 0, firstPositive);
    // At least 1, so that the lowest high word less the highest first step is still a whole number of 32 bits.
    let shift = 1;
    while (cellOf(last, shift) - cellOf(firstPositive, shift) >= MAX_CELLS) shift++;
    const firstCell = cellOf(firstPositive, shift);
    this.#shift = shift;
    this.#firstStep = firstCell << STEP_BITS;
    this.#boundsBelow = highWords.filter((word) => cellOf(word, shift) < firstCell).length;
    this.#cells = new Uint16Array(Math.max(0, cellOf(last, shift) - firstCell + 1));
    let start = this.#boundsBelow;
    for (let i = 0; i < this.#cells.length; i++) {
      while (start < highWords.length && cellOf(highWords[start]!, shift) < firstCell + i) start++;
      this.#cells[i] = cellWith(start, firstCell + i, highWords[start], shift);
    }
  }

  /** The bucket of a finite value: the number of bounds that are less than it. */
  find(value: number): number {
    DOUBLE[0] = value;
    const step = (WORDS[HIGH_WORD]! >> this.#shift) - this.#firstStep;
    const cells = this.#cells;
    const cell = step >>> STEP_BITS;
    if (cell >= cells.length) return step < 0 ? this.#findBelow(value) : this.#bounds.length - 1;
    // The bound's place in the cell is kept as its distance to the end: the sum carries into the bucket behind it.
    let bucket = (cells[cell]! + (step & STEP_MASK)) >> STEP_BITS;
    while (value > this.#bounds[bucket]!) bucket++;
    return bucket;
  }

  #findBelow(value: number): number {
    let low = 0;
    let high = this.#boundsBelow;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= this.#bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function highWordOf(value: number): number {
  DOUBLE[0] = value;
  return WORDS[HIGH_WORD]!;
}

function cellOf(highWord: number, shift: number): number {
  return highWord >> (shift + STEP_BITS);
}

/** The bucket where to start in a cell, and how far its bound is from the cell's end; a cell without one never carries. */
function cellWith(start: number, cell: number, boundWord: number | undefined, shift: number): number {
  const hasBound = boundWord !== undefined && cellOf(boundWord, shift) === cell;
  const boundStep = hasBound ? (boundWord >> shift) & STEP_MASK : STEP_MASK;
  return (start << STEP_BITS) + STEP_MASK - boundStep;
}
