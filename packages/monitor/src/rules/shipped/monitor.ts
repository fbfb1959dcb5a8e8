// Alerts of the monitor itself: who watches must be watched.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS } from './phrases.ts';

export const MONITOR_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'Watchdog',
    component: 'monitor',
    severity: 'none',
    metrics: [],
    expression: () => 'vector(1)',
    summary:
      'The monitor evaluates its rules: this alert always fires, and whoever receives it must alarm when it stops',
    description: 'It is no problem. It ends when the monitor, its rules or the way to you are broken.',
  },
  {
    name: 'RuleEvaluationFailing',
    component: 'monitor',
    severity: 'critical',
    metrics: ['chainpulse_rule_evaluation_failures_total'],
    expression: ({ select }) => `increase(${select('chainpulse_rule_evaluation_failures_total')}[5m]) > 0`,
    forMs: () => MINUTE_MS,
    summary:
      'Rules of group {{ $labels.group }} cannot be evaluated: see the rules page for the reason; until then their alerts are silent',
    description:
      '{{ $value | humanize }} evaluations failed in five minutes. The page and the log name each rule and its error.',
  },
  {
    name: 'RuleEvaluationsMissed',
    component: 'monitor',
    severity: 'warning',
    metrics: ['chainpulse_rule_group_iterations_missed_total'],
    expression: ({ select }) => `increase(${select('chainpulse_rule_group_iterations_missed_total')}[10m]) > 0`,
    forMs: () => 5 * MINUTE_MS,
    summary:
      'Group {{ $labels.group }} takes longer than its interval and missed {{ $value | humanize }} evaluations: make its rules cheaper, or the interval longer',
    description: 'Alerts come late. The page tells how long each rule takes.',
  },
  {
    name: 'CardinalityLimitHit',
    component: 'monitor',
    severity: 'warning',
    metrics: ['chainpulse_series_dropped_total'],
    expression: ({ select }) =>
      `sum without (reason) (increase(${select('chainpulse_series_dropped_total')}[10m])) > 0`,
    summary: 'The monitor refused {{ $value | humanize }} series: find the metric with an unbounded label',
    description: 'Series beyond the limit are not stored, and rules do not see them.',
  },
];
