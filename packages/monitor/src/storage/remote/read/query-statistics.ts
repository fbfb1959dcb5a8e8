// What a server says that a query took, where it says so as Prometheus does (`stats`). Times are seconds there.
// Source: prometheus.io/docs/prometheus/latest/querying/api

import type { QueryStatistics } from '../../../promql/interface.ts';

interface StatisticsJson {
  readonly timings?: Readonly<Record<string, unknown>>;
  readonly samples?: Readonly<Record<string, unknown>>;
}

/** Undefined for what is not all there. */
export function statisticsOf(stats: unknown): QueryStatistics | undefined {
  const { timings = {}, samples = {} } = (stats ?? {}) as StatisticsJson;
  const numbers = {
    // The latter alone where the release is older, which counts a sample in each window that it falls into.
    samplesRead: samples['samplesRead'] ?? samples['totalQueryableSamples'],
    peakPoints: samples['peakSamples'],
    preparationMs: millis(timings['queryPreparationTime']),
    evaluationMs: millis(timings['innerEvalTime']),
    sortMs: millis(timings['resultSortTime']),
  };
  return Object.values(numbers).every((value) => typeof value === 'number') ? (numbers as QueryStatistics) : undefined;
}

function millis(seconds: unknown): unknown {
  return typeof seconds === 'number' ? 1000 * seconds : undefined;
}
