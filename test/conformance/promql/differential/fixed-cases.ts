// Queries on which the two sides once differed, each as small as it became. New ones are added at the end.

import type { DataSetName } from './data-sets.ts';
import type { FeatureSetName } from './features.ts';
import type { Question } from './questions.ts';

export type FixedCase = Question & { readonly dataSet: DataSetName; readonly features: FeatureSetName };

/** The moment at which the recorded data begin. */
const START_MS = 1_795_181_530_000;

function recorded(expression: string, afterMs: number, features: FeatureSetName = 'plain'): FixedCase {
  return { dataSet: 'recorded', features, expression, timeMs: START_MS + afterMs };
}

interface Grid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** Times from the beginning of the data on. */
function ranged(expression: string, { fromMs, toMs, stepMs }: Grid, features: FeatureSetName = 'plain'): FixedCase {
  return { dataSet: 'recorded', features, expression, startMs: START_MS + fromMs, endMs: START_MS + toMs, stepMs };
}

const ONE_STEP: Grid = { fromMs: 240_000, toMs: 240_000, stepMs: 15_000 };
const FULL: Grid = { fromMs: 60_000, toMs: 480_000, stepMs: 17_000 };

export const FIXED_CASES: readonly FixedCase[] = [
  // Series that only type and unit tell apart.
  recorded('sum(stdvar_over_time(typed_temperature[1m]))', 95_000),
  recorded('max(increase(typed_temperature[45.5]))', 180_000),
  recorded('avg(exp(typed_temperature))', 61_000),
  recorded('group by(job) (hour(typed_temperature))', 300_000),
  recorded('count_values("x", timestamp(typed_temperature))', 240_000),
  recorded('days_in_month(typed_temperature) <= vector(1)', 300_237),
  recorded('quantile(1, rate(typed_temperature[1m] smoothed))', 395_000, 'experimental'),
  recorded('vector(1) unless vector(1) + fill(1) first_over_time(typed_temperature[1m])', 600_000, 'delayed'),

  // A range query of one step is ordered like any other.
  ranged('bottomk(3, synthetic_tiny)', ONE_STEP),
  ranged('sort_desc(synthetic_gauge)', ONE_STEP),
  ranged('sort_by_label_desc(native_counter, "le")', ONE_STEP, 'experimental'),

  // A note is there once, whatever its places.
  recorded('native_counter / native_counter', 60_000),
  recorded('nodejs_gc_duration_seconds_bucket >/ 1 + on() group_right nodejs_gc_duration_seconds_bucket', 15_000),
  recorded('min by(job) (native_counter) - native_counter', 540_237),
  recorded('max by(job) (native_stale) <= max by(job) (native_counter)', 31_000),
  recorded('histogram_quantile(1, classic_latency_seconds_bucket) * classic_latency_seconds_bucket', 120_237),
  recorded('histogram_quantiles(vector(1), "x", 1, NaN, NaN)', 330_237, 'experimental'),
  ranged('sort_by_label(sort_by_label(native_counter, "instance"), "none")', FULL, 'experimental'),

  // Notes: their places, numbers, and what they are given for.
  recorded('histogram_fraction(1, 1, +vector(1))', 540_000),
  recorded('histogram_quantile(1e300, vector(1))', 135_000),
  recorded('quantile_over_time(1e300, synthetic_gauge[1m])', 60_000),
  recorded('sum_over_time((sort(native_counter))[7s:])', 591_000),
  recorded('ts_of_min_over_time((sort_by_label(native_counter, "kind"))[45.5:])', 270_000, 'experimental'),
  recorded('histogram_sum(avg_over_time(native_custom_differing[5m]))', 315_000),
  recorded('histogram_avg(sum_over_time(native_custom_differing[15s]))', 300_237),
  recorded('histogram_count(rate(native_custom_differing[2m]))', 300_000),
  recorded('histogram_sum(irate(native_custom_differing[15s]))', 301_000),

  // Equal series of one operation, over several steps.
  ranged('max(histogram_quantiles(native_counter, "x", 1, 1))', FULL, 'delayed'),

  // Prometheus' own answers vary: what it warns of depends on the order of a hash map.
  ranged('avg({__name__=~"native_nan|native_custom_or_not"} or vector(1))', FULL),

  // Histograms.
  recorded('histogram_count(rate(native_gauge[12500ms]))', 241_000),
  recorded('histogram_quantile(1, native_gauge)', 16_000),
  recorded('native_counter * Inf', 15_000),

  // The grammar has no colon straight behind a bracket.
  ranged('deriv(synthetic_gauge[step():])', FULL),
  ranged('absent_over_time(synthetic_gauge[step():15s])', FULL),

  // Names that go at the end of the query go from samples too.
  recorded('(clamp(synthetic_gauge, 1, 1))[45.5:]', 536_000, 'delayed'),
  recorded('(-native_counter)[1:1]', 380_000, 'delayed'),

  recorded('histogram_count(sum(native_custom_differing))', 61_000),

  recorded('1 == bool (vector(1)) atan2 1', 540_237),
  recorded('synthetic_tiny atan2 synthetic_large', 111_000),
  recorded('timestamp(synthetic_tiny offset -5s @ end())', 240_000),
  recorded('info(native_counter, {__name__=~".+_info", compiler=~".*"})', 300_000, 'experimental'),

  // What stands in a query twice, and is computed once.
  recorded('native_mixed smoothed * native_mixed', 115_237, 'experimental'),
  recorded('rate(synthetic_gauge[20s:1s]) + rate(synthetic_gauge[20s:1s])', 180_237, 'delayed'),
  ranged(
    '(histogram_quantile(0.01, - classic_latency_seconds_bucket)) and (histogram_quantile(0.01, - classic_latency_seconds_bucket))',
    { fromMs: 241_000, toMs: 241_000, stepMs: 15_000 },
    'delayed',
  ),

  recorded('predict_linear((vector(1) >/ 1)[90s:] @ 1795181590, 0)', 240_000),
  recorded('rate((rate(synthetic_gauge[1] anchored))[20s:1])', 180_237, 'delayed'),
  ranged('histogram_count(native_resetting - native_counter)', { fromMs: 0, toMs: 600_000, stepMs: 5000 }),

  // An order that means something is kept when names go at the end.
  recorded('sort(vector(1) / 2 or synthetic_gauge)', 225_000, 'delayed'),
  // A label that a function makes may be the name.
  recorded('rate((histogram_quantiles(native_stale, "__name__", 1, 0.5, 0.9))[30s:5s])', 30_000, 'experimental'),
  recorded('absent_over_time({__type__="counter"}[1])', 225_000, 'delayed'),
  recorded('absent({__type__="counter",job="none"})', 225_000, 'delayed'),
];
