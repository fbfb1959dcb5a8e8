// The words of rules: what a rule file defines, and what is known of each rule while it is evaluated. The definitions are
// Prometheus'; a file that is valid there is valid here.

import type { Labels } from '../model/labels.ts';

/** A rule file as it was read. A group with a problem is not among its groups. */
export interface RuleFile {
  readonly path: string;
  readonly groups: readonly RuleGroup[];
  readonly problems: readonly RuleProblem[];
}

/** What is wrong in a rule file, where, and how to mend it. */
export interface RuleProblem extends Place {
  readonly path: string;
  /** The group that is refused; undefined where the file as a whole is. */
  readonly group?: string;
  readonly message: string;
}

/** In a file; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Rules that are evaluated one after the other, at one interval. */
export interface RuleGroup {
  readonly name: string;
  readonly file: string;
  readonly place: Place;
  /** Undefined: the default of the engine. */
  readonly intervalMs?: number;
  /** How far behind the time of evaluation the rules look. Undefined: the default of the engine. */
  readonly queryOffsetMs?: number;
  /** The most series of a recording rule, or alerts of an alerting rule; 0 for no bound of the group's own. */
  readonly limit: number;
  readonly rules: readonly Rule[];
}

export type Rule = RecordingRule | AlertingRule;

interface AnyRule {
  /** As it is written. */
  readonly expression: string;
  /** On one line, as Prometheus writes it. */
  readonly printed: string;
  /** Those of the group included. */
  readonly labels: Labels;
  readonly place: Place;
  /** Where the text of the expression starts. */
  readonly expressionPlace: Place;
}

export interface RecordingRule extends AnyRule {
  readonly kind: 'recording';
  readonly record: string;
}

export interface AlertingRule extends AnyRule {
  readonly kind: 'alerting';
  readonly alert: string;
  /** How long the expression must hold before the alert fires. */
  readonly forMs: number;
  /** How long it fires on when the expression holds no more. */
  readonly keepFiringForMs: number;
  /** Values are templates, as those of the labels. */
  readonly annotations: Labels;
}

export function ruleName(rule: Rule): string {
  return rule.kind === 'recording' ? rule.record : rule.alert;
}

export type RuleHealth = 'unknown' | 'ok' | 'err';

/** What is known of a group, for people and programs. */
export interface GroupStatus {
  readonly name: string;
  readonly file: string;
  readonly intervalMs: number;
  readonly limit: number;
  readonly queryOffsetMs: number;
  /** Unix milliseconds; undefined before the first. */
  readonly lastEvaluationMs: number | undefined;
  readonly lastDurationMs: number;
  /** Evaluations that did not take place because the one before took too long. */
  readonly missedTotal: number;
  readonly rules: readonly RuleStatus[];
}

interface AnyRuleStatus {
  readonly health: RuleHealth;
  /** '' when there was none. */
  readonly lastError: string;
  readonly lastEvaluationMs: number | undefined;
  readonly lastDurationMs: number;
}

export interface RecordingRuleStatus extends AnyRuleStatus {
  readonly kind: 'recording';
  readonly rule: RecordingRule;
}

export interface AlertingRuleStatus extends AnyRuleStatus {
  readonly kind: 'alerting';
  readonly rule: AlertingRule;
  readonly state: 'unknown' | 'inactive' | 'pending' | 'firing';
  readonly alerts: readonly ActiveAlert[];
  /** Fired and over; the latest first. */
  readonly resolved: readonly ResolvedAlert[];
}

export type RuleStatus = RecordingRuleStatus | AlertingRuleStatus;

/** An alert of a rule: one label set for which the expression holds. */
export interface ActiveAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: 'pending' | 'firing';
  readonly value: number;
  readonly activeAtMs: number;
  readonly firedAtMs: number | undefined;
  /** The expression holds no more, and `keep_firing_for` keeps the alert. */
  readonly keepFiringSinceMs: number | undefined;
}

export interface ResolvedAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly value: number;
  readonly activeAtMs: number;
  readonly firedAtMs: number;
  readonly resolvedAtMs: number;
}

/** What alerts say of the monitor that they come from. */
export interface AlertOrigin {
  readonly externalLabels: Labels;
  readonly externalUrl: string;
}

/** What changed with an alert, in an evaluation. */
export interface AlertChange {
  readonly group: string;
  readonly file: string;
  readonly alert: string;
  readonly to: 'pending' | 'firing' | 'resolved' | 'dropped';
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly value: number;
  readonly activeAtMs: number;
  /** When it came to that. */
  readonly atMs: number;
}

/** One evaluation of a group, or of those of its rules that a commit concerns. */
export interface GroupEvaluation {
  readonly group: string;
  readonly file: string;
  readonly timeMs: number;
  readonly durationMs: number;
  readonly evaluations: number;
  readonly failures: readonly RuleFailure[];
  readonly changes: readonly AlertChange[];
}

export interface RuleFailure {
  readonly rule: string;
  readonly message: string;
}

/** What tells a group from all others. */
export function groupKey({ file, name }: Pick<RuleGroup, 'file' | 'name'>): string {
  return `${file};${name}`;
}
