// `timestamp`: over a selector the times of the samples that it sees, over any other vector the time of the step.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#timestamp

import { type CallArguments, isVector, type SelectorNode } from '../../plan/nodes.ts';
import { mergeEqual } from '../distinct.ts';
import { instantTimeSeries } from '../selection.ts';
import { ABSENT, FLOAT, nameless, type SeriesStream, type StepSeries } from '../series.ts';
import { ofTimes } from '../stretches.ts';

export function timestamps(call: CallArguments): SeriesStream {
  const { context } = call;
  const node = call.nodes[0]!;
  const stream = node.kind === 'selector' ? sampleTimes(node, call) : stepTimes(call);
  const mayCollide = isVector(node) && node.mixesNames && !context.features.delayedNameRemoval;
  return mayCollide ? mergeEqual(stream, context.budget) : stream;
}

/**
 * With `@` the offset is forgotten, as in Prometheus: it looks at the moment itself, but among the samples that were read for the
 * moment that the offset leads to.
 */
function sampleTimes(node: SelectorNode, { grid, context }: CallArguments): SeriesStream {
  if (node.at === undefined || node.offsetMs === 0) return instantTimeSeries(node, grid, context);
  const offsetMs = Math.max(0, node.offsetMs);
  const lookbackMs = Math.max(0, context.lookbackMs - Math.abs(node.offsetMs));
  return instantTimeSeries({ ...node, offsetMs }, grid, { ...context, lookbackMs });
}

async function* stepTimes(call: CallArguments): SeriesStream {
  const { grid, context } = call;
  const seconds = await ofTimes(grid, context.budget, (timeMs) => timeMs / 1000);
  for await (const series of call.vector(0)) {
    if (context.budget.isDue()) await context.budget.pause();
    const present = series.present.map((kind) => (kind === ABSENT ? ABSENT : FLOAT));
    const result: StepSeries = { ...nameless(series, context.features), values: seconds, present };
    yield result;
  }
}
