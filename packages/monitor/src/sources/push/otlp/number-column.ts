// Numbers in a column that grows and is filled again and again. Bounded: it keeps no more than it may, and tells that there
// were more.

const INITIAL_LENGTH = 32;

export class NumberColumn {
  readonly #lengthMax: number;
  #values = new Float64Array(INITIAL_LENGTH);
  #length = 0;
  #isOverfull = false;

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether more was pushed than it keeps. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  clear(): void {
    this.#length = 0;
    this.#isOverfull = false;
  }

  push(value: number): void {
    if (this.#length === this.#lengthMax) {
      this.#isOverfull = true;
      return;
    }
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }

  /** What it holds now; written over by the next filling. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
