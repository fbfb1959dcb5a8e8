// The expressions that both sides answer: every function, operator and aggregation over several shapes, and a set put
// together at random from a seed.

import { isInexact } from './compare.ts';

/** Gauges and counters of the recording with different faces: constant, integer, nanosecond fractions, many labels. */
const RECORDED = [
  'beacon_head_slot',
  'process_cpu_user_seconds_total',
  'nodejs_eventloop_lag_mean_seconds',
  'gossipsub_heartbeat_duration_seconds_sum',
  'lodestar_gossip_validation_queue_job_time_seconds_sum',
  'libp2p_peers',
] as const;

const SYNTHETIC = [
  'synthetic_steady_total',
  'synthetic_resetting_total',
  'synthetic_fraction_total',
  'synthetic_gappy_total',
  'synthetic_gauge',
  'synthetic_integers',
  'synthetic_special',
  'synthetic_stale',
  'synthetic_late',
  'synthetic_ending',
  'synthetic_sparse',
  'synthetic_large',
] as const;

const METRICS = [...RECORDED, ...SYNTHETIC];
const WINDOWS = ['20s', '2m'];
const OVER_WINDOW = [
  'rate',
  'irate',
  'increase',
  'delta',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'sum_over_time',
  'count_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'last_over_time',
  'present_over_time',
  'absent_over_time',
  'idelta',
  'deriv',
  'changes',
  'resets',
];
const PER_VALUE = ['abs', 'ceil', 'floor', 'exp', 'sqrt', 'ln', 'log2', 'log10', 'sgn', 'round'];
const TRIGONOMETRY = 'sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh deg rad'.split(' ');
const OF_TIME = 'minute hour day_of_week day_of_month day_of_year days_in_month month year timestamp'.split(' ');

/** Functions that came after 2.42, or that 2.42 has for native histograms alone: the differential test asks Prometheus 3. */
export const NOT_IN_2: ReadonlySet<string> = new Set(
  [
    'double_exponential_smoothing first_over_time mad_over_time ts_of_first_over_time ts_of_last_over_time',
    'ts_of_min_over_time ts_of_max_over_time histogram_avg histogram_count histogram_sum histogram_fraction',
    'histogram_stddev histogram_stdvar histogram_quantiles info sort_by_label sort_by_label_desc start_timestamp',
    'start end range step max_of min_of',
  ].flatMap((names) => names.split(' ')),
);
const FOLDS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'];
const GROUPINGS = ['', ' by (instance)', ' without (instance, zone)', ' by (__name__, zone)'];
const ARITHMETIC = ['+', '-', '*', '/', '%', '^'];
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];

export function windowExpressions(): string[] {
  return METRICS.flatMap((metric) =>
    WINDOWS.flatMap((window) => [
      ...OVER_WINDOW.map((name) => `${name}(${metric}[${window}])`),
      ...['0', '0.93', '1', '-1'].map((q) => `quantile_over_time(${q}, ${metric}[${window}])`),
      `predict_linear(${metric}[${window}], 30)`,
    ]),
  );
}

export function valueExpressions(): string[] {
  return METRICS.flatMap((metric) => [
    metric,
    `-${metric}`,
    `+${metric}`,
    ...[...PER_VALUE, ...TRIGONOMETRY, ...OF_TIME].map((name) => `${name}(${metric})`),
    `absent(${metric}{instance="a"})`,
    `round(${metric}, 0.3)`,
    `round(${metric}, 5)`,
    `clamp(${metric}, -1, 3)`,
    `clamp(${metric}, 3, -1)`,
    `clamp_min(${metric}, 2)`,
    `clamp_max(${metric}, 2)`,
    `scalar(${metric}{instance="a"})`,
    `scalar(${metric})`,
    `vector(scalar(${metric}{instance=~"beacon1|a"}))`,
  ]);
}

export function aggregateExpressions(): string[] {
  const grouped = METRICS.flatMap((metric) =>
    GROUPINGS.flatMap((grouping) => [
      ...FOLDS.map((operator) => `${operator}${grouping} (${metric})`),
      `quantile${grouping} (0.7, ${metric})`,
    ]),
  );
  const ranked = ['synthetic_gauge', 'synthetic_fraction_total', 'synthetic_large'].flatMap((metric) => [
    `topk(2, ${metric})`,
    `bottomk(3, ${metric})`,
    `topk by (zone) (1, ${metric})`,
    `bottomk without (instance) (1, ${metric})`,
    `topk(0, ${metric})`,
    `topk(100, ${metric})`,
    `topk(1.9, ${metric})`,
  ]);
  const counted = ['synthetic_integers', 'synthetic_special', 'synthetic_large', 'libp2p_peers'].flatMap((metric) => [
    `count_values("value", ${metric})`,
    `count_values by (zone) ("value", ${metric})`,
    `count_values without (instance) ("zone", ${metric})`,
  ]);
  return [...grouped, ...ranked, ...counted];
}

export function operatorExpressions(): string[] {
  const pairs = [
    ['synthetic_gauge', 'synthetic_integers'],
    ['synthetic_special', 'synthetic_integers'],
    ['synthetic_late', 'synthetic_ending'],
    ['process_resident_memory_bytes', 'libp2p_peers'],
  ] as const;
  const scalars = ['2', '0', '-1.5', 'Inf', 'NaN', 'time()', 'scalar(beacon_head_slot{instance="beacon1"})'];
  const between = pairs.flatMap(([left, right]) =>
    [...ARITHMETIC, ...COMPARISONS, ...COMPARISONS.map((operator) => `${operator} bool`)].flatMap((operator) => [
      `${left} ${operator} ${right}`,
      `${left} ${operator} on (instance) ${right}`,
      `${left} ${operator} ignoring (zone) ${right}`,
      `${left} ${operator} 2`,
      `0.5 ${operator} ${right}`,
    ]),
  );
  const withScalars = scalars.flatMap((scalar) =>
    [...ARITHMETIC, '< bool', '== bool'].flatMap((operator) => [
      `synthetic_special ${operator} ${scalar}`,
      `${scalar} ${operator} synthetic_gauge`,
      `${scalar} ${operator} 3`,
      `-3 ${operator} ${scalar}`,
    ]),
  );
  return [...between, ...withScalars];
}

export function composedExpressions(atSeconds: string): string[] {
  return [
    '-1 ^ 2',
    '2 ^ 3 ^ 2',
    '2 ^ -1 * 3',
    '-synthetic_gauge ^ 2',
    '1 - 2 - 3',
    '7 % 4 * 2 + -1',
    '(1 + 2) * 3',
    '0x1F + 1e3 + .5',
    '017 + 08',
    'time()',
    'vector(time())',
    'pi() * 2',
    'minute() + hour() + day_of_week() + day_of_month() + day_of_year() + days_in_month() + month() + year()',
    'absent(no_such_metric{job="x", zone=~"y"})',
    'sort(synthetic_gauge)',
    'sort_desc(synthetic_gauge)',
    'label_join(synthetic_gauge, "copy", "-", "instance", "zone")',
    'synthetic_gauge and on (instance) synthetic_integers > 2',
    'synthetic_gauge or synthetic_late',
    'synthetic_late unless ignoring (zone) synthetic_ending',
    'abs(synthetic_gauge atan2 synthetic_integers)',
    'synthetic_gauge * on (zone) group_left (job) max by (zone, job) (synthetic_integers)',
    'max by (zone) (synthetic_integers) - on (zone) group_right synthetic_gauge',
    'max_over_time((synthetic_gauge > 0)[1m:10s])',
    'sum_over_time(irate(synthetic_steady_total[1m])[30s:10s] offset 20s)',
    'quantile_over_time(0.5, synthetic_gauge[1m:])',
    'synthetic_gauge - synthetic_gauge offset 1m * 2',
    '-synthetic_gauge offset 30s',
    'synthetic_gauge offset -20s',
    'delta(synthetic_gauge[1m] offset 30s)',
    'delta(synthetic_gauge[1m] offset -30s)',
    `synthetic_gauge @ ${atSeconds}`,
    `synthetic_gauge @ ${atSeconds} offset 1m`,
    `synthetic_gauge offset 1m @ ${atSeconds}`,
    `rate(synthetic_steady_total[1m] @ ${atSeconds})`,
    'synthetic_gauge @ start()',
    'synthetic_gauge @ end()',
    'rate(synthetic_steady_total[1m] @ end()) > bool 3',
    'synthetic_gauge - synthetic_gauge @ start()',
    `sum(synthetic_gauge @ ${atSeconds}) + sum(synthetic_gauge)`,
    `topk(1, synthetic_gauge @ ${atSeconds})`,
    `quantile(scalar(synthetic_ending{instance="a"}), synthetic_gauge @ ${atSeconds})`,
    'quantile_over_time(scalar(synthetic_ending{instance="a"}), synthetic_gauge[1m])',
    'max by (zone) (max_over_time(synthetic_gauge[1m]))',
    'avg without (instance) (irate(synthetic_resetting_total[1m]))',
    'synthetic_gauge > 0 < 500',
    '(synthetic_gauge > 0) * 2',
    'sum(synthetic_gauge) / 0',
    'absent_over_time(no_such_metric{job="x", zone=~"y", a="b"}[1m])',
    'absent_over_time(no_such_metric{job="x", job="y"}[1m])',
    'absent_over_time(no_such_metric{job!="x", job="y"}[1m])',
    'histogram_quantile(0.5, synthetic_latency_bucket)',
    'histogram_quantile(0.99, synthetic_latency_bucket)',
    'histogram_quantile(0, synthetic_latency_bucket)',
    'histogram_quantile(1, synthetic_latency_bucket)',
    'histogram_quantile(-1, synthetic_latency_bucket)',
    'histogram_quantile(1.1, synthetic_latency_bucket)',
    'histogram_quantile(0.9, sum by (le) (synthetic_latency_bucket))',
    'histogram_quantile(0.95, lodestar_gossip_validation_queue_job_time_seconds_bucket)',
    'histogram_quantile(0.5, delta(nodejs_gc_duration_seconds_bucket[2m]))',
    'histogram_quantile(scalar(synthetic_ending{instance="a"}), synthetic_latency_bucket)',
    'label_replace(synthetic_gauge, "copy", "$1-x", "instance", "(.)")',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: PromQL's own template
    'label_replace(synthetic_gauge, "copy", "${1}$2$$$name", "job", "(syn)(?P<name>.*)")',
    'label_replace(synthetic_gauge, "zone", "", "instance", "a")',
    'label_replace(synthetic_gauge, "copy", "$1", "instance", "[ab]")',
    'label_replace(synthetic_gauge, "__name__", "renamed", "instance", ".*")',
    'label_replace(synthetic_gauge, "copy", "none", "no_such_label", "")',
    'label_replace(synthetic_gauge, "copy", "$0$01", "instance", "(.*)")',
    '{__name__=~"synthetic_(gauge|integers)", instance!="a"}',
    '{__name__=~"synthetic_.*", instance!~"a|b", zone="x"}',
    'synthetic_gauge{no_such_label=""}',
    'synthetic_gauge{instance=~"a|"}',
    'last_over_time({__name__=~"synthetic_.*"}[30s])',
    'sum by (__name__) ({__name__=~"synthetic_(gauge|integers)"})',
    'count({job="lodestar"}) by (instance)',
    'no_such_metric',
    'sum(no_such_metric)',
  ];
}

/** For moments whose windows are full of samples: rates inside other expressions, where 2 and 3 extrapolate alike. */
export function rateExpressions(): string[] {
  const counters = ['synthetic_steady_total', 'synthetic_resetting_total', 'synthetic_fraction_total'];
  const ofCounters = counters.flatMap((counter) => [
    `sum by (instance) (rate(${counter}[1m]))`,
    `sum(rate(${counter}[1m])) by (zone) / count(synthetic_gauge) by (zone)`,
    `topk(2, sum by (instance) (increase(${counter}[1m])))`,
    `rate(${counter}[1m] offset 30s)`,
    `max(rate(${counter}[1m] offset -10s))`,
    `rate(${counter}[1m]) / rate(${counter}[30s])`,
    `quantile(0.9, increase(${counter}[90s]))`,
    `rate(${counter}[1m]) > 2`,
  ]);
  return [...ofCounters, 'histogram_quantile(0.9, increase(synthetic_latency_bucket[1m]))'];
}

/** Refused or failed by both sides alike. */
export const FAILING = [
  'rate(synthetic_gauge)',
  'sum(1)',
  'synthetic_gauge[1m] + 1',
  '1 > 2',
  'synthetic_gauge + bool 1',
  'no_such_function(1)',
  'synthetic_gauge{',
  '{}',
  '1e309',
  '0x8000000000000000',
  '{job=~".*"}',
  'synthetic_gauge{job=~"("}',
  'rate({__name__=~"synthetic_(gauge|integers)"}[1m])',
  '-{__name__=~"synthetic_(gauge|integers)"}',
  'abs({__name__=~"synthetic_(gauge|integers)"})',
  'synthetic_gauge + on (job) synthetic_integers',
  'sum by (job) (synthetic_gauge) + on (job) synthetic_integers',
  'synthetic_gauge + on (job) sum by (job) (synthetic_integers)',
  'label_replace(synthetic_gauge, "instance", "same", "instance", ".*")',
  'label_replace(synthetic_gauge, "x", "$1", "instance", "(")',
  'count_values("", synthetic_gauge)',
  'count(abs(count_values("__name__", synthetic_integers)))',
  'histogram_quantile(0.5, label_replace(synthetic_latency_bucket, "__name__", "renamed", "le", "1"))',
  'topk(NaN, synthetic_gauge)',
  'clamp(synthetic_gauge, 1)',
  'round(synthetic_gauge, 1, 2)',
  'sum(synthetic_gauge, 1)',
  'topk(synthetic_gauge)',
  '"text" + 1',
  'synthetic_gauge offset 1m offset 2m',
  'sum(synthetic_gauge) offset 1m',
] as const;

/**
 * One expression of about the given depth. What differs by the last bit within is not given to operations that make
 * more of it: differences, remainders, rounding.
 */
export function randomExpression(random: () => number, depth: number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  if (depth === 0) {
    const matchers = pick(['', '', '{zone="x"}', '{instance!="b"}', '{instance=~"a|c|beacon1"}', '{zone!~"y|z"}']);
    return `${pick(METRICS)}${matchers}${pick(['', '', '', ' offset 15s', ' @ end()'])}`;
  }
  const inner = randomExpression(random, depth - 1);
  const steady = isInexact(inner);
  switch (pick(['window', 'value', 'aggregate', 'arithmetic', 'comparison', 'unary', 'matching'] as const)) {
    case 'window':
      return `${pick(OVER_WINDOW.slice(3))}(${pick(METRICS)}[${pick(WINDOWS)}])`;
    case 'value':
      return `${pick(steady ? ['abs', 'sqrt'] : PER_VALUE)}(${inner})`;
    case 'aggregate':
      return `${pick(steady ? ['min', 'max', 'count', 'group'] : ['sum', 'avg', 'min', 'max', 'count', 'group'])}${pick(GROUPINGS)} (${inner})`;
    case 'arithmetic':
      return `(${inner}) ${pick(steady ? ['*', '/'] : ARITHMETIC)} ${pick(['2', '0.3', '-4', 'time()'])}`;
    case 'comparison':
      return `(${inner}) ${pick(['<', '>', '<=', '>='])} bool ${pick(['1.5', '-0.01', '99.9'])}`;
    case 'unary':
      return `-(${inner})`;
    case 'matching':
      return `max by (instance) (${inner}) ${pick(steady ? ['*', '/'] : ARITHMETIC)} min by (instance) (${inner})`;
  }
}
