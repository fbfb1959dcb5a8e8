// The questions: what dashboards and alerts ask, ten at one moment, ten over an hour, ten over a day, five over thirty days. A day
// and a month are asked at some 1,440 points, as a panel on a wide screen is.

import { END_MS, JOB, LONG_JOB } from './data.ts';
import { DAYS, HOURS, WANTED_QUESTIONS } from './settings.ts';

export type Span = 'instant' | 'hour' | 'day' | 'month';

export interface Question {
  readonly name: string;
  readonly span: Span;
  readonly expression: string;
  /** Milliseconds that it is to be answered in. */
  readonly goalMs?: number;
}

export interface Grid {
  readonly startMs: number;
  readonly endMs: number;
  /** Undefined: an instant query at the end. */
  readonly stepMs: number | undefined;
}

const MS_AN_HOUR = 3_600_000;
const POINTS = 1440;
const STEP_GRID_MS = 15_000;
const GOAL_MS = 100;

/** Panels and alerts of many nodes. */
const load = `job="${JOB}"`;
/** Panels of one node. */
const one = `${load},instance="node-3.example:9090"`;
const long = `job="${LONG_JOB}"`;
/** Nine nodes with four series of a name each. */
const nine = `${load},instance=~"node-[0-8]\\\\.example:9090"`;

const INSTANT: readonly (readonly [name: string, expression: string])[] = [
  ['stat-one-gauge', `node_level_1{${one},part="part-1"}`],
  ['stat-total-rate', `sum(rate(node_events_1_total{${load}}[5m]))`],
  ['stat-p99', `histogram_quantile(0.99, sum by (le) (rate(node_step_0_seconds_bucket{${load}}[5m])))`],
  ['stat-count-by-name', `count by (__name__) ({${load}})`],
  ['table-top-increase', `topk(5, increase(node_events_3_total{${load}}[1h]))`],
  ['table-day-increase', `sum by (topic) (increase(node_events_2_total{${load}}[${HOURS}h]))`],
  ['alert-rate', `rate(node_events_2_total{${load}}[5m]) > 40`],
  ['alert-quantile-window', `quantile_over_time(0.95, node_level_1{${load}}[1h]) > 0.5`],
  [
    'alert-join',
    `node_level_0{${load}} * on (instance) group_left (version) node_feature_0_info{${load},kind="k0"} > 0`,
  ],
  ['alert-regex', `avg by (zone) (node_level_2{${load},instance=~"node-[1-4].*",part!~"part-1.*"}) > 10`],
];

const HOUR: readonly (readonly [name: string, expression: string])[] = [
  ['hour-one-rate', `rate(node_events_2_total{${one}}[1m])`],
  ['hour-rate-by-instance', `sum by (instance) (rate(node_events_3_total{${load}}[5m]))`],
  [
    'hour-p95-by-instance',
    `histogram_quantile(0.95, sum by (le, instance) (rate(node_step_1_seconds_bucket{${load}}[5m])))`,
  ],
  [
    'hour-mean-time',
    `sum(rate(node_step_1_seconds_sum{${load}}[5m])) / sum(rate(node_step_1_seconds_count{${load}}[5m]))`,
  ],
  ['hour-top-rates', `topk(5, rate(node_events_3_total{${load}}[5m]))`],
  ['hour-quantile-window', `quantile_over_time(0.9, node_level_3{${one}}[10m])`],
  ['hour-regex-sum', `sum by (part) (node_level_0{${load},instance=~"node-(1|2|3)[0-9]?\\\\..+"})`],
  [
    'hour-join-ratio',
    `rate(node_events_0_total{${load}}[5m]) / on (instance) group_left rate(node_step_0_seconds_count{${load}}[5m])`,
  ],
  ['hour-36-raw', `node_level_1{${nine}}`],
  [
    'hour-alert-and',
    `node_level_3{${load}} > 60000 and on (instance) rate(node_step_1_seconds_count{${load}}[5m]) > 1`,
  ],
];

const DAY: readonly (readonly [name: string, expression: string])[] = [
  ['day-36-raw', `node_level_1{${nine}}`],
  ['day-one-rate', `rate(node_events_1_total{${one},topic="topic-17"}[5m])`],
  ['day-rate-by-instance', `sum by (instance) (rate(node_events_1_total{${load}}[5m]))`],
  ['day-p99', `histogram_quantile(0.99, sum by (le) (rate(node_step_0_seconds_bucket{${load}}[5m])))`],
  ['day-increase-by-topic', `sum by (topic) (increase(node_events_2_total{${load}}[1h]))`],
  ['day-top-rates', `topk(10, rate(node_events_3_total{${load}}[5m]))`],
  ['day-quantile-window', `quantile_over_time(0.95, node_level_1{${nine}}[10m])`],
  ['day-max-window', `max by (zone) (max_over_time(node_level_2{${load}}[10m]))`],
  [
    'day-join',
    `sum by (version) (rate(node_events_0_total{${load}}[5m]) * on (instance) group_left (version) node_feature_0_info{${load},kind="k0"})`,
  ],
  ['day-regex-mean', `avg by (__name__) ({__name__=~"node_level_[0-3]",${load},zone!~"z2"})`],
];

const MONTH: readonly (readonly [name: string, expression: string])[] = [
  ['month-one-raw', `node_level_1{${long},part="part-1"}`],
  ['month-one-rate', `rate(node_events_1_total{${long},topic="topic-17"}[1h])`],
  ['month-sum-increase', `sum by (direction) (increase(node_events_2_total{${long}}[1h]))`],
  ['month-mean-window', `avg_over_time(node_level_3{${long}}[1h])`],
  ['month-p99', `histogram_quantile(0.99, sum by (le) (rate(node_step_1_seconds_bucket{${long}}[1h])))`],
];

const WITH_GOAL = new Set(['day-36-raw', 'month-one-raw', 'month-one-rate']);

export const QUESTIONS: readonly Question[] = [
  ...questionsOf('instant', INSTANT),
  ...questionsOf('hour', HOUR),
  ...questionsOf('day', DAY),
  ...questionsOf('month', MONTH),
].filter(({ name }) => WANTED_QUESTIONS.test(name));

/** Asked again and again beside a big one. */
export const SMALL: Question = { name: 'small', span: 'instant', expression: `sum(node_level_1{${one}})` };

/** Big ones: much to read, and much to answer. */
export const BIG: readonly Question[] = [
  {
    name: 'read 3,500 series of a day, answer 3',
    span: 'day',
    expression: `sum by (zone) (rate({__name__=~"node_(events|level|feature).*",${load}}[5m]))`,
  },
  {
    name: 'answer 800 series of a day',
    span: 'day',
    expression: `{__name__=~"node_level_.*",${load}}`,
  },
];

export function gridOf(span: Span): Grid {
  if (span === 'instant') return { startMs: END_MS, endMs: END_MS, stepMs: undefined };
  if (span === 'hour') return { startMs: END_MS - MS_AN_HOUR, endMs: END_MS, stepMs: STEP_GRID_MS };
  const lengthMs = (span === 'day' ? HOURS : 24 * DAYS) * MS_AN_HOUR;
  const stepMs = Math.max(1, Math.round(lengthMs / POINTS / STEP_GRID_MS)) * STEP_GRID_MS;
  return { startMs: END_MS - lengthMs, endMs: END_MS, stepMs };
}

function questionsOf(span: Span, pairs: readonly (readonly [name: string, expression: string])[]): Question[] {
  return pairs.map(([name, expression]) => ({
    name,
    span,
    expression,
    ...(WITH_GOAL.has(name) ? { goalMs: GOAL_MS } : {}),
  }));
}
