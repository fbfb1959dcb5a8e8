// What native histograms say of their observations as a whole: `histogram_count`, `histogram_sum`, `histogram_avg`,
// `histogram_stddev`, `histogram_stdvar`. Floats have no result.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { METRIC_NAME } from '../../../model/labels.ts';
import type { QueryFeatures } from '../../features.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { histogramVariance } from '../../histogram/variance.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import { mergeEqual } from '../distinct.ts';
import { dropLabels, FLOAT, HISTOGRAM, type SeriesStream, type StepSeries } from '../series.ts';

const NAME_ALONE = new Set([METRIC_NAME]);
const STEPS_BETWEEN_CLOCK_READS = 64;

export const histogramCount = statistic(({ count }) => count);
export const histogramSum = statistic(({ sum }) => sum);
export const histogramAverage = statistic(({ sum, count }) => sum / count);
export const histogramStandardDeviation = statistic((histogram) => Math.sqrt(histogramVariance(histogram)));
export const histogramStandardVariance = statistic(histogramVariance);

function statistic(of: (histogram: FloatHistogram) => number): (call: CallArguments) => SeriesStream {
  return (call) => {
    const { features, budget } = call.context;
    const stream = statistics(call, of);
    return features.delayedNameRemoval ? stream : mergeEqual(stream, budget);
  };
}

async function* statistics(call: CallArguments, of: (histogram: FloatHistogram) => number): SeriesStream {
  const { budget, features } = call.context;
  for await (const series of call.vector(0)) {
    const { present, histograms } = series;
    if (histograms === undefined || !present.includes(HISTOGRAM)) continue;
    const values = new Float64Array(present.length);
    const has = new Uint8Array(present.length);
    for (let step = 0; step < present.length; step++) {
      if (step % STEPS_BETWEEN_CLOCK_READS === 0 && budget.isDue()) await budget.pause();
      if (present[step] !== HISTOGRAM) continue;
      values[step] = of(histograms[step]!);
      has[step] = FLOAT;
    }
    yield { ...withoutMetricName(series, features), values, present: has };
  }
}

/** These functions of Prometheus leave the labels of type and unit. */
function withoutMetricName(
  { labels }: StepSeries,
  { delayedNameRemoval }: QueryFeatures,
): Pick<StepSeries, 'labels' | 'dropsName'> {
  return delayedNameRemoval ? { labels, dropsName: true } : { labels: dropLabels(labels, NAME_ALONE) };
}
