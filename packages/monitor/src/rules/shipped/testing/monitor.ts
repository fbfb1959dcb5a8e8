// Unit tests of the alerts of the monitor itself.

import type { AlertTest } from './alert-test.ts';

const OF = 'job="chainpulse",instance="monitor:8090",chain="",node=""';
const GROUP = `group="chainpulse-node",${OF}`;
const FAILURES = `chainpulse_rule_evaluation_failures_total{${GROUP}}`;
const MISSED = `chainpulse_rule_group_iterations_missed_total{${GROUP}}`;
const DROPPED = `chainpulse_series_dropped_total{reason="global_limit",${OF}}`;
const MONITOR = { job: 'chainpulse', instance: 'monitor:8090', chain: '', node: '' } as const;
const OF_GROUP = { ...MONITOR, group: 'chainpulse-node' } as const;

export const MONITOR_TESTS: readonly AlertTest[] = [
  {
    // It always fires: that it ends is for its receiver to see.
    alert: 'Watchdog',
    incident: {},
    fires: { at: '0s', value: 1, labels: { job: '', instance: '', chain: '', node: '' } },
  },
  {
    alert: 'RuleEvaluationFailing',
    incident: { [FAILURES]: '0x20 1+1x20 21x60' },
    quietUntil: '6m',
    fires: { at: '8m', value: 12, labels: OF_GROUP },
    clearAt: '16m',
    calm: { [FAILURES]: '0x40' },
  },
  {
    alert: 'RuleEvaluationsMissed',
    incident: { [MISSED]: '0x20 1+1x60 61x60' },
    quietUntil: '9m',
    fires: { at: '20m', value: 40, labels: OF_GROUP },
    clearAt: '31m',
    calm: { [MISSED]: '0x80' },
  },
  {
    alert: 'CardinalityLimitHit',
    incident: { [DROPPED]: '0x20 5x60' },
    quietUntil: '5m',
    fires: { at: '6m', value: 5, labels: MONITOR },
    clearAt: '16m',
    calm: { [DROPPED]: '0x40' },
  },
];
