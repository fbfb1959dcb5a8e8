// `sort`, `sort_desc` by value and `sort_by_label`, `sort_by_label_desc` by labels: the order of the series of an instant query.
// A range query orders its series by their labels whatever is asked, and a warning says so.

import { compareLabels } from '../../../model/label-order.ts';
import { type Labels, labelValue } from '../../../model/labels.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import { ranksBefore } from '../aggregate/bounded-heaps.ts';
import { isOfRange } from '../evaluated-range.ts';
import { type Before, sortAsGo } from '../pattern-defeating-sort.ts';
import { FLOAT, hasAnyStep, type SeriesStream, type StepSeries } from '../series.ts';
import { precedesNaturally } from './natural-order.ts';

/** Native histograms have no place among the values and are left out. NaN comes last. */
export function sortByValue(direction: 'ascending' | 'descending'): (call: CallArguments) => SeriesStream {
  const sign = direction === 'ascending' ? -1 : 1;
  return (call) =>
    sorted(floatsOnly(call.vector(0)), call, (a, b) => ranksBefore(sign * a.values[0]!, sign * b.values[0]!));
}

export function sortByLabels(direction: 'ascending' | 'descending'): (call: CallArguments) => SeriesStream {
  const sign = direction === 'ascending' ? 1 : -1;
  return (call) => {
    const names = call.nodes.slice(1).map((_, index) => call.string(index + 1));
    return sorted(call.vector(0), call, (a, b) => sign * compareNaturally(a.labels, b.labels, names) < 0);
  };
}

async function* sorted(input: SeriesStream, call: CallArguments, before: Before<StepSeries>): SeriesStream {
  const { grid, context, span, nodes } = call;
  const { budget, notes } = context;
  if (isOfRange(grid, context, nodes)) {
    notes.warn(span, 'sort is ineffective for range queries since results are always ordered by labels');
    return yield* input;
  }
  const held: StepSeries[] = [];
  try {
    for await (const series of input) {
      budget.hold(1, grid.count);
      held.push(series);
    }
    await sortAsGo(held, before, budget);
    yield* held;
  } finally {
    budget.release(held.length, held.length * grid.count);
  }
}

async function* floatsOnly(input: SeriesStream): SeriesStream {
  for await (const series of input) {
    if (series.histograms === undefined) {
      yield series;
      continue;
    }
    const { histograms: _, ...rest } = series;
    const present = series.present.map((kind) => (kind === FLOAT ? FLOAT : 0));
    if (hasAnyStep(present)) yield { ...rest, present };
  }
}

/** By the named labels, numbers in them by their value; then by all labels. */
function compareNaturally(a: Labels, b: Labels, names: readonly string[]): number {
  for (const name of names) {
    const left = labelValue(a, name);
    const right = labelValue(b, name);
    if (left !== right) return precedesNaturally(left, right) ? -1 : 1;
  }
  return compareLabels(a, b);
}
