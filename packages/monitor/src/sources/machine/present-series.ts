// Which values of a label were found last time, so that the series of those that are gone can be ended.

export class PresentSeries {
  readonly #remove: (value: string) => void;
  #present: ReadonlySet<string> = new Set();

  constructor(remove: (value: string) => void) {
    this.#remove = remove;
  }

  /** These are there now; the series of all others are removed. */
  keep(values: readonly string[]): void {
    const present = new Set(values);
    for (const value of this.#present) if (!present.has(value)) this.#remove(value);
    this.#present = present;
  }
}
