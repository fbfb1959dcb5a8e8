// label_join(v, destination, separator, source, ...): the destination label becomes the values of the source labels, joined.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#label_join

import { labelValue } from '../../../model/labels.ts';
import { QueryError } from '../../interface.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import { mergeEqual } from '../distinct.ts';
import type { SeriesStream } from '../series.ts';
import { isLabelName, relabelled } from './relabelled.ts';

const FIRST_SOURCE = 3;

export function labelJoin(call: CallArguments): SeriesStream {
  return mergeEqual(joined(call), call.context.budget);
}

async function* joined(call: CallArguments): SeriesStream {
  const destination = call.string(1);
  const separator = call.string(2);
  const sources = call.nodes.slice(FIRST_SOURCE).map((_, index) => call.string(FIRST_SOURCE + index));
  for (const source of sources) {
    if (isLabelName(source)) continue;
    throw new QueryError('execution', `invalid source label name in label_join(): ${source}`);
  }
  if (!isLabelName(destination)) {
    throw new QueryError('execution', `invalid destination label name in label_join(): ${destination}`);
  }
  const { budget } = call.context;
  for await (const series of call.vector(0)) {
    const value = sources.map((source) => labelValue(series.labels, source)).join(separator);
    budget.holdLabel(value);
    if (budget.isDue()) await budget.pause();
    yield relabelled(series, destination, value);
  }
}
