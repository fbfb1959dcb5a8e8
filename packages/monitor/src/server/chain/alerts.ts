// `/api/chain/v1/alerts`: every alert that is pending, firing or was resolved lately, with its rule and what to draw of it,
// and the rules that fail. Invariant: an alert keeps its id from its first evaluation to its last, so that an address that
// names it stays good; and where the limit cuts, what is over goes first, then what is pending, then what is less severe.

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../model/clock.ts';
import { labelsKey, labelsToRecord, labelValue } from '../../model/labels.ts';
import {
  type ActiveAlert,
  type AlertingRuleStatus,
  type GroupStatus,
  groupKey,
  type ResolvedAlert,
  ruleName,
} from '../../rules/interface.ts';
import { refuse } from '../refusal.ts';
import type { RouteTable } from '../route-table.ts';
import type { AlertState, WireAlert, WireAlertRule, WireAlerts, WireRuleCounts, WireRuleFailure } from '../wire.ts';
import { chartedExpression } from './charted-expression.ts';

export interface AlertRoutesDeps {
  readonly engine: { ruleGroups(): Promise<readonly GroupStatus[]> };
  readonly clock: Clock;
}

/** Alerts in an answer that asks for no other number of them. */
const DEFAULT_ALERTS = 1000;
/** Alerts in any answer. */
const MAX_ALERTS = 10_000;
/** Rules that fail, in an answer; `rules.failing` counts all. */
const MAX_FAILURES = 1000;
const STATES: readonly AlertState[] = ['firing', 'pending', 'resolved'];
const SEVERITY_LEVELS: Readonly<Record<string, number>> = { critical: 5, high: 4, warning: 3, low: 2, info: 1 };
/** Of what always fires: that it does says that alerting works. */
const SIGNAL_SEVERITY = 'none';
const OWN_RUNBOOK = /\/runbooks\/([A-Za-z][A-Za-z0-9]{0,99})$/;
const ID_CHARACTERS = 12;

interface Wanted {
  /** Of each what is listed, or everything. */
  readonly states: ReadonlySet<string> | undefined;
  readonly severities: ReadonlySet<string> | undefined;
  readonly components: ReadonlySet<string> | undefined;
  readonly limit: number;
}

/** An alert with what decides whether it is in the answer, and where. */
interface Found {
  readonly alert: ActiveAlert | ResolvedAlert;
  readonly state: AlertState;
  readonly severity: string;
  readonly level: number;
  readonly latestMs: number;
  readonly status: AlertingRuleStatus;
  readonly group: GroupStatus;
}

export function addAlertRoutes(routes: RouteTable, deps: AlertRoutesDeps): void {
  routes.add({
    path: '/api/chain/v1/alerts',
    methods: ['GET'],
    scope: 'read',
    handler: (request, reply) => answer(request, reply, deps),
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { engine, clock }: AlertRoutesDeps,
): Promise<FastifyReply> {
  const wanted = readWanted(request.query as Record<string, string | readonly string[]>);
  if (typeof wanted === 'string') {
    return refuse(request, reply, { status: 400, code: 'alerts_parameter_invalid', message: wanted });
  }
  const groups = await engine.ruleGroups();
  return reply.send(alertsOf(groups, wanted, clock.nowMs()));
}

function alertsOf(groups: readonly GroupStatus[], wanted: Wanted, timeMs: number): WireAlerts {
  const all = groups.flatMap(foundIn);
  const matching = all.filter((found) => isWanted(found, wanted));
  const kept = matching.toSorted(
    (one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state) || worstFirst(one, other),
  );
  const rules = new Map<AlertingRuleStatus, WireAlertRule>();
  const alerts = kept.slice(0, wanted.limit).toSorted(worstFirst);
  return {
    timeMs,
    counts: { firing: countOf(all, 'firing'), pending: countOf(all, 'pending'), resolved: countOf(all, 'resolved') },
    matched: matching.length,
    rules: countsOf(groups),
    alerts: alerts.map((found) => wireAlert(found, wireRule(found, rules))),
    failures: failuresOf(groups).slice(0, MAX_FAILURES),
  };
}

/** The parameters, or what is wrong with them. */
function readWanted(query: Readonly<Record<string, string | readonly string[]>>): Wanted | string {
  const known = ['state', 'severity', 'component', 'limit'];
  if (Object.keys(query).some((name) => !known.includes(name))) {
    return `There are these parameters: ${known.join(', ')}.`;
  }
  const chosen = (name: string): ReadonlySet<string> | undefined => {
    const given = query[name];
    return given === undefined ? undefined : new Set([given].flat());
  };
  const states = chosen('state');
  if (states !== undefined && [...states].some((state) => !STATES.some((known) => known === state))) {
    return `state must be one of ${STATES.join(', ')}; it may be given more than once.`;
  }
  const limit = query['limit'] ?? String(DEFAULT_ALERTS);
  if (typeof limit !== 'string' || !/^\d{1,5}$/.test(limit) || Number(limit) > MAX_ALERTS) {
    return `limit must be one whole number up to ${MAX_ALERTS}.`;
  }
  return { states, severities: chosen('severity'), components: chosen('component'), limit: Number(limit) };
}

function foundIn(group: GroupStatus): readonly Found[] {
  return group.rules.flatMap((status) => {
    if (status.kind !== 'alerting') return [];
    return [
      ...status.alerts.map((alert) => foundOf(alert, alert.state, alert.firedAtMs ?? alert.activeAtMs, status, group)),
      ...status.resolved.map((alert) => foundOf(alert, 'resolved', alert.resolvedAtMs, status, group)),
    ];
  });
}

function foundOf(
  alert: ActiveAlert | ResolvedAlert,
  state: AlertState,
  latestMs: number,
  status: AlertingRuleStatus,
  group: GroupStatus,
): Found {
  const severity = labelValue(alert.labels, 'severity');
  const level = Object.hasOwn(SEVERITY_LEVELS, severity) ? (SEVERITY_LEVELS[severity] ?? 0) : 0;
  return { alert, state, severity, level, latestMs, status, group };
}

function isWanted({ alert, state, severity }: Found, { states, severities, components }: Wanted): boolean {
  return (
    (states?.has(state) ?? true) &&
    (severities?.has(severity) ?? true) &&
    (components?.has(labelValue(alert.labels, 'component')) ?? true)
  );
}

function countOf(all: readonly Found[], wanted: AlertState): number {
  return all.filter(({ state, severity }) => state === wanted && severity !== SIGNAL_SEVERITY).length;
}

function worstFirst(one: Found, other: Found): number {
  return other.level - one.level || other.latestMs - one.latestMs;
}

function wireAlert({ alert, state, severity, level, status, group }: Found, rule: WireAlertRule): WireAlert {
  const annotations = labelsToRecord(alert.annotations);
  const { rule: definition } = status;
  const text = annotations['summary'] || annotations['description'] || definition.alert;
  const runbookUrl = annotations['runbook_url'] || null;
  return {
    id: idOf(alert, status, group),
    name: definition.alert,
    state,
    severity,
    severityLevel: level,
    component: labelValue(alert.labels, 'component'),
    summary: text,
    labels: labelsToRecord(alert.labels),
    annotations,
    value: valueText(alert.value),
    activeAtMs: alert.activeAtMs,
    firedAtMs: alert.firedAtMs ?? null,
    resolvedAtMs: 'resolvedAtMs' in alert ? alert.resolvedAtMs : null,
    keepFiringSinceMs: 'keepFiringSinceMs' in alert ? (alert.keepFiringSinceMs ?? null) : null,
    runbookUrl,
    runbookName: OWN_RUNBOOK.exec(runbookUrl ?? '')?.[1] ?? null,
    rule,
  };
}

/** What the alert is, and since when in whole seconds: what is stored of it over a restart knows no less. */
function idOf(alert: ActiveAlert | ResolvedAlert, { rule }: AlertingRuleStatus, group: GroupStatus): string {
  const identity = JSON.stringify([groupKey(group), rule.alert, labelsKey(rule.labels), labelsKey(alert.labels)]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, ID_CHARACTERS);
  return `${hash}-${Math.floor(alert.activeAtMs / 1000)}`;
}

/** Made once for all alerts of a rule. */
function wireRule({ status, group }: Found, made: Map<AlertingRuleStatus, WireAlertRule>): WireAlertRule {
  const known = made.get(status);
  if (known !== undefined) return known;
  const { rule, state, health, lastError, lastEvaluationMs, lastDurationMs } = status;
  const { expression, threshold } = chartedExpression(rule.printed);
  const wire: WireAlertRule = {
    group: group.name,
    file: group.file,
    line: rule.place.line,
    expression: rule.printed,
    chartExpression: expression,
    threshold: threshold === undefined || !Number.isFinite(threshold.value) ? null : threshold,
    labels: labelsToRecord(rule.labels),
    state,
    forMs: rule.forMs,
    keepFiringForMs: rule.keepFiringForMs,
    intervalMs: group.intervalMs,
    health,
    lastError,
    lastEvaluationMs: lastEvaluationMs ?? null,
    lastDurationMs,
  };
  made.set(status, wire);
  return wire;
}

function countsOf(groups: readonly GroupStatus[]): WireRuleCounts {
  const rules = groups.flatMap((group) => group.rules);
  const evaluatedMs = groups.flatMap(({ lastEvaluationMs }) => lastEvaluationMs ?? []);
  return {
    groups: groups.length,
    alerting: rules.filter(({ kind }) => kind === 'alerting').length,
    recording: rules.filter(({ kind }) => kind === 'recording').length,
    failing: rules.filter(({ health }) => health === 'err').length,
    lastEvaluationMs: evaluatedMs.length === 0 ? null : evaluatedMs.reduce((one, other) => Math.max(one, other)),
  };
}

function failuresOf(groups: readonly GroupStatus[]): WireRuleFailure[] {
  return groups.flatMap((group) =>
    group.rules
      .filter(({ health }) => health === 'err')
      .map(({ kind, rule, lastError }) => ({
        name: ruleName(rule),
        kind,
        group: group.name,
        file: group.file,
        line: rule.place.line,
        error: lastError,
      })),
  );
}

function valueText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
