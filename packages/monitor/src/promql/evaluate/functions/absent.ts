// `absent` and `absent_over_time`: 1 at the steps at which there is nothing, under the labels that the selector fixes.

import { labelsFrom, METRIC_NAME } from '../../../model/labels.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import { ABSENT, FLOAT, type SeriesStream } from '../series.ts';

/** The argument is an instant vector, or a range vector of which only the presence of samples matters. */
export async function* absent(call: CallArguments): SeriesStream {
  const present = new Uint8Array(call.grid.count).fill(FLOAT);
  for await (const series of call.vector(0)) {
    for (let step = 0; step < present.length; step++) if (series.present[step] !== ABSENT) present[step] = ABSENT;
  }
  if (!present.includes(FLOAT)) return;
  yield { labels: labelsFrom(fixedLabels(call)), values: new Float64Array(present.length).fill(1), present };
}

/** Its labels are no metric's: those of type and unit go at the end of the query, where names go there. */
export async function* absentOverTime(call: CallArguments): SeriesStream {
  const { features } = call.context;
  for await (const series of absent(call)) yield features.delayedNameRemoval ? { ...series, dropsName: true } : series;
}

/** Labels whose first `=` matcher is their last matcher of all. */
function fixedLabels(call: CallArguments): Map<string, string> {
  const fixed = new Map<string, string>();
  const seen = new Set<string>();
  const node = call.nodes[0]!;
  for (const { name, operator, value } of 'matchers' in node ? node.matchers : []) {
    if (name === METRIC_NAME) continue;
    const isFirst = operator === '=' && !seen.has(name);
    fixed.set(name, isFirst ? value : '');
    if (isFirst) seen.add(name);
  }
  return fixed;
}
