// Angles that are too large for arithmetic with doubles: the product with 4 / pi is taken of as many of its digits as count (the method of
// Payne and Hanek). https://go.dev/src/math/trig_reduce.go

import { exponentOf, fractionOf, powerOfTwo } from './binary-parts.ts';

/** The eighth of the circle, an even number, and what is left of the angle. */
export interface ReducedAngle {
  readonly octant: number;
  readonly rest: number;
}

/** Of 4 / pi, the first of which is before the point; of them 64 to a word. */
const DIGITS = [
  0x1n,
  0x45f306dc9c882a53n,
  0xf84eafa3ea69bb81n,
  0xb6c52b3278872083n,
  0xfca2c757bd778ac3n,
  0x6e48dc74849ba5c0n,
  0x0c925dd413a32439n,
  0xfc3bd63962534e7dn,
  0xd1046bea5d768909n,
  0xd338e04d68befc82n,
  0x7323ac7306a673e9n,
  0x3908bf177bf25076n,
  0x3ff12fffbc0b301fn,
  0xde5e2316b414da3en,
  0xda6cfd9e4f96136en,
  0x9e8c7ecd3cbfd45an,
  0xea4f758fd7cbe2f6n,
  0x7a0e73ef14a525d4n,
  0xd7f6bf623f1aba10n,
  0xac06608df8f6d757n,
];
const WORD_BITS = 64;
const MANTISSA_BITS = 53;
const FRACTION_BITS = 128;

export function reducedLarge(x: number): ReducedAngle {
  const mantissa = BigInt(fractionOf(x) * 2 ** MANTISSA_BITS);
  const shift = exponentOf(x) - MANTISSA_BITS + 61;
  const word = Math.floor(shift / WORD_BITS);
  // Three words of digits from the one on that can matter, 64 bits each.
  const four = DIGITS.slice(word, word + 4).reduce((digits, next) => (digits << 64n) | next, 0n);
  const three = BigInt.asUintN(192, four >> BigInt(WORD_BITS - (shift % WORD_BITS)));
  // What is below the last two words is too small to matter.
  const lowest = (BigInt.asUintN(64, three) * mantissa) >> 64n;
  const product = BigInt.asUintN(128, (three >> 64n) * mantissa + lowest);
  const octant = Number(product >> 125n);
  // As there, the last 64 digits count from three places too high.
  const fraction = truncatedFraction((BigInt.asUintN(64, product >> 61n) << 64n) | BigInt.asUintN(64, product));
  if (octant % 2 === 0) return { octant, rest: fraction * (Math.PI / 4) };
  return { octant: (octant + 1) % 8, rest: (fraction - 1) * (Math.PI / 4) };
}

/** 128 bits behind the point, as a number of which no digit is rounded up. */
function truncatedFraction(bits: bigint): number {
  const length = bits.toString(2).length;
  const kept = bits >> BigInt(Math.max(0, length - MANTISSA_BITS));
  return Number(kept) * powerOfTwo(Math.max(0, length - MANTISSA_BITS) - FRACTION_BITS);
}
