// Labels as remote write sends them, checked as Prometheus 3 checks them: any order, but no name twice, none empty, a
// metric name, and valid UTF-8. A label with an empty value is taken for absent.

import { type Label, type Labels, METRIC_NAME } from '../../../model/labels.ts';
import { labelText } from '../../label-text.ts';

/** What a series is called, or why it has no name. */
export type NamedSeries = { readonly labels: Labels } | { readonly problem: string };

export function seriesFrom(pairs: Label[], isValidUtf8: boolean, labelsMax: number): NamedSeries {
  if (pairs.length > labelsMax) {
    return { problem: `series ${labelText(pairs)}: it has more than ${labelsMax} labels: send fewer` };
  }
  const labels = pairs.sort(byName);
  const problem = labelProblem(labels, isValidUtf8);
  if (problem !== undefined) return { problem: `series ${labelText(labels)}: ${problem}` };
  return { labels: labels.filter(({ value }) => value !== '') };
}

function labelProblem(sorted: Labels, isValidUtf8: boolean): string | undefined {
  if (!isValidUtf8) return 'its labels are not valid UTF-8: send text as UTF-8';
  let hasName = false;
  for (const [at, { name, value }] of sorted.entries()) {
    if (name === '') return 'a label has no name: leave it out or name it';
    if (at > 0 && sorted[at - 1]!.name === name) return `the label ${JSON.stringify(name)} comes twice: send it once`;
    if (name === METRIC_NAME && value !== '') hasName = true;
  }
  return hasName ? undefined : `it has no metric name: send one as the label ${METRIC_NAME}`;
}

/** The labels of an exemplar: those that have a name and a value, undefined when they are no text. */
export function exemplarLabelsFrom(pairs: Label[], isValidUtf8: boolean): Labels | undefined {
  if (!isValidUtf8) return undefined;
  const labels = pairs.filter(({ name, value }) => name !== '' && value !== '').sort(byName);
  return labels.some(({ name }, at) => at > 0 && labels[at - 1]!.name === name) ? undefined : labels;
}

function byName(a: Label, b: Label): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}
