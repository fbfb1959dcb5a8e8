// Each label once: most labels of a series are those of its neighbours too. Bounded: a pool that is full begins anew, which
// costs memory and nothing else.

import type { Label, Labels } from '../../../model/labels.ts';

/** Longer labels are few, and mostly a series' own. */
const LONGEST_SHARED = 128;

export class LabelPool {
  readonly #labelsMax: number;
  readonly #labels = new Map<string, Label>();

  constructor(labelsMax: number) {
    this.#labelsMax = labelsMax;
  }

  /** The same labels, made of those that are known. */
  share(labels: Labels): Labels {
    return labels.map((label) => this.#shared(label));
  }

  #shared(label: Label): Label {
    if (label.name.length + label.value.length > LONGEST_SHARED) return label;
    // A length and no separator: any character may stand in a label.
    const key = `${label.name.length} ${label.name}${label.value}`;
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    if (this.#labels.size >= this.#labelsMax) this.#labels.clear();
    this.#labels.set(key, label);
    return label;
  }
}
