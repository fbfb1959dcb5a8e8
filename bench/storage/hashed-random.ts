// Randomness that is a function of what it is for: the same words give the same number. So two series that are equal in the
// recording (a histogram's count and its last bucket, the average and the sum of one peer's score) stay equal in what is made of it.

const WORDS = new Uint32Array(2);
const DOUBLE = new Float64Array(WORDS.buffer);

/** Stirs a number into a hash, to the bit. */
export function stir(hash: number, value: number): number {
  DOUBLE[0] = value;
  return mix(mix(hash ^ WORDS[0]!) ^ WORDS[1]!);
}

/** From 0 up to but not including 1. */
export function uniformOf(hash: number): number {
  return (mix(hash) >>> 0) / 4_294_967_296;
}

/** One round of mulberry32, by Tommy Ettinger (public domain). */
export function mix(hash: number): number {
  const state = (hash + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return mixed ^ (mixed >>> 14);
}
