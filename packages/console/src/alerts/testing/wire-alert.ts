// An alert as the server tells of it, for tests that care for a few of its fields.

import type { WireAlert, WireAlertRule } from '../../../../monitor/src/server/wire.ts';

export const NOW_MS = 1_700_000_000_000;

export function wireAlert(change: Partial<WireAlert> = {}, rule: Partial<WireAlertRule> = {}): WireAlert {
  return {
    id: `0a1b2c3d4e5f-${NOW_MS / 1000 - 300}`,
    name: 'NodeDown',
    state: 'firing',
    severity: 'critical',
    severityLevel: 5,
    component: 'node',
    summary: 'rpc-1 does not answer',
    labels: { alertname: 'NodeDown', instance: 'rpc-1', job: 'node', severity: 'critical' },
    annotations: {},
    value: '0',
    activeAtMs: NOW_MS - 300_000,
    firedAtMs: NOW_MS - 180_000,
    resolvedAtMs: null,
    keepFiringSinceMs: null,
    runbookUrl: null,
    runbookName: null,
    rule: {
      group: 'nodes',
      file: 'rules.yaml',
      line: 3,
      expression: 'up == 0',
      chartExpression: 'up',
      threshold: { value: 0, operator: '==' },
      labels: { severity: 'critical' },
      state: 'firing',
      forMs: 120_000,
      keepFiringForMs: 0,
      intervalMs: 15_000,
      health: 'ok',
      lastError: '',
      lastEvaluationMs: NOW_MS,
      lastDurationMs: 1,
      ...rule,
    },
    ...change,
  };
}
