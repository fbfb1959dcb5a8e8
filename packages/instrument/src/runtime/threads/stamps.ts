// Numbers that grow with every call in every thread of a process: 64 bits in shared memory, of which threads take the next.

const BYTES = 8;
const LOW = 0;
const HIGH = 1;
const LOW_RANGE = 2 ** 32;

export function newStampBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(BYTES);
}

export class Stamps {
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
  }

  next(): number {
    const low = (Atomics.add(this.#words, LOW, 1) + 1) >>> 0;
    // Whoever takes the number after the last one carries.
    const high = low === 0 ? Atomics.add(this.#words, HIGH, 1) + 1 : Atomics.load(this.#words, HIGH);
    return high * LOW_RANGE + low;
  }
}
