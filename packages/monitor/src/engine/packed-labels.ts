// Label sets of a large answer on their way from the storage worker, piece by piece. Copied as they are, each label of each
// series would become an object of its own on the other side. So each distinct label of the whole answer is sent once, its value
// as a part of one long text, and a label set is a row of numbers.

import type { Label, Labels } from '../model/labels.ts';

export interface PackedLabels {
  /** Names that no piece before had. */
  readonly names: readonly string[];
  /** Of the labels that no piece before had: the place of the name among all names so far, the value's length, the values end to end. */
  readonly namesOf: Uint32Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
  readonly values: string;
  /** How many labels each set has. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** The labels of all sets, one set after the other, by their place among all labels so far. */
  readonly labels: Uint32Array<ArrayBuffer>;
}

interface Named {
  readonly place: number;
  readonly placesByValue: Map<string, number>;
}

/** The sending side: one for an answer. */
export class LabelPacker {
  readonly #byName = new Map<string, Named>();
  #known = 0;

  pack(sets: readonly { readonly labels: Labels }[]): PackedLabels {
    const names: string[] = [];
    const values: string[] = [];
    const namesOf: number[] = [];
    const counts = Uint32Array.from(sets, ({ labels }) => labels.length);
    const places = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
    let at = 0;
    for (const { labels } of sets) {
      for (const { name, value } of labels) {
        const named = this.#named(name, names);
        let place = named.placesByValue.get(value);
        if (place === undefined) {
          place = this.#known++;
          named.placesByValue.set(value, place);
          namesOf.push(named.place);
          values.push(value);
        }
        places[at++] = place;
      }
    }
    const lengths = Uint32Array.from(values, ({ length }) => length);
    return { names, namesOf: Uint32Array.from(namesOf), lengths, values: values.join(''), counts, labels: places };
  }

  #named(name: string, newNames: string[]): Named {
    let named = this.#byName.get(name);
    if (named === undefined) {
      named = { place: this.#byName.size, placesByValue: new Map() };
      this.#byName.set(name, named);
      newNames.push(name);
    }
    return named;
  }
}

/** The receiving side: one for an answer, given its pieces in their order. Equal labels of an answer are one object. */
export class LabelUnpacker {
  readonly #names: string[] = [];
  readonly #labels: Label[] = [];

  unpack({ names, namesOf, lengths, values, counts, labels: places }: PackedLabels): Labels[] {
    this.#names.push(...names);
    let start = 0;
    for (let label = 0; label < lengths.length; label++) {
      const end = start + lengths[label]!;
      this.#labels.push({ name: this.#names[namesOf[label]!]!, value: values.slice(start, end) });
      start = end;
    }
    const sets: Labels[] = [];
    let at = 0;
    for (const count of counts) {
      const labels: Label[] = [];
      for (let label = 0; label < count; label++) labels.push(this.#labels[places[at++]!]!);
      sets.push(labels);
    }
    return sets;
  }
}

/** What of packed label sets is handed over. */
export function labelBuffersOf({ namesOf, lengths, counts, labels }: PackedLabels): ArrayBuffer[] {
  return [namesOf.buffer, lengths.buffer, counts.buffer, labels.buffer];
}
