// Evaluates the rules of one group, one after the other, so that a rule sees what those before it have recorded at the same time.
// A rule that fails hinders no other.

import type { QueryEngine } from '../../promql/interface.ts';
import type { Appender, AppendOutcome, Queryable } from '../../storage/interface.ts';
import {
  type AlertChange,
  type AlertOrigin,
  type GroupEvaluation,
  type GroupStatus,
  type Rule,
  type RuleFailure,
  type RuleGroup,
  ruleName,
} from '../interface.ts';
import type { RuleLimits } from '../limits.ts';
import { AlertingRunner } from './alerting-runner.ts';
import { RecordingRunner } from './recording-runner.ts';
import { type RestoreOptions, restoreAlerts } from './restore.ts';
import type { ResultSeries } from './result-series.ts';
import type { RuleRunner, RunState } from './rule-runner.ts';

export interface GroupParts {
  readonly queries: QueryEngine;
  readonly store: Appender & Queryable;
  readonly origin: AlertOrigin;
  readonly limits: RuleLimits;
  /** Undefined: there is nothing before the first evaluation. */
  readonly restore: RestoreOptions | undefined;
  /** Of groups that say nothing of it. */
  readonly defaultIntervalMs: number;
  readonly defaultOffsetMs: number;
  /** Milliseconds since any fixed moment. */
  readonly monotonicMs: () => number;
}

/** Before what was before the start is looked up: at the first, targets may not have been collected, nor rules before have recorded. */
const EVALUATIONS_BEFORE_RESTORE = 2;

interface RunningRule {
  readonly rule: Rule;
  readonly runner: RuleRunner;
  readonly state: RunState;
}

export class GroupRunner {
  readonly group: RuleGroup;
  readonly #parts: GroupParts;
  readonly #rules: readonly RunningRule[];
  /** Series of rules that are no more. */
  #ended: ResultSeries[] = [];
  #lastEvaluationMs: number | undefined;
  #lastDurationMs = 0;
  #missedTotal = 0;
  /** Of the schedule. */
  #evaluationsTotal = 0;
  /** Evaluations wait for each other: those of the schedule, and those of a commit. */
  #running: Promise<unknown> = Promise.resolve();

  constructor(group: RuleGroup, parts: GroupParts) {
    this.group = group;
    this.#parts = parts;
    this.#rules = group.rules.map((rule) => ({
      rule,
      runner:
        rule.kind === 'recording'
          ? new RecordingRunner(rule, parts.limits)
          : new AlertingRunner(rule, parts.limits, parts.origin, { isRestored: parts.restore === undefined }),
      state: { health: 'unknown', lastError: '', lastEvaluationMs: undefined, lastDurationMs: 0 },
    }));
  }

  get intervalMs(): number {
    return this.group.intervalMs ?? this.#parts.defaultIntervalMs;
  }

  get status(): GroupStatus {
    const { name, file, limit } = this.group;
    return {
      name,
      file,
      limit,
      intervalMs: this.intervalMs,
      queryOffsetMs: this.#offsetMs,
      lastEvaluationMs: this.#lastEvaluationMs,
      lastDurationMs: this.#lastDurationMs,
      missedTotal: this.#missedTotal,
      rules: this.#rules.map(({ runner, state }) => runner.status(state)),
    };
  }

  /** Goes on where an older version of the group stands: rules of the same name and labels keep what they know. */
  continueFrom(other: GroupRunner): void {
    this.#lastEvaluationMs = other.#lastEvaluationMs;
    this.#lastDurationMs = other.#lastDurationMs;
    this.#missedTotal = other.#missedTotal;
    this.#evaluationsTotal = other.#evaluationsTotal;
    const before = new Map<string, RunningRule[]>();
    for (const rule of other.#rules) {
      const { identity } = rule.runner;
      before.set(identity, [...(before.get(identity) ?? []), rule]);
    }
    for (const { runner, state } of this.#rules) {
      const same = before.get(runner.identity)?.shift();
      if (same === undefined) continue;
      runner.continueFrom(same.runner);
      Object.assign(state, same.state);
    }
    this.#ended = [...other.#ended, ...[...before.values()].flat().map(({ runner }) => runner.series)];
    this.#running = other.#running;
  }

  /** `missed` evaluations did not take place before this one. */
  evaluate(timeMs: number, missed: number): Promise<GroupEvaluation> {
    this.#missedTotal += missed;
    return this.#inTurn(async () => {
      this.#evaluationsTotal++;
      // What a commit has evaluated since needs no more.
      const due = this.#rules.filter(({ state }) => (state.lastEvaluationMs ?? Number.NEGATIVE_INFINITY) < timeMs);
      const evaluation = await this.#evaluateRules(due, timeMs);
      this.#lastEvaluationMs = timeMs;
      this.#lastDurationMs = evaluation.durationMs;
      await this.#endSeries(timeMs);
      return evaluation;
    });
  }

  /** Some of the rules alone, between two evaluations of the schedule. */
  evaluateSome(isMeant: (rule: Rule) => boolean, timeMs: number): Promise<GroupEvaluation> {
    return this.#inTurn(() => {
      const meant = this.#rules.filter(({ rule }) => isMeant(rule));
      const latestMs = Math.max(...meant.map(({ state }) => state.lastEvaluationMs ?? Number.NEGATIVE_INFINITY));
      // Times of results only rise.
      return this.#evaluateRules(meant, Math.max(timeMs, latestMs + 1));
    });
  }

  /** Marks everything that the group has written as ended. */
  end(timeMs: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#ended.push(...this.#rules.map(({ runner }) => runner.series));
      await this.#endSeries(timeMs);
    });
  }

  get #offsetMs(): number {
    return this.group.queryOffsetMs ?? this.#parts.defaultOffsetMs;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#running.then(work, work);
    this.#running = result.catch(() => {});
    return result;
  }

  async #evaluateRules(rules: readonly RunningRule[], timeMs: number): Promise<GroupEvaluation> {
    const { name, file } = this.group;
    const { monotonicMs } = this.#parts;
    const startMs = monotonicMs();
    const failures: RuleFailure[] = [];
    const changes: AlertChange[] = [];
    for (const running of rules) {
      const { rule, state } = running;
      const ruleStartMs = monotonicMs();
      state.lastError = await this.#evaluateRule(running, timeMs, changes).catch(messageOf);
      state.health = state.lastError === '' ? 'ok' : 'err';
      if (state.health === 'err') failures.push({ rule: ruleName(rule), message: state.lastError });
      state.lastEvaluationMs = timeMs;
      state.lastDurationMs = monotonicMs() - ruleStartMs;
    }
    return {
      group: name,
      file,
      timeMs,
      durationMs: monotonicMs() - startMs,
      evaluations: rules.length,
      failures,
      changes,
    };
  }

  /** What went wrong; '' when nothing did. */
  async #evaluateRule({ rule, runner }: RunningRule, timeMs: number, changes: AlertChange[]): Promise<string> {
    const { queries, store, limits, restore } = this.#parts;
    const offsetMs = this.#offsetMs;
    const timeoutMs = Math.max(this.intervalMs, limits.minTimeoutMs);
    const result = await runner.evaluate(
      (expression, atMs) => queries.instant({ expression, timeMs: atMs, timeoutMs }),
      { timeMs, offsetMs, limit: this.group.limit },
    );
    const { name: group, file } = this.group;
    changes.push(...result.changes.map((change) => ({ group, file, alert: ruleName(rule), ...change })));
    if (result.failure !== undefined) return result.failure;
    const outcome = await runner.series.write(store, result.rows, timeMs - offsetMs);
    const isDue = restore !== undefined && this.#evaluationsTotal >= EVALUATIONS_BEFORE_RESTORE;
    if (isDue && runner instanceof AlertingRunner && !runner.isRestored) {
      await restoreAlerts(runner, store, timeMs, restore);
      runner.isRestored = true;
    }
    return outcome === undefined ? '' : refusalOf(outcome);
  }

  async #endSeries(timeMs: number): Promise<void> {
    const ended = this.#ended;
    this.#ended = [];
    for (const series of ended) await series.end(this.#parts.store, timeMs - this.#offsetMs);
  }
}

/** '' when everything was stored. */
function refusalOf({ rejectedSamples, refusedBecause }: AppendOutcome): string {
  const reasons = Object.entries(rejectedSamples).filter(([reason, count]) => count > 0 && reason !== 'unknown_series');
  if (reasons.length === 0) return '';
  const counted = reasons.map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`).join(', ');
  const because = refusedBecause === undefined ? '' : ` (${refusedBecause})`;
  return `results were not stored: ${counted}${because}; another rule may write the same series`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
