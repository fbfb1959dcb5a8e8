// How many series a registry may show, and the identifiers they get. Invariant: an identifier is given out once.

export class SeriesBudget {
  readonly max: number;
  #used = 0;
  #nextId = 1;

  constructor(max: number) {
    this.max = max;
  }

  get used(): number {
    return this.#used;
  }

  /** The first of `count` adjacent identifiers, or 0 when that would exceed the maximum. */
  take(count: number): number {
    if (this.#used + count > this.max) return 0;
    const id = this.#nextId;
    this.#used += count;
    this.#nextId += count;
    return id;
  }

  /** The first of `count` adjacent identifiers for series that no limit may refuse, and that count against none. */
  takeBeyond(count: number): number {
    const id = this.#nextId;
    this.#nextId += count;
    return id;
  }

  giveBack(count: number): void {
    this.#used -= count;
  }
}
