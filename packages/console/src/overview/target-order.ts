// Which targets come first, which are shown of many, and what their states are called. Invariant: one that is down is
// never hidden by the limit, nor named after one that is up.

import type { TargetHealth, WireTarget } from '../../../monitor/src/server/wire.ts';
import { compareNaturally, nameOf } from './figures.ts';

const RANK: Readonly<Record<TargetHealth, number>> = { down: 0, unknown: 1, up: 2 };

/** Down first, the latest to go down at the top; then those not known yet; then by name. */
export function sortTargets(targets: readonly WireTarget[]): WireTarget[] {
  return [...targets].sort((a, b) => {
    const byHealth = RANK[a.health] - RANK[b.health];
    if (byHealth !== 0) return byHealth;
    if (a.health === 'down' && a.sinceMs !== b.sinceMs) return b.sinceMs - a.sinceMs;
    return compareNaturally(nameOf(a), nameOf(b));
  });
}

/** Not known is either not yet, or not any more (a recording that has ended), and then there is a reason. */
export function stateWordOf({ health, reason }: WireTarget): 'Up' | 'Down' | 'Waiting' | 'Unknown' {
  if (health !== 'unknown') return health === 'up' ? 'Up' : 'Down';
  return reason === '' ? 'Waiting' : 'Unknown';
}

/** 1 down, 5 up: what there is of each state, the worst first. */
export function countsOf(targets: readonly WireTarget[]): string {
  const words = targets.map(stateWordOf);
  return (['Down', 'Unknown', 'Waiting', 'Up'] as const)
    .map((word) => ({ word, count: words.filter((other) => other === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word.toLowerCase()}`)
    .join(', ');
}

/** All that match the filter, or without one all that are down and others up to the limit. */
export function chosenTargets(sorted: readonly WireTarget[], filter: string, limit: number): readonly WireTarget[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length > 0) {
    return sorted.filter((target) => {
      const text = [
        target.address,
        target.health,
        target.reason,
        ...Object.entries(target.labels).map((pair) => pair.join('=')),
      ];
      const haystack = text.join(' ').toLowerCase();
      return words.every((word) => haystack.includes(word));
    });
  }
  const downCount = sorted.filter((target) => target.health === 'down').length;
  return sorted.slice(0, Math.max(limit, downCount));
}
