// The label arrays of another library's series, kept from one reading to the next, so that renderers find the text that they
// made of them. What was not seen in a reading is forgotten after it.

import type { Label } from '../../labels.ts';

export class LabelKeeper {
  #known = new Map<string, readonly Label[]>();
  #seen = new Map<string, readonly Label[]>();

  /** Sorts `labels`, and answers with the array of an earlier reading where it says the same. */
  keep(family: string, labels: Label[]): readonly Label[] {
    labels.sort((a, b) => (a.name < b.name ? -1 : 1));
    const key = keyOf(family, labels);
    const kept = this.#known.get(key) ?? this.#seen.get(key) ?? labels;
    this.#seen.set(key, kept);
    return kept;
  }

  /** Ends a reading. */
  finish(): void {
    this.#known = this.#seen;
    this.#seen = new Map();
  }
}

/** The same for the same family and labels, which are sorted. */
export function keyOf(family: string, labels: readonly Label[]): string {
  return JSON.stringify([family, ...labels.flatMap(({ name, value }) => [name, value])]);
}
