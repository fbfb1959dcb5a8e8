// What the configuration says of queries, in the words of those who keep to it: the query engine in the storage worker and the
// server on the main thread.

import { QUERY_FEATURE_FLAGS, type QueryConfig, type QueryFeature } from '../config/query-schema.ts';
import type { QueryEngineOptions } from '../promql/engine.ts';
import type { QueryFeatures } from '../promql/features.ts';
import type { ServerLimits } from '../server/limits.ts';

const FEATURE_BY_FLAG: Readonly<Record<QueryFeature, keyof QueryFeatures>> = {
  'promql-experimental-functions': 'experimentalFunctions',
  'promql-delayed-name-removal': 'delayedNameRemoval',
  'promql-extended-range-selectors': 'extendedRangeSelectors',
  'promql-binop-fill-modifiers': 'fillModifiers',
  'type-and-unit-labels': 'typeAndUnitLabels',
};

/** Of the engine, all but what it reads from. */
export type EngineOptions = Omit<QueryEngineOptions, 'queryable'>;

export function featuresOf({ features }: QueryConfig): QueryFeatures {
  return Object.fromEntries(
    QUERY_FEATURE_FLAGS.map((flag) => [FEATURE_BY_FLAG[flag], features.includes(flag)]),
  ) as unknown as QueryFeatures;
}

export function engineOptionsOf(config: QueryConfig): EngineOptions {
  const { lookback, subqueryStep, maxSamples, maxPointsHeldByAll, timeout } = config;
  return {
    ...(lookback !== undefined && { lookbackMs: lookback }),
    subqueryStepMs: subqueryStep,
    features: featuresOf(config),
    limits: { maxSamples, maxPointsHeldByAll, maxTimeoutMs: timeout },
  };
}

export function serverLimitsOf(config: QueryConfig): Partial<ServerLimits> {
  const { maxConcurrency, maxWaiting, timeout, slowerThan } = config;
  return {
    maxConcurrentQueries: maxConcurrency,
    maxWaitingQueries: maxWaiting,
    maxQueryTimeoutMs: timeout,
    slowQueryMs: slowerThan,
  };
}
