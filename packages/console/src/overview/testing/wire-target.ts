// A target as the server tells of it, for tests that care for a few of its fields.

import type { WireTarget } from '../../../../monitor/src/server/wire.ts';

export function wireTarget(id: string, change: Partial<WireTarget> = {}): WireTarget {
  return {
    id,
    type: 'scrape',
    address: `http://${id}/metrics`,
    labels: { job: 'node', instance: id },
    health: 'up',
    reason: '',
    sinceMs: 0,
    lastCollectionMs: null,
    lastDurationMs: null,
    lastSampleCount: null,
    intervalMs: 5000,
    ...change,
  };
}
