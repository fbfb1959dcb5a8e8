// Numbers that look random and are the same for the same seed, on every machine: sfc32 by Chris Doty-Humphrey (PractRand), its
// state spread from the seed with splitmix32.

export class Random {
  readonly #state: Uint32Array;

  /** @throws {RangeError} when the seed is no safe integer */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed is ${String(seed)}: give a whole number.`);
    const spread = splitmix32(seed);
    // Both halves of the seed count.
    const high = splitmix32(Math.floor(seed / 2 ** 32) ^ spread());
    this.#state = Uint32Array.of(spread(), spread(), high(), 1);
    for (let i = 0; i < 15; i++) this.next();
  }

  /** From 0, and below 1. */
  next(): number {
    const state = this.#state;
    const a = state[0]!;
    const b = state[1]!;
    const c = state[2]!;
    const counter = state[3]!;
    const result = (a + b + counter) >>> 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + result;
    state[3] = counter + 1;
    return result / 2 ** 32;
  }

  /** A whole number from 0, and below `limit`. */
  integer(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }

  /** True as often as `probability` (0 to 1) says. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(list.length)]!;
  }

  /** Of an exponential distribution. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  /** Of a normal distribution. */
  normal(mean: number, deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.next());
  }
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
