// `count_values`: how many series of a group have the same value, which becomes a label. A native histogram is a value too.

import { type Labels, METRIC_NAME } from '../../../model/labels.ts';
import { quoted } from '../../go-text.ts';
import { QueryError } from '../../interface.ts';
import type { Grouping } from '../../parse/syntax-tree.ts';
import { formatFloat } from '../floats.ts';
import { ABSENT, FLOAT, type SeriesStream, type StepSeries, withLabel } from '../series.ts';
import type { Aggregation } from './aggregation.ts';
import { Groups } from './grouping.ts';
import { histogramText } from './histogram-text.ts';

interface Counts {
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

interface ValueGroup {
  readonly labels: Labels;
  /** By the value; by its text where that is no number or not its own key. */
  readonly counts: Map<number | string, Counts>;
}

const NEGATIVE_ZERO = '-0';
const STEPS_BETWEEN_CLOCK_READS = 256;

export async function* aggregateValueCounts(aggregation: Aggregation, valueLabel: string): SeriesStream {
  const { input, stepCount, context } = aggregation;
  const { budget } = context;
  if (valueLabel === '' || !valueLabel.isWellFormed()) {
    throw new QueryError('execution', `invalid label name ${quoted(valueLabel)}`);
  }
  const { grouping, isValueDropped } = groupingBeside(aggregation.grouping, valueLabel);
  const groups = new Groups<ValueGroup>(grouping, (labels) => ({ labels, counts: new Map() }));
  let held = 0;
  try {
    for await (const series of input) {
      const { counts } = groups.of(series.labels);
      for (let step = 0; step < stepCount; step++) {
        if (step % STEPS_BETWEEN_CLOCK_READS === 0 && budget.isDue()) await budget.pause();
        if (series.present[step] === ABSENT) continue;
        const key = isValueDropped ? '' : valueKey(series, step);
        let found = counts.get(key);
        if (found === undefined) {
          budget.hold(1, stepCount);
          held++;
          found = { values: new Float64Array(stepCount), present: new Uint8Array(stepCount) };
          counts.set(key, found);
        }
        found.values[step]!++;
        found.present[step] = FLOAT;
      }
    }
    for (const { labels, counts } of groups.values()) {
      for (const [key, found] of counts) {
        const text = typeof key === 'string' ? key : formatFloat(key);
        yield { labels: isValueDropped ? labels : withLabel(labels, valueLabel, text), ...found };
      }
    }
  } finally {
    budget.release(held, held * stepCount);
  }
}

function valueKey({ values, present, histograms }: StepSeries, step: number): number | string {
  if (present[step] !== FLOAT) return histogramText(histograms![step]!);
  const value = values[step]!;
  return Object.is(value, -0) ? NEGATIVE_ZERO : value;
}

/** How series are grouped by all but the value, whose label takes the place of one of that name. */
function groupingBeside(
  { without, labels }: Grouping,
  valueLabel: string,
): { readonly grouping: Grouping; readonly isValueDropped: boolean } {
  if (!without) {
    return { grouping: { without, labels: labels.filter((name) => name !== valueLabel) }, isValueDropped: false };
  }
  const isValueDropped = labels.includes(valueLabel) || valueLabel === METRIC_NAME;
  return { grouping: { without, labels: [...labels, valueLabel] }, isValueDropped };
}
