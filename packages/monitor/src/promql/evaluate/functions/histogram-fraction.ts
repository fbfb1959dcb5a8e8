// `histogram_fraction`: the share of observations between two values.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_fraction

import { classicFraction } from '../../histogram/classic.ts';
import { histogramFraction as nativeFraction } from '../../histogram/quantile.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import type { SeriesStream } from '../series.ts';
import { type Estimator, overHistograms } from './histogram-vector.ts';

const EXCLUDED = 'input to histogram_fraction has NaN observations, which are excluded from all fractions';

export async function* histogramFraction(call: CallArguments): SeriesStream {
  const lower = await call.scalar(0);
  const upper = await call.scalar(1);
  const estimator: Estimator = {
    native: (histogram, step) => {
      const { value, note } = nativeFraction(lower[step]!, upper[step]!, histogram);
      return { value, info: note === undefined ? undefined : EXCLUDED };
    },
    classic: (buckets, step) => classicFraction(lower[step]!, upper[step]!, buckets),
  };
  yield* overHistograms({ call, vectorIndex: 2, infoIndex: 0, estimators: [estimator] });
}
