// The labels of a series, made of the attributes of a data point and of what its resource and scope add, in Prometheus's
// order of precedence: attributes, then promoted attributes of the resource where none has their name, then `job`,
// `instance` and the scope's, which win. Attributes that have one name when escaped are joined with `;` in the order of
// their keys.

import { type Label, type Labels, labelsFrom, METRIC_NAME } from '../../../model/labels.ts';
import { UnusableValue } from './any-value.ts';
import type { Attribute } from './attributes.ts';
import { labelName } from './names/label-name.ts';

/** What all series of a resource, and with promoted scopes of a scope, have in common. */
export interface CommonLabels {
  readonly promoted: ReadonlyMap<string, string>;
  readonly job: string;
  readonly instance: string;
  readonly scope: ReadonlyMap<string, string>;
}

export interface LabelRules {
  readonly isEscaped: boolean;
  readonly labelsMax: number;
  /** Told of each label that was joined from several attributes. */
  readonly onCollision: (label: string, attributes: readonly string[]) => void;
}

/** @throws {UnusableValue} when the attributes make no labels. */
export function seriesLabels(
  name: string,
  attributes: readonly Attribute[],
  common: CommonLabels,
  rules: LabelRules,
): Labels {
  const labels = labelsOfAttributes(attributes, rules);
  for (const [promoted, value] of common.promoted) if ((labels.get(promoted) ?? '') === '') labels.set(promoted, value);
  if (common.job !== '') labels.set('job', common.job);
  if (common.instance !== '') labels.set('instance', common.instance);
  for (const [scope, value] of common.scope) labels.set(scope, value);
  labels.set(METRIC_NAME, name);
  if (labels.size > rules.labelsMax) {
    throw new UnusableValue(`it has ${labels.size} labels: at most ${rules.labelsMax} are taken`);
  }
  return labelsFrom(labels);
}

/** The same labels under another name and with one more, which wins. */
export function relatedLabels(labels: Labels, name: string, extra?: Label): Labels {
  const related = labels.filter((label) => label.name !== METRIC_NAME && label.name !== extra?.name);
  insert(related, { name: METRIC_NAME, value: name });
  if (extra !== undefined) insert(related, extra);
  return related;
}

/** The name of an attribute as a label. @throws {UnusableValue} when there is none. */
export function labelNameOf(attribute: string, isEscaped: boolean): string {
  const name = labelName(attribute, isEscaped);
  if (name !== '') return name;
  throw new UnusableValue(`the name of its attribute ${JSON.stringify(attribute)} makes no label: use letters`);
}

function labelsOfAttributes(attributes: readonly Attribute[], rules: LabelRules): Map<string, string> {
  const labels = new Map<string, string>();
  const sorted = attributes.filter(({ key }) => key !== METRIC_NAME).sort((a, b) => compareTexts(a.key, b.key));
  for (const { key, value } of sorted) {
    const name = rules.isEscaped ? labelNameOf(key, true) : unescapedName(key);
    const present = labels.get(name) ?? '';
    if (present === '') {
      labels.set(name, value);
    } else if (rules.isEscaped) {
      labels.set(name, `${present};${value}`);
      const joined = sorted.filter((other) => labelName(other.key, true) === name).map((other) => other.key);
      rules.onCollision(name, joined);
    } else {
      throw new UnusableValue(`its attribute ${JSON.stringify(key)} comes twice`);
    }
  }
  return labels;
}

/** Other than names that are derived, as promoted ones, attributes keep theirs whatever it is. */
function unescapedName(key: string): string {
  if (key === '') throw new UnusableValue('one of its attributes has no name');
  return key;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function insert(labels: Label[], label: Label): void {
  const at = labels.findIndex((other) => other.name > label.name);
  labels.splice(at < 0 ? labels.length : at, 0, label);
}
