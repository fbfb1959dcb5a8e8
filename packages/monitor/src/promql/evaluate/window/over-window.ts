// Evaluates a function over windows for every series of a range vector, each over all steps at once.

import { type Labels, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { OverWindowNode } from '../../plan/nodes.ts';
import type { EvaluationContext } from '../context.ts';
import { refuseEqual } from '../distinct.ts';
import { timesOf } from '../selection.ts';
import { type Grid, type SeriesStream, withoutName } from '../series.ts';
import type { RangeSeries } from './window-function.ts';
import { overWindows } from './windows.ts';

const COUNTER_SUFFIXES = ['_total', '_sum', '_count', '_bucket'];

/** `scalars`: the other arguments, one value a step. */
export function overWindowSeries(
  node: OverWindowNode,
  grid: Grid,
  scalars: readonly Float64Array[],
  series: AsyncIterable<RangeSeries>,
  context: EvaluationContext,
): SeriesStream {
  const stream = results(node, grid, scalars, series, context);
  const mayCollide = node.range.mixesNames && node.body.keepsName !== true;
  return mayCollide ? refuseEqual(stream, context.budget) : stream;
}

async function* results(
  node: OverWindowNode,
  grid: Grid,
  scalars: readonly Float64Array[],
  input: AsyncIterable<RangeSeries>,
  context: EvaluationContext,
): SeriesStream {
  const { body, range } = node;
  const { budget, notes } = context;
  const times = timesOf(range, grid, range.rangeMs, context);
  for await (const series of input) {
    const out = { values: new Float64Array(grid.count), present: new Uint8Array(grid.count) };
    const kernel = body.window(series, {
      rangeMs: range.rangeMs,
      scalars,
      labels: series.labels,
      notes,
      span: node.span,
      rangeSpan: range.span,
    });
    if (!(await overWindows(series, times, body.minimumSamples, kernel, out, budget))) continue;
    if (body.expectsCounter === true) noteUnlikelyCounter(series.labels, node, context);
    yield { labels: body.keepsName === true ? series.labels : withoutName(series.labels), ...out };
  }
}

function noteUnlikelyCounter(labels: Labels, { range }: OverWindowNode, { notes }: EvaluationContext): void {
  const name = labelValue(labels, METRIC_NAME);
  if (name === '' || COUNTER_SUFFIXES.some((suffix) => name.endsWith(suffix))) return;
  notes.inform(
    range.span,
    `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
  );
}
