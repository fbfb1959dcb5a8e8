// `histogram_quantile`, and `histogram_quantiles` with several of them told apart by a label.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

import { classicQuantile } from '../../histogram/classic.ts';
import { histogramQuantile as nativeQuantile, type QuantileNote } from '../../histogram/quantile.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import type { SeriesStream } from '../series.ts';
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
    estimators.push({ ...estimatorOf(quantiles, forced), split: { label, quantiles } });
  }
  yield* overHistograms({ call, vectorIndex: 0, infoIndex: 0, estimators });
  forced.inform();
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
