// Label sets as tests write and Prometheus prints them: `name{label="value"}`, `{}`.

import { ChainpulseError } from '../../model/errors.ts';
import { type Labels, labelsFrom } from '../../model/labels.ts';
import { quoted } from '../../promql/go-text.ts';
import { parseSelector } from '../../promql/selector.ts';

const NOTHING = /^\s*(?:\{\s*,?\s*\})?\s*$/;
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws {ChainpulseError} */
export function parseMetric(text: string): Labels {
  if (NOTHING.test(text)) return [];
  const matchers = parseSelector(text);
  const other = matchers.find(({ operator }) => operator !== '=');
  if (other !== undefined) {
    throw new ChainpulseError(
      'unit_test_notation',
      `${text}: write a label as ${other.name}="…", one series and not a selector`,
    );
  }
  return labelsFrom(matchers.map(({ name, value }) => [name, value]));
}

/** As Prometheus prints them: in the order of names, the metric's among them. */
export function labelsText(labels: Labels): string {
  const parts = labels.map(({ name, value }) => `${PLAIN_NAME.test(name) ? name : quoted(name)}=${quoted(value)}`);
  return `{${parts.join(', ')}}`;
}

/** In Prometheus' order of label sets. */
export function compareLabels(one: Labels, other: Labels): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at++) {
    const mine = one[at]!;
    const theirs = other[at]!;
    if (mine.name !== theirs.name) return mine.name < theirs.name ? -1 : 1;
    if (mine.value !== theirs.value) return mine.value < theirs.value ? -1 : 1;
  }
  return one.length - other.length;
}
