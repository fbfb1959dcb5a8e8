// The alerts of one rule: pending while the expression holds for less than `for`, firing then, kept by `keep_firing_for`, and
// gone. The same steps at the same times as in Prometheus. Invariant: an alert is known by its labels, and what is firing is
// never forgotten without a change that says so.
// https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/

import type { Labels } from '../../model/labels.ts';
import type { ActiveAlert, AlertChange, AlertingRule, ResolvedAlert } from '../interface.ts';

/** What the expression and the templates gave for one label set. */
export interface FoundAlert {
  readonly key: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly value: number;
}

interface Alert {
  readonly labels: Labels;
  annotations: Labels;
  value: number;
  state: 'pending' | 'firing';
  activeAtMs: number;
  firedAtMs: number | undefined;
  keepFiringSinceMs: number | undefined;
}

export type StateChange = Omit<AlertChange, 'group' | 'file' | 'alert'>;

export class AlertStates {
  /** By the key of their labels. */
  #active = new Map<string, Alert>();
  /** The latest first. */
  #resolved: ResolvedAlert[] = [];
  readonly #maxResolved: number;

  constructor(maxResolved: number) {
    this.#maxResolved = maxResolved;
  }

  get active(): readonly ActiveAlert[] {
    return [...this.#active.values()];
  }

  get resolved(): readonly ResolvedAlert[] {
    return this.#resolved;
  }

  /** Goes on where another version of the same rule stands. */
  continueFrom(other: AlertStates): void {
    this.#active = other.#active;
    this.#resolved = other.#resolved;
  }

  /** Since when an alert that is active is so in truth: it was so before a restart. */
  restore(key: string, activeAtMs: number): void {
    const alert = this.#active.get(key);
    if (alert !== undefined) alert.activeAtMs = activeAtMs;
  }

  /** Takes what an evaluation found; how many alerts are active then, and what changed. */
  update(found: readonly FoundAlert[], timeMs: number, rule: AlertingRule): readonly StateChange[] {
    const changes: StateChange[] = [];
    const isFound = new Set<string>();
    for (const { key, labels, annotations, value } of found) {
      isFound.add(key);
      const known = this.#active.get(key);
      if (known === undefined) {
        this.#active.set(key, newAlert(labels, annotations, value, timeMs));
      } else {
        known.annotations = annotations;
        known.value = value;
        known.keepFiringSinceMs = undefined;
      }
    }
    for (const [key, alert] of this.#active) {
      if (!isFound.has(key) && !this.#isKept(alert, timeMs, rule)) {
        this.#active.delete(key);
        changes.push(changeOf(alert, alert.state === 'firing' ? 'resolved' : 'dropped', timeMs));
        if (alert.state === 'firing') this.#keepResolved(alert, timeMs);
        continue;
      }
      this.#advance(alert, timeMs, rule, changes);
    }
    return changes;
  }

  /** Forgets them all, as when there are too many. */
  clear(timeMs: number): readonly StateChange[] {
    const changes = [...this.#active.values()].map((alert) =>
      changeOf(alert, alert.state === 'firing' ? 'resolved' : 'dropped', timeMs),
    );
    this.#active.clear();
    return changes;
  }

  #isKept(alert: Alert, timeMs: number, { keepFiringForMs }: AlertingRule): boolean {
    if (alert.state !== 'firing' || keepFiringForMs === 0) return false;
    alert.keepFiringSinceMs ??= timeMs;
    return timeMs - alert.keepFiringSinceMs < keepFiringForMs;
  }

  #advance(alert: Alert, timeMs: number, { forMs }: AlertingRule, changes: StateChange[]): void {
    const holds = timeMs - alert.activeAtMs >= forMs;
    if (alert.state === 'pending' && holds) {
      alert.state = 'firing';
      alert.firedAtMs = timeMs;
      changes.push(changeOf(alert, 'firing', timeMs));
    } else if (alert.state === 'firing' && !holds) {
      // The rule was given a longer `for`.
      alert.state = 'pending';
      alert.firedAtMs = undefined;
      alert.keepFiringSinceMs = undefined;
      changes.push(changeOf(alert, 'pending', timeMs));
    } else if (alert.state === 'pending' && alert.activeAtMs === timeMs) {
      changes.push(changeOf(alert, 'pending', timeMs));
    }
  }

  #keepResolved({ labels, annotations, value, activeAtMs, firedAtMs }: Alert, timeMs: number): void {
    const resolved = {
      labels,
      annotations,
      value,
      activeAtMs,
      firedAtMs: firedAtMs ?? activeAtMs,
      resolvedAtMs: timeMs,
    };
    this.#resolved = [resolved, ...this.#resolved].slice(0, this.#maxResolved);
  }
}

function newAlert(labels: Labels, annotations: Labels, value: number, timeMs: number): Alert {
  return {
    labels,
    annotations,
    value,
    state: 'pending',
    activeAtMs: timeMs,
    firedAtMs: undefined,
    keepFiringSinceMs: undefined,
  };
}

function changeOf({ labels, annotations, value, activeAtMs }: Alert, to: AlertChange['to'], atMs: number): StateChange {
  return { to, labels, annotations, value, activeAtMs, atMs };
}
