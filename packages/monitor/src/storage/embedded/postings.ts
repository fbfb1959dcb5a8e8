// Which series carry which label: name → value → slots. The strings of a label are kept once, here, however many series
// carry it. Removed series stay in the lists until they are swept: a list that half of all series are in would otherwise
// be copied for each few of them.

import type { Label, Labels } from '../../model/labels.ts';

interface Posting {
  readonly label: Label;
  slots: number[];
}

export class Postings {
  readonly #byName = new Map<string, Map<string, Posting>>();

  /** Adds the series and gives its labels again, made of the strings that are kept already. */
  add(slot: number, labels: Labels): Labels {
    return labels.map((label) => {
      let byValue = this.#byName.get(label.name);
      if (byValue === undefined) this.#byName.set(label.name, (byValue = new Map()));
      let posting = byValue.get(label.value);
      if (posting === undefined) byValue.set(label.value, (posting = { label, slots: [] }));
      posting.slots.push(slot);
      return posting.label;
    });
  }

  /** Goes through the slots of one label and leaves out those of series that are gone. */
  sweep({ name, value }: Label, isGone: (slot: number) => boolean): void {
    const byValue = this.#byName.get(name);
    const posting = byValue?.get(value);
    if (byValue === undefined || posting === undefined) return;
    posting.slots = posting.slots.filter((slot) => !isGone(slot));
    if (posting.slots.length > 0) return;
    byValue.delete(value);
    if (byValue.size === 0) this.#byName.delete(name);
  }

  slotsWith(name: string, value: string): readonly number[] {
    return this.#byName.get(name)?.get(value)?.slots ?? [];
  }

  /** Each value of a label and its slots. */
  *slotsByValue(name: string): Generator<readonly [value: string, slots: readonly number[]]> {
    for (const [value, { slots }] of this.#byName.get(name) ?? []) yield [value, slots];
  }
}
