// All groups that are evaluated, in the thread that owns the store. Who has the clock says when; a commit that changes what a
// critical rule looks at is followed by an evaluation of that rule at once.

import type { Clock } from '../../model/clock.ts';
import {
  type AlertOrigin,
  type GroupEvaluation,
  type GroupStatus,
  groupKey,
  type Rule,
  type RuleGroup,
} from '../interface.ts';
import { CommitWatch, type WatchedRule } from './commit-watch.ts';
import { type GroupParts, GroupRunner } from './group-runner.ts';

export interface RuleEngineOptions extends Omit<GroupParts, 'origin'> {
  readonly clock: Clock;
  /** Whether critical rules without `for` are evaluated on commits too. */
  readonly onCommit: boolean;
  /** Told of evaluations that nobody asked for: those on commits. */
  readonly onEvaluation: (evaluation: GroupEvaluation) => void;
}

export class RuleEngine {
  readonly #options: RuleEngineOptions;
  /** By their keys, in the order of the files. */
  #groups = new Map<string, GroupRunner>();
  #origin: AlertOrigin = { externalLabels: [], externalUrl: '' };
  readonly commits: CommitWatch;

  constructor(options: RuleEngineOptions) {
    this.#options = options;
    this.commits = new CommitWatch(options.store, options.clock, (rules) => this.#evaluateWatched(rules));
  }

  /**
   * From now on these are the groups. Groups that are as they were go on; of those that were changed the rules of the same name
   * and labels keep their state; what is no more is marked as ended.
   */
  async setGroups(groups: readonly RuleGroup[], origin: AlertOrigin, timeMs: number): Promise<void> {
    const isSameOrigin = JSON.stringify(origin) === JSON.stringify(this.#origin);
    this.#origin = origin;
    const before = this.#groups;
    const now = new Map<string, GroupRunner>();
    for (const group of groups) {
      const key = groupKey(group);
      const known = before.get(key);
      before.delete(key);
      now.set(
        key,
        known !== undefined && isSameOrigin && isSame(known.group, group) ? known : this.#made(group, known),
      );
    }
    this.#groups = now;
    for (const gone of before.values()) await gone.end(timeMs);
    const watched = this.#options.onCommit ? groups.flatMap(watchedRulesOf) : [];
    await this.commits.watch(watched);
  }

  /** @throws {RangeError} when there is no such group: the caller has another version of the rules. */
  evaluate(key: string, timeMs: number, missed: number): Promise<GroupEvaluation> {
    const group = this.#groups.get(key);
    if (group === undefined) throw new RangeError(`there is no group ${JSON.stringify(key)}`);
    return group.evaluate(timeMs, missed);
  }

  status(): readonly GroupStatus[] {
    return [...this.#groups.values()].map(({ status }) => status);
  }

  #made(group: RuleGroup, before: GroupRunner | undefined): GroupRunner {
    const made = new GroupRunner(group, { ...this.#options, origin: this.#origin });
    if (before !== undefined) made.continueFrom(before);
    return made;
  }

  async #evaluateWatched(rules: ReadonlySet<WatchedRule>): Promise<void> {
    const timeMs = this.#options.clock.nowMs();
    const byGroup = Map.groupBy(rules, ({ group }) => group);
    for (const [key, watched] of byGroup) {
      const meant = new Set<Rule>(watched.map(({ rule }) => rule));
      const evaluation = await this.#groups.get(key)?.evaluateSome((rule) => meant.has(rule), timeMs);
      if (evaluation !== undefined) this.#options.onEvaluation(evaluation);
    }
  }
}

function watchedRulesOf(group: RuleGroup): readonly WatchedRule[] {
  const key = groupKey(group);
  return group.rules.flatMap((rule) => (isUrgent(rule) ? [{ group: key, rule }] : []));
}

/** What fires at once when its expression holds, and wakes somebody. */
function isUrgent(rule: Rule): boolean {
  return (
    rule.kind === 'alerting' &&
    rule.forMs === 0 &&
    rule.labels.some(({ name, value }) => name === 'severity' && value === 'critical')
  );
}

function isSame(one: RuleGroup, other: RuleGroup): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
