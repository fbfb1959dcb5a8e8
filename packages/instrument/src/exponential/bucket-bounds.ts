// The bounds of exponential buckets. Bucket i at scale s holds what is in (b^i, b^(i+1)] with b = 2^(2^-s), so i at a lower
// scale is i shifted right, and one table for scale 8 serves all: 2^(k/256) for k from 0 to 255, each rounded down to a
// double, so that a double is above the true bound exactly when it is above the rounded one. Computed with 120 bits at
// start (no logarithm anywhere: a value never lands beside its bucket by rounding).
// A table of 512 cells leads from the first 9 bits of a fraction to its bucket; no cell holds more than one bound.

import { MAX_SCALE } from './layout.ts';

/** {@link MAX_SCALE}; what an observation needs is not imported, because an imported constant costs a load at each use. */
const OCTAVE_BITS = MAX_SCALE;
const BUCKETS_IN_OCTAVE = 1 << OCTAVE_BITS;
/** Bits of the high word that are of the fraction; the first 9 of them choose the cell, the others are the way into it. */
const FRACTION_BITS = 20;
const FRACTION_MASK = (1 << FRACTION_BITS) - 1;
const STEP_BITS = 11;
const STEP_MASK = (1 << STEP_BITS) - 1;
const EXPONENT_BIAS = 1023;
const SMALLEST_NORMAL = 2 ** -1022;

/** A value and its bits: stored as the one, read as the other. */
const DOUBLE = new Float64Array([1]);
const WORDS = new Uint32Array(DOUBLE.buffer);
/** Where the half with the exponent and the first 20 bits of the fraction is; the other has the 32 bits after. */
const HIGH_WORD = WORDS[1] === 0 ? 0 : 1;
const LOW_WORD = 1 - HIGH_WORD;

/** 2^(k/256), rounded down. */
const OCTAVE_BOUNDS = new Float64Array(BUCKETS_IN_OCTAVE);
/**
 * The bucket below the cell's bound, and in the last 11 bits how far the bound is from the cell's end: adding the way into
 * the cell carries into the bucket above when it leads beyond the bound, and leaves all 11 bits set when it leads to it.
 */
const CELLS = new Int32Array(1 << (FRACTION_BITS - STEP_BITS));
/** The last 32 bits of the cell's bound. */
const CELL_LOW_WORDS = new Uint32Array(CELLS.length).fill(0xffff_ffff);
fillTables();

/** The index at {@link MAX_SCALE} of a positive, normal, finite value. What every observation costs. */
export function finestIndex(value: number): number {
  DOUBLE[0] = value;
  const highWord = WORDS[HIGH_WORD]! | 0;
  const fraction = highWord & FRACTION_MASK;
  const cell = fraction >> STEP_BITS;
  const sum = CELLS[cell]! + (fraction & STEP_MASK);
  const octave = (highWord >> FRACTION_BITS) - EXPONENT_BIAS;
  let index = ((octave << OCTAVE_BITS) + (sum >> STEP_BITS)) | 0;
  if ((sum & STEP_MASK) === STEP_MASK && WORDS[LOW_WORD]! > CELL_LOW_WORDS[cell]!) index++;
  return index;
}

/** The index of any positive finite value at a scale of at most {@link MAX_SCALE}. */
export function bucketIndex(value: number, scale: number): number {
  const finest = value < SMALLEST_NORMAL ? finestIndex(value * 2 ** 128) - 128 * BUCKETS_IN_OCTAVE : finestIndex(value);
  return finest >> (MAX_SCALE - scale);
}

/** The lower bound of a bucket, rounded down to a double, at a scale of at most {@link MAX_SCALE}. */
export function lowerBound(index: number, scale: number): number {
  const finest = index * 2 ** (MAX_SCALE - scale);
  const octave = Math.floor(finest / BUCKETS_IN_OCTAVE);
  return OCTAVE_BOUNDS[finest - octave * BUCKETS_IN_OCTAVE]! * 2 ** octave;
}

function fillTables(): void {
  const precision = 120n;
  const powers = [1n << precision];
  // From octave to octave / 256: each root gives the powers between those that are there.
  let root = 2n << precision;
  for (let distance = BUCKETS_IN_OCTAVE / 2; distance >= 1; distance /= 2) {
    root = squareRoot(root << precision);
    for (let k = distance; k < BUCKETS_IN_OCTAVE; k += 2 * distance) {
      powers[k] = (powers[k - distance]! * root) >> precision;
    }
  }
  let nextCell = 0;
  for (let k = 0; k < BUCKETS_IN_OCTAVE; k++) {
    OCTAVE_BOUNDS[k] = Number(powers[k]! >> (precision - 52n)) / 2 ** 52;
    DOUBLE[0] = OCTAVE_BOUNDS[k]!;
    const fraction = WORDS[HIGH_WORD]! & FRACTION_MASK;
    const cell = fraction >> STEP_BITS;
    // Cells without a bound: a way of 11 set bits reaches, and never passes, a bound that is the cell's last double.
    while (nextCell < cell) CELLS[nextCell++] = (k - 1) << STEP_BITS;
    CELLS[nextCell++] = ((k - 1) << STEP_BITS) + STEP_MASK - (fraction & STEP_MASK);
    CELL_LOW_WORDS[cell] = WORDS[LOW_WORD]!;
  }
  CELLS.fill((BUCKETS_IN_OCTAVE - 1) << STEP_BITS, nextCell);
}

/** Rounded down; of a number of at least 1. */
function squareRoot(square: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(square.toString(2).length / 2));
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
