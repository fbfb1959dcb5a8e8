// The text of a series' labels as bytes, made once: the array of labels of a series stays the same object from snapshot to
// snapshot, so the text is kept for as long as that object lives. Lines with one label more (`le`, `quantile`) have it at its
// place among the others, so there the text comes in two pieces.

import type { Label } from '../labels.ts';
import { encodeText } from './byte-writer.ts';

/** How one format writes labels. */
export interface LabelFormat {
  readonly open: string;
  readonly close: string;
  /** Instead of `open` and `close` where there are no labels at all. */
  readonly empty: string;
  /** One name and value, escaped. Between two of them is a comma. */
  readonly pair: (name: string, value: string) => string;
}

export interface SplitLabels {
  /** Up to where the additional label comes, or everything where there is none. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

export class LabelBytes {
  readonly #format: LabelFormat;
  readonly #additional: string | undefined;
  readonly #cache = new WeakMap<readonly Label[], SplitLabels>();

  /** `additional` is the name of a label that every line has besides its series' own. */
  constructor(format: LabelFormat, additional?: string) {
    this.#format = format;
    this.#additional = additional;
  }

  of(labels: readonly Label[]): SplitLabels {
    let split = this.#cache.get(labels);
    if (split === undefined) {
      split = this.#split(labels);
      this.#cache.set(labels, split);
    }
    return split;
  }

  #split(labels: readonly Label[]): SplitLabels {
    const { open, close, empty, pair } = this.#format;
    const additional = this.#additional;
    const pairs = labels.map(({ name, value }) => pair(name, value));
    if (additional === undefined) {
      const whole = pairs.length === 0 ? empty : `${open}${pairs.join(',')}${close}`;
      return { before: encodeText(whole), after: new Uint8Array(0) };
    }
    const next = labels.findIndex(({ name }) => name > additional);
    const place = next === -1 ? labels.length : next;
    const before = pairs.slice(0, place).map((text) => `${text},`);
    const after = pairs.slice(place).map((text) => `,${text}`);
    return { before: encodeText(open + before.join('')), after: encodeText(after.join('') + close) };
  }
}
