// That no metric is only declared: one that is made and never written shows a 0 that nobody measured, and the rules about it
// can never fire.

import type { FamilySnapshot } from '../snapshot/snapshot.ts';
import { MetricsAssertionError } from './failures.ts';
import { amountAt, type SnapshotHolder } from './metrics-probe.ts';

export interface EveryMetricOptions {
  /** Names of metrics that the test cannot bring about. */
  readonly except?: readonly string[];
}

/**
 * Fails with every metric that has no series, and every counter and histogram that is still at 0. To be called after a run
 * of everything that a node does. A name in `except` that was recorded fails as well, so that the list stays true.
 * @throws {MetricsAssertionError}
 */
export function assertEveryMetricRecorded(source: SnapshotHolder, { except = [] }: EveryMetricOptions = {}): void {
  const { families } = source.snapshot();
  const excepted = new Set(except);
  const known = new Set(families.map(({ name }) => name));
  const failures = families.flatMap((family) => {
    const reason = whyUnrecorded(family);
    if (excepted.has(family.name)) return reason === undefined ? [`${family.name}: excepted, and yet recorded`] : [];
    return reason === undefined ? [] : [`${family.name}: ${reason}`];
  });
  for (const name of excepted) if (!known.has(name)) failures.push(`${name}: excepted, and there is no such metric`);
  if (failures.length > 0) throw new MetricsAssertionError('Not every metric was recorded', failures);
}

function whyUnrecorded(family: FamilySnapshot): string | undefined {
  if (family.points.length === 0) return 'has no series, so it was never set';
  if (family.type === 'gauge' || family.type === 'info' || family.type === 'stateset') return undefined;
  return family.points.every((_, i) => amountAt(family, i) === 0) ? 'is still at 0' : undefined;
}
