// Numbers that look random and follow from a seed (SplitMix, in 32 bits), so that what failed can be done again.

/** The next number from 0 on, below the one given. */
export type Random = (below: number) => number;

/** Those of neighbouring seeds have nothing in common. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return Math.floor((((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32) * below);
  };
}
