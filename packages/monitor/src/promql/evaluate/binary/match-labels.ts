// The labels of vector matching: which series of two vectors belong together, and what a result is called.
// https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching

import { type Labels, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { Matching } from '../../parse/syntax-tree.ts';
import { dropLabels, isMetadataLabel, keepLabels, withLabel, withoutName } from '../series.ts';

const NO_INCLUDES: readonly string[] = [];

export class MatchLabels {
  readonly #names: ReadonlySet<string>;
  readonly #isOn: boolean;
  /** The one label that decides, where there is but one. */
  readonly #onlyName: string | undefined;
  /** Several series of a side can match one of the other. */
  readonly isGrouped: boolean;
  /** Labels that the result takes over from the side of the one. */
  readonly includes: readonly string[];

  constructor({ on, labels, many, include }: Matching) {
    this.#isOn = on;
    this.#names = new Set(labels);
    this.#onlyName = on && this.#names.size === 1 ? labels[0] : undefined;
    this.isGrouped = many !== undefined;
    this.includes = include ?? NO_INCLUDES;
  }

  /** Equal exactly for the series that match each other; no meaning beyond that. */
  signature(labels: Labels): string {
    // A value that is there already need not be made, and its hash is known.
    if (this.#onlyName !== undefined) return labelValue(labels, this.#onlyName);
    let key = '';
    for (const { name, value } of labels) {
      if (this.#isMatched(name)) key += `${name.length},${value.length},${name}${value}`;
    }
    return key;
  }

  matched(labels: Labels): Labels {
    return labels.filter(({ name }) => this.#isMatched(name));
  }

  /** Equal exactly for the series whose labels to take over are the same. */
  includeKey(one: Labels): string {
    let key = '';
    for (const name of this.includes) {
      const value = labelValue(one, name);
      key += `${value.length},${value}`;
    }
    return key;
  }

  /** What the result of two series is called, by the labels of the many (of one-to-one: of the left) and of the one. */
  result(many: Labels, one: Labels, dropsMetadata: boolean): Labels {
    let labels = dropsMetadata ? withoutName(many) : many;
    if (!this.isGrouped && (this.#isOn || this.#names.size > 0)) {
      labels = this.#isOn ? keepLabels(labels, this.#names) : dropLabels(labels, this.#names);
    }
    for (const name of this.includes) labels = withLabel(labels, name, labelValue(one, name));
    return labels;
  }

  /** Whether series that do not match each other can have results that are called the same, when metadata is dropped. */
  canMeetAcross(many: Labels): boolean {
    return many.some(({ name }) => isMetadataLabel(name) && this.#isMatched(name));
  }

  #isMatched(name: string): boolean {
    return this.#isOn ? this.#names.has(name) : name !== METRIC_NAME && !this.#names.has(name);
  }
}
