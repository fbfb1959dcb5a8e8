// The columns of values of a chunk so far, kept to find those that are said again.
// Bound: `KEPT_BYTES_MAX` bytes of values.

/** Bytes of values that are kept to find copies among the columns of a chunk. Further ones are encoded anew. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024;

interface Kept {
  readonly bits: Uint32Array;
  readonly times: number;
  readonly index: number;
}

/** Values that a fingerprint looks at. */
const FINGERPRINT_VALUES = 64;

/** Two words are one value. `undefined` when all values are the same. */
export function fingerprintOf(bits: Uint32Array, length: number): number | undefined {
  const low = bits[0]!;
  const high = bits[1]!;
  const end = 2 * length;
  let index = 2;
  while (index < end && bits[index] === low && bits[index + 1] === high) index += 2;
  if (index >= end) return undefined;
  // FNV-1a by words of some of the values: it only says which columns to compare.
  let hash = 0x811c9dc5 ^ index;
  const step = 2 * Math.max(1, Math.floor((length - (index >>> 1)) / FINGERPRINT_VALUES));
  for (; index < end; index += step) {
    hash = Math.imul(hash ^ bits[index]!, 0x01000193);
    hash = Math.imul(hash ^ bits[index + 1]!, 0x01000193);
  }
  return Math.imul(hash ^ bits[end - 2]!, 0x01000193) ^ bits[end - 1]!;
}

export class KeptColumns {
  readonly #columns = new Map<number, Kept[]>();
  #keptBytes = 0;

  clear(): void {
    this.#columns.clear();
    this.#keptBytes = 0;
  }

  find(fingerprint: number, bits: Uint32Array, length: number, times: number): Kept | undefined {
    return this.#columns
      .get(fingerprint)
      ?.find((kept) => kept.times === times && sameWords(kept.bits, bits, 2 * length));
  }

  keep(fingerprint: number, bits: Uint32Array, length: number, times: number, index: number): void {
    if (this.#keptBytes + 8 * length > KEPT_BYTES_MAX) return;
    this.#keptBytes += 8 * length;
    const kept = { bits: bits.slice(0, 2 * length), times, index };
    const others = this.#columns.get(fingerprint);
    if (others === undefined) this.#columns.set(fingerprint, [kept]);
    else others.push(kept);
  }
}

function sameWords(one: Uint32Array, other: Uint32Array, length: number): boolean {
  if (one.length !== length) return false;
  for (let index = 0; index < length; index++) if (one[index] !== other[index]) return false;
  return true;
}
