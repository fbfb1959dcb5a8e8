// The quantum of a column of steps: all are multiples of 8 or 4,096 (memory), of 1,000 (milliseconds in a column of
// microseconds), or nearly of a number that is not whole (milliseconds on a grid of 2^-22 seconds, as differences of Unix times are).
// A step is then a number of quanta, and a small remainder where the quantum is not exact.

export interface Quantum {
  readonly size: number;
  /** Every step is a multiple. */
  readonly isExact: boolean;
}

const PROBES = 32;
/** Bits a step that an inexact quantum must save on the probes. */
const SAVING_MIN_BITS = 2;
/** Fractions of a second that measurements of time on a grid of two are made of: milliseconds, and thirds of them. */
const FRACTIONS = [1000, 3000];

/** `gridOfTwo` is the exponent of the grid when it is one of two. */
export function findQuantum(steps: Float64Array, length: number, gridOfTwo: number | undefined): Quantum | undefined {
  const probes: number[] = [];
  for (let index = 0; index < length && probes.length < PROBES; index++) {
    const size = Math.abs(steps[index]!);
    if (size !== 0) probes.push(size);
  }
  let divisor = 0;
  for (const probe of probes) divisor = commonDivisor(probe, divisor);
  if (divisor > 1) {
    for (let index = 0; index < length && divisor > 1; index++) {
      const size = Math.abs(steps[index]!);
      if (size % divisor !== 0) divisor = commonDivisor(size, divisor);
    }
    if (divisor > 1) return { size: divisor, isExact: true };
  }
  if (gridOfTwo === undefined) return undefined;
  let best: Quantum | undefined;
  let saving = SAVING_MIN_BITS * probes.length;
  for (const fraction of FRACTIONS) {
    const size = 2 ** -gridOfTwo / fraction;
    if (size < 8) continue;
    const saved = savedBits(probes, size);
    if (saved > saving) {
      saving = saved;
      best = { size, isExact: false };
    }
  }
  return best;
}

function savedBits(probes: readonly number[], size: number): number {
  let saved = 0;
  for (const probe of probes) {
    const count = Math.round(probe / size);
    const remainder = Math.abs(probe - Math.round(count * size));
    saved += Math.log2(probe + 1) - Math.log2(count + 1) - Math.log2(remainder + 1) - 1;
  }
  return saved;
}

function commonDivisor(one: number, other: number): number {
  let larger = one;
  let smaller = other;
  while (smaller !== 0) {
    const rest = larger % smaller;
    larger = smaller;
    smaller = rest;
  }
  return larger;
}
