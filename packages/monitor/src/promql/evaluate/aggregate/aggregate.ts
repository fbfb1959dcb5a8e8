// Aggregation operators: here each finds its method. Folds, `limitk`, `limit_ratio` and `count_values` take one series at a time;
// `quantile`, `topk` and `bottomk` need all series of a group and hold them, counted against the budget.
// https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators

import { type Labels, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import { quoted } from '../../go-text.ts';
import type { AggregateNode, ScalarNode } from '../../plan/nodes.ts';
import type { EvaluationContext } from '../context.ts';
import { type Grid, hasAnyStep, type SeriesStream, type StepHistograms, type StepSeries } from '../series.ts';
import { bucketsOf, histogramEnds, histogramEndsUpTo, inStretches, numberEnds } from '../stretches.ts';
import type { Aggregation } from './aggregation.ts';
import { DroppedNames } from './dropped-names.ts';
import { aggregateExtremes } from './extremes.ts';
import { FOLD_COLUMNS, type FoldFactory } from './fold.ts';
import type { Fold, FoldRemarks } from './folded.ts';
import { Groups } from './grouping.ts';
import { limitCount, limitRatio } from './limits.ts';
import { aggregateQuantile } from './quantile.ts';
import { aggregateValueCounts } from './value-counts.ts';

/** `scalar`: the parameter, one value a step. */
export async function* aggregate(
  node: AggregateNode,
  grid: Grid,
  input: SeriesStream,
  scalar: (node: ScalarNode) => Promise<Float64Array>,
  context: EvaluationContext,
): SeriesStream {
  const { operator, grouping, method, span, vector } = node;
  const stepCount = grid.count;
  const aggregation: Aggregation = { operator, input, grouping, stepCount, context, span, inputSpan: vector.span };
  switch (method.kind) {
    case 'fold':
      return yield* aggregateByFold(aggregation, method.makeFold);
    case 'quantile':
      return yield* aggregateQuantile(aggregation, await scalar(method.quantile), method.quantile.span);
    case 'extremes':
      return yield* aggregateExtremes(aggregation, await scalar(method.count));
    case 'limit': {
      const parameter = await scalar(method.parameter);
      if (method.operator === 'limitk') return yield* limitCount(aggregation, parameter);
      return yield* limitRatio(aggregation, parameter, method.parameter.span);
    }
    case 'value-counts':
      return yield* aggregateValueCounts(aggregation, method.label);
  }
}

interface FoldedGroup {
  readonly labels: Labels;
  readonly fold: Fold;
  readonly droppedNames: DroppedNames | undefined;
}

async function* aggregateByFold(aggregation: Aggregation, makeFold: FoldFactory): SeriesStream {
  const { input, stepCount, context } = aggregation;
  const { budget, features } = context;
  const remarks = foldRemarks(aggregation);
  const groups = new Groups<FoldedGroup>(aggregation.grouping, (labels) => {
    budget.hold(1, FOLD_COLUMNS * stepCount);
    const droppedNames = features.delayedNameRemoval ? new DroppedNames(stepCount) : undefined;
    return { labels, fold: makeFold(stepCount, remarks), droppedNames };
  });
  try {
    let hasHistograms = false;
    let largestBuckets = 0;
    for await (const series of input) {
      const { fold, droppedNames } = groups.of(series.labels);
      const { histograms } = series;
      hasHistograms ||= histograms !== undefined;
      const add = (from: number, to: number): void => {
        if (histograms !== undefined) largestBuckets = Math.max(largestBuckets, largestOf(histograms, from, to));
        fold.add(series, from, to);
      };
      const adding = inStretches(stepCount, budget, add, hasHistograms ? histogramEnds(histograms) : numberEnds);
      if (adding !== undefined) await adding;
      droppedNames?.add(series);
      if (budget.isDue()) await budget.pause();
    }
    const endOf = hasHistograms ? histogramEndsUpTo(largestBuckets) : numberEnds;
    for (const { labels, fold, droppedNames } of groups.values()) {
      const finishing = inStretches(stepCount, budget, (from, to) => fold.finish(from, to), endOf);
      if (finishing !== undefined) await finishing;
      const folded = fold.result();
      if (!hasAnyStep(folded.present)) continue;
      const series: StepSeries = { labels, ...folded };
      yield droppedNames?.atLast(folded.present) === true ? { ...series, dropsName: true } : series;
    }
  } finally {
    budget.release(groups.size, groups.size * FOLD_COLUMNS * stepCount);
  }
}

function largestOf(histograms: StepHistograms, from: number, to: number): number {
  let largest = 0;
  for (let step = from; step < to; step++) largest = Math.max(largest, bucketsOf(histograms[step]));
  return largest;
}

function foldRemarks({ operator, context, inputSpan }: Aggregation): FoldRemarks {
  const { notes } = context;
  return {
    ignoredHistogram: () => notes.inform(inputSpan, `ignored histogram in ${operator} aggregation`),
    mixedKinds: () => notes.warn(inputSpan, 'encountered a mix of histograms and floats for aggregation'),
    conflictingResets: () => notes.warn(inputSpan, 'conflicting counter resets during histogram aggregation'),
    reconciledBounds: () => notes.inform(inputSpan, 'mismatched custom buckets were reconciled during aggregation'),
    incompatibleBuckets: (labels) => {
      const name = quoted(labelValue(labels, METRIC_NAME));
      notes.warn(
        inputSpan,
        `vector contains a mix of histograms with exponential and custom buckets schemas for metric name ${name}`,
      );
    },
  };
}
