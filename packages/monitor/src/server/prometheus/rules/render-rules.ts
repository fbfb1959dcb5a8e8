// Groups, rules and alerts as Prometheus' JSON has them.

import type { Labels } from '../../../model/labels.ts';
import {
  type ActiveAlert,
  type AlertingRuleStatus,
  type GroupStatus,
  type RuleStatus,
  ruleName,
} from '../../../rules/interface.ts';
import { JsonText } from '../render-json.ts';
import { renderLabels } from '../render-labels.ts';

/** How Go writes a time that never was. */
const NEVER = '0001-01-01T00:00:00Z';

export interface RenderedGroup {
  readonly name: string;
  readonly file: string;
  readonly rules: readonly object[];
  readonly interval: number;
  readonly limit: number;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
}

export function renderGroup(group: GroupStatus, rules: readonly RuleStatus[], showsAlerts: boolean): RenderedGroup {
  return {
    name: group.name,
    file: group.file,
    rules: rules.map((status) =>
      status.kind === 'alerting' ? renderAlerting(status, showsAlerts) : renderRecording(status),
    ),
    interval: group.intervalMs / 1000,
    limit: group.limit,
    evaluationTime: group.lastDurationMs / 1000,
    lastEvaluation: timeText(group.lastEvaluationMs),
  };
}

function renderAlerting(status: AlertingRuleStatus, showsAlerts: boolean): object {
  const { rule, state, alerts } = status;
  return {
    state,
    name: ruleName(rule),
    query: rule.printed,
    duration: rule.forMs / 1000,
    keepFiringFor: rule.keepFiringForMs / 1000,
    labels: labelsOf(rule.labels),
    annotations: labelsOf(rule.annotations),
    alerts: showsAlerts ? alerts.map(renderAlert) : null,
    ...healthOf(status),
    type: 'alerting',
  };
}

function renderRecording(status: Extract<RuleStatus, { kind: 'recording' }>): object {
  const { rule } = status;
  return {
    name: ruleName(rule),
    query: rule.printed,
    labels: labelsOf(rule.labels),
    ...healthOf(status),
    type: 'recording',
  };
}

function healthOf({ health, lastError, lastDurationMs, lastEvaluationMs }: RuleStatus): object {
  return {
    health,
    ...(lastError === '' ? {} : { lastError }),
    evaluationTime: lastDurationMs / 1000,
    lastEvaluation: timeText(lastEvaluationMs),
  };
}

export function renderAlert({ labels, annotations, state, activeAtMs, keepFiringSinceMs, value }: ActiveAlert): object {
  return {
    labels: labelsOf(labels),
    annotations: labelsOf(annotations),
    state,
    activeAt: timeText(activeAtMs),
    ...(keepFiringSinceMs === undefined ? {} : { keepFiringSince: timeText(keepFiringSinceMs) }),
    value: exponentText(value),
  };
}

function labelsOf(labels: Labels): JsonText {
  return new JsonText(renderLabels(labels));
}

/** Without zeros at its end, as Go writes it. */
function timeText(timeMs: number | undefined): string {
  if (timeMs === undefined) return NEVER;
  return new Date(timeMs).toISOString().replace(/\.?0*Z$/, 'Z');
}

/** The fewest digits that read back as the same number, always with an exponent of two digits at least. */
function exponentText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const sign = Object.is(value, -0) ? '-' : '';
  return sign + value.toExponential().replace(/e([-+])([0-9])$/, 'e$10$2');
}
