// Which group of an aggregation a series belongs to. The group is found once a series, from the values of the labels that
// matter; the labels of the group are made only when it is new.

import { type Labels, labelsKey, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { Grouping } from '../../parse/syntax-tree.ts';
import { dropLabels, keepLabels, NO_LABELS } from '../series.ts';

/** What an aggregation keeps for each group, in the order in which the groups were first seen. */
export class Groups<T> {
  readonly #keyOf: (labels: Labels) => string;
  readonly #labelsOf: (labels: Labels) => Labels;
  readonly #make: (labels: Labels) => T;
  readonly #byKey = new Map<string, T>();

  constructor(grouping: Grouping, make: (labels: Labels) => T) {
    this.#keyOf = groupKey(grouping);
    this.#labelsOf = groupLabels(grouping);
    this.#make = make;
  }

  of(labels: Labels): T {
    const key = this.#keyOf(labels);
    let group = this.#byKey.get(key);
    if (group === undefined) this.#byKey.set(key, (group = this.#make(this.#labelsOf(labels))));
    return group;
  }

  get size(): number {
    return this.#byKey.size;
  }

  values(): Iterable<T> {
    return this.#byKey.values();
  }
}

/** A label that is missing is as good as one that is empty. */
function groupKey({ without, labels: names }: Grouping): (labels: Labels) => string {
  if (without) {
    const labelsOf = groupLabels({ without, labels: names });
    return (labels) => labelsKey(labelsOf(labels));
  }
  const [name] = names;
  if (name === undefined) return () => '';
  if (names.length === 1) return (labels) => labelValue(labels, name);
  return (labels) => {
    let key = '';
    for (const one of names) {
      const value = labelValue(labels, one);
      key += `${value.length},${value}`;
    }
    return key;
  };
}

/** `without` always leaves the metric name out, `by` only when it does not name it. */
function groupLabels({ without, labels: names }: Grouping): (labels: Labels) => Labels {
  if (!without && names.length === 0) return () => NO_LABELS;
  const set = new Set(without ? [...names, METRIC_NAME] : names);
  return without ? (labels) => dropLabels(labels, set) : (labels) => keepLabels(labels, set);
}
