// The last value that the log has of each series, by its slot: what the next one is written as a difference to. Whoever
// writes and whoever reads the log keep the same, row by row. It begins anew with each head, since what the head before
// it has logged becomes void, and after a write that failed. Invariant: a slot keeps its series as long as its value is here,
// because series with samples in a head stay in memory; the reference is kept to be sure.

export class LoggedValues {
  #refs = new Uint32Array(1024);
  #bits = new Uint32Array(2048);
  #isEmpty = true;

  /** Nothing is known since the last time that it began anew. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  startAnew(): void {
    if (!this.#isEmpty) this.#refs.fill(0);
    this.#isEmpty = true;
  }

  /** Two words for each slot; those of a slot are right after `prepare` of it, and until the next slot is prepared. */
  get bits(): Uint32Array {
    return this.#bits;
  }

  /** Makes the words of the slot those of the series' last value, or 0 where there is none. */
  prepare(slot: number, ref: number): void {
    if (slot >= this.#refs.length) this.#grow(slot);
    if (this.#refs[slot] === ref) return;
    this.#refs[slot] = ref;
    this.#bits[2 * slot] = 0;
    this.#bits[2 * slot + 1] = 0;
    this.#isEmpty = false;
  }

  #grow(slot: number): void {
    const slots = Math.max(slot + 1, 2 * this.#refs.length);
    const refs = new Uint32Array(slots);
    refs.set(this.#refs);
    this.#refs = refs;
    const bits = new Uint32Array(2 * slots);
    bits.set(this.#bits);
    this.#bits = bits;
  }
}
