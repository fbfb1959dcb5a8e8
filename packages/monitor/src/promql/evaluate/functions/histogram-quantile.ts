// `histogram_quantile`, and `histogram_quantiles` with several of them told apart by a label.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

import type { Labels } from '../../../model/labels.ts';
import { classicQuantile } from '../../histogram/classic.ts';
import { labelText } from '../../histogram/number-text.ts';
import { histogramQuantile as nativeQuantile, type QuantileNote } from '../../histogram/quantile.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import type { QueryBudget } from '../budget.ts';
import { type SeriesStream, withLabel } from '../series.ts';
import { inStretches } from '../stretches.ts';
import { ForcedMonotonicity } from './histogram-forced.ts';
import { type Estimator, overHistograms } from './histogram-vector.ts';

const INFO_OF: Readonly<Record<QuantileNote, string>> = {
  'nan-result': 'input to histogram_quantile has NaN observations, result is NaN',
  'nan-skew': 'input to histogram_quantile has NaN observations, result is skewed higher',
};

/** Of histogram_quantile(scalar, vector). */
export async function* histogramQuantile(call: CallArguments): SeriesStream {
  const quantiles = await call.scalar(0);
  call.context.notes.warnOfQuantiles(call.nodes[0]!.span, quantiles);
  const forced = new ForcedMonotonicity(call, 1);
  const estimators = [estimatorOf(quantiles, forced)];
  yield* overHistograms({ call, vectorIndex: 1, infoIndex: 0, estimators });
  forced.inform();
}

/** Of histogram_quantiles(vector, label, scalar, ...). */
export async function* histogramQuantiles(call: CallArguments): SeriesStream {
  const label = call.string(1);
  const forced = new ForcedMonotonicity(call, 0);
  const estimators: Estimator[] = [];
  for (let index = 2; index < call.nodes.length; index++) {
    const quantiles = await call.scalar(index);
    call.context.notes.warnOfQuantiles(call.nodes[index]!.span, quantiles);
    estimators.push(...(await byQuantile(label, quantiles, forced, call.context.budget)));
  }
  yield* overHistograms({ call, vectorIndex: 0, infoIndex: 0, estimators });
  forced.inform();
}

/** One for each quantile that the argument has at any step. */
async function byQuantile(
  label: string,
  quantiles: Float64Array,
  forced: ForcedMonotonicity,
  budget: QueryBudget,
): Promise<Estimator[]> {
  const different = new Set<number>();
  await inStretches(quantiles.length, budget, (from, to) => {
    for (let step = from; step < to; step++) different.add(quantiles[step]!);
  });
  return Array.from(different, (quantile) => {
    const text = labelText(quantile);
    return {
      ...estimatorOf(quantiles, forced),
      isAt: (step: number) => quantiles[step] === quantile || (Number.isNaN(quantile) && Number.isNaN(quantiles[step])),
      relabel: (labels: Labels) => withLabel(labels, label, text),
    };
  });
}

function estimatorOf(quantiles: Float64Array, forced: ForcedMonotonicity): Estimator {
  return {
    native: (histogram, step) => {
      const { value, note } = nativeQuantile(quantiles[step]!, histogram);
      return { value, info: note === undefined ? undefined : INFO_OF[note] };
    },
    classic: (buckets, step, name) =>
      classicQuantile(quantiles[step]!, buckets, (found) => forced.add(name, found, step)),
  };
}
