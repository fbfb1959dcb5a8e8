// The section `query` of the configuration: how PromQL is evaluated and what it may cost. Names of features and defaults are those of
// Prometheus' flags. Source: prometheus.io/docs/prometheus/latest/feature_flags, …/command-line/prometheus

import { z } from 'zod';
import { durationBetween } from './fields.ts';

/** By the names that `--enable-feature` of Prometheus has for them. */
export const QUERY_FEATURE_FLAGS = [
  'promql-experimental-functions',
  'promql-delayed-name-removal',
  'promql-extended-range-selectors',
  'promql-binop-fill-modifiers',
  'type-and-unit-labels',
] as const;

export type QueryFeature = (typeof QUERY_FEATURE_FLAGS)[number];

const CONCURRENCY_MAX = 1000;
const WAITING_MAX = 10_000;
const SAMPLES_MAX = 1_000_000_000;
const POINTS_MIN = 1_000_000;
const POINTS_MAX = 10_000_000_000;

const step = durationBetween(1, 86_400_000, '1ms to 1d');

export const query = z.strictObject({
  lookback: durationBetween(1, 86_400_000, '1ms to 1d')
    .optional()
    .describe(
      "How far back an instant selector looks for a sample: Prometheus' `--query.lookback-delta`. Default: `5m`. With `storage.remote.evaluate: server` what is given is sent with each query and the default is the server's own: Prometheus takes it from 2.43 on; VictoriaMetrics takes it for instant queries, and for ranges as the most that it looks back.",
    ),
  subqueryStep: step
    .prefault('1m')
    .describe(
      "Step of subqueries that name none: Prometheus' `evaluation_interval`. No effect with `storage.remote.evaluate: server`.",
    ),
  features: z
    .array(z.enum(QUERY_FEATURE_FLAGS))
    .max(QUERY_FEATURE_FLAGS.length)
    .default([])
    .describe(
      "What Prometheus has behind `--enable-feature`, by the names there; see PromQL's page. No effect on answers with `storage.remote.evaluate: server`: the server has its own.",
    ),
  maxConcurrency: z
    .number()
    .int()
    .min(1)
    .max(CONCURRENCY_MAX)
    .default(20)
    .describe("Queries evaluated or being sent at once: Prometheus' `--query.max-concurrency`."),
  maxWaiting: z
    .number()
    .int()
    .min(0)
    .max(WAITING_MAX)
    .default(200)
    .describe('Queries that wait for their turn; the next one is answered 503.'),
  maxSamples: z
    .number()
    .int()
    .min(1)
    .max(SAMPLES_MAX)
    .default(50_000_000)
    .describe(
      "Samples that one query may read: Prometheus' `--query.max-samples`. No effect with `storage.remote.evaluate: server`.",
    ),
  maxPointsHeldByAll: z
    .number()
    .int()
    .min(POINTS_MIN)
    .max(POINTS_MAX)
    .default(60_000_000)
    .describe(
      'Points, 9 bytes each (one with a time of its own, as those of `m[1h]`, counts two), that all queries and their answers may hold in memory together; a query that needs more then is refused. No effect with `storage.remote.evaluate: server`.',
    ),
  timeout: durationBetween(1, 3_600_000, '1ms to 1h')
    .prefault('2m')
    .describe("How long a query may take with its waiting: Prometheus' `--query.timeout`."),
  slowerThan: durationBetween(1, 3_600_000, '1ms to 1h')
    .prefault('1s')
    .describe('A query that takes longer is logged and listed at `/api/v1/status/queries`.'),
});

export type QueryConfig = z.output<typeof query>;
