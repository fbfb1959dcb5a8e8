// Which series carry which label: name → value → slots. The strings of a label are kept once, here, however many series
// carry it.

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

  /** Removes many series at once: each list of slots that any of them is in is gone through once. */
  remove(series: Iterable<readonly [slot: number, labels: Labels]>): void {
    const gone = new Set<number>();
    const touched = new Set<Label>();
    for (const [slot, labels] of series) {
      gone.add(slot);
      for (const label of labels) touched.add(label);
    }
    for (const { name, value } of touched) {
      const byValue = this.#byName.get(name)!;
      const posting = byValue.get(value)!;
      posting.slots = posting.slots.filter((slot) => !gone.has(slot));
      if (posting.slots.length > 0) continue;
      byValue.delete(value);
      if (byValue.size === 0) this.#byName.delete(name);
    }
  }

  slotsWith(name: string, value: string): readonly number[] {
    return this.#byName.get(name)?.get(value)?.slots ?? [];
  }

  /** The slots of each value of a label that passes the test. */
  slotsWhere(name: string, test: (value: string) => boolean): readonly (readonly number[])[] {
    const lists: (readonly number[])[] = [];
    for (const [value, { slots }] of this.#byName.get(name) ?? []) if (test(value)) lists.push(slots);
    return lists;
  }
}
