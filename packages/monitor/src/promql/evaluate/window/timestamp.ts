// `timestamp`: over a selector the times of the samples that it sees, over any other vector the time of the step.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#timestamp

import type { CallArguments } from '../../plan/nodes.ts';
import { isVector } from '../../plan/nodes.ts';
import { mergeEqual } from '../distinct.ts';
import { instantTimeSeries } from '../selection.ts';
import { ABSENT, FLOAT, nameless, type SeriesStream, type StepSeries, timeAt } from '../series.ts';

export function timestamps(call: CallArguments): SeriesStream {
  const { context, grid } = call;
  const node = call.nodes[0]!;
  const stream = node.kind === 'selector' ? instantTimeSeries(node, grid, context) : stepTimes(call);
  const mayCollide = isVector(node) && node.mixesNames && !context.features.delayedNameRemoval;
  return mayCollide ? mergeEqual(stream, context.budget) : stream;
}

async function* stepTimes(call: CallArguments): SeriesStream {
  const { grid, context } = call;
  const seconds = Float64Array.from({ length: grid.count }, (_, step) => timeAt(grid, step) / 1000);
  for await (const series of call.vector(0)) {
    const present = series.present.map((kind) => (kind === ABSENT ? ABSENT : FLOAT));
    const result: StepSeries = { ...nameless(series, context.features), values: seconds, present };
    yield result;
  }
}
