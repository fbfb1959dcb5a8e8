// After a restart: since when alerts were active before it. What is stored in ALERTS_FOR_STATE says so, unless the outage was
// too long. What was firing fires on at the next evaluation; what was pending does not count the outage.
// https://prometheus.io/docs/prometheus/latest/command-line/prometheus/ (--rules.alert.for-outage-tolerance, …-grace-period)

import { labelsKey, METRIC_NAME } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import { bitsOf, isStaleAt } from '../../model/staleness.ts';
import type { Queryable } from '../../storage/interface.ts';
import { ALERTS_FOR_STATE, type AlertingRunner } from './alerting-runner.ts';

export interface RestoreOptions {
  /** A longer outage is not made up for. */
  readonly outageToleranceMs: number;
  /** The least that a restored alert waits before it fires; what has a shorter `for` starts anew. */
  readonly forGracePeriodMs: number;
}

/** Gives the active alerts of a rule their times back. */
export async function restoreAlerts(
  runner: AlertingRunner,
  queryable: Queryable,
  nowMs: number,
  { outageToleranceMs, forGracePeriodMs }: RestoreOptions,
): Promise<void> {
  const { rule } = runner;
  const active = new Set(runner.activeKeys());
  if (active.size === 0 || rule.forMs < forGracePeriodMs) return;
  const request = { matchers: matchersOf(runner), minTimeMs: nowMs - outageToleranceMs, maxTimeMs: nowMs };
  for await (const { labels, timestampsMs, values } of queryable.select(request)) {
    const last = values.length - 1;
    const key = labelsKey(labels.filter(({ name }) => name !== METRIC_NAME));
    if (last < 0 || !active.has(key) || isStaleAt(bitsOf(values), last)) continue;
    const activeAtMs = restoredTime({
      downAtMs: timestampsMs[last]!,
      activeAtMs: values[last]! * 1000,
      forMs: rule.forMs,
      forGracePeriodMs,
      nowMs,
    });
    runner.restore(key, activeAtMs);
  }
}

interface Outage {
  readonly downAtMs: number;
  readonly activeAtMs: number;
  readonly forMs: number;
  readonly forGracePeriodMs: number;
  readonly nowMs: number;
}

/** Since when the alert counts as active. */
export function restoredTime({ downAtMs, activeAtMs, forMs, forGracePeriodMs, nowMs }: Outage): number {
  const remainingMs = forMs - (downAtMs - activeAtMs);
  if (remainingMs <= 0) return activeAtMs;
  if (remainingMs < forGracePeriodMs) return nowMs + forGracePeriodMs - forMs;
  return activeAtMs + (nowMs - downAtMs);
}

/** Labels that are templates may have any value. */
function matchersOf({ rule }: AlertingRunner): Matcher[] {
  const fixed = rule.labels.filter(({ value }) => !value.includes('{{'));
  return [
    { name: METRIC_NAME, operator: '=', value: ALERTS_FOR_STATE },
    { name: 'alertname', operator: '=', value: rule.alert },
    ...fixed
      .filter(({ name }) => name !== 'alertname')
      .map(({ name, value }) => ({ name, operator: '=' as const, value })),
  ];
}
