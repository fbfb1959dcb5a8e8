// Functions that turn steps, scalars and vectors into one another.

import { labelsFrom, METRIC_NAME } from '../../../model/labels.ts';
import type { CallArguments } from '../call-arguments.ts';
import { NO_LABELS, type SeriesStream, type StepSeries, timeAt } from '../series.ts';

export async function timeOfSteps({ grid }: CallArguments): Promise<Float64Array> {
  return Float64Array.from({ length: grid.count }, (_, step) => timeAt(grid, step) / 1000);
}

/** The value of the only series present at a step; NaN where there is none or more than one. */
export async function scalarOfVector(call: CallArguments): Promise<Float64Array> {
  const values = new Float64Array(call.grid.count).fill(NaN);
  const seen = new Uint8Array(call.grid.count);
  for await (const series of call.vector(0)) {
    for (let step = 0; step < values.length; step++) {
      if (series.present[step] === 0) continue;
      values[step] = seen[step] === 0 ? series.values[step]! : NaN;
      seen[step] = 1;
    }
  }
  return values;
}

export async function* vectorOfScalar(call: CallArguments): SeriesStream {
  const values = await call.scalar(0);
  yield { labels: NO_LABELS, values, present: new Uint8Array(values.length).fill(1) };
}

/** 1 at the steps whose windows hold no sample of any series, under the labels that the selector fixes. */
export async function* absentOverTime(call: CallArguments): SeriesStream {
  const present = new Uint8Array(call.grid.count).fill(1);
  for await (const series of call.vector(0)) {
    for (let step = 0; step < present.length; step++) if (series.present[step] === 1) present[step] = 0;
  }
  if (!present.includes(1)) return;
  const labels = labelsFrom(fixedLabels(call));
  const series: StepSeries = { labels, values: new Float64Array(present.length).fill(1), present };
  yield series;
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
