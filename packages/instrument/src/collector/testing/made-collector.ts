// A collector with one metric of each kind, and what its registry shows afterwards.

import { bounded } from '../../labels.ts';
import { Registry } from '../../registry.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { MetricsCollectorOptions } from '../collector-options.ts';
import { MetricsCollector } from '../metrics-collector.ts';
import { ManualClock } from './manual-clock.ts';

export interface Made {
  readonly registry: Registry;
  readonly collector: MetricsCollector;
  readonly clock: ManualClock;
}

/** A collector with one metric of each kind. */
export function make(options: Partial<MetricsCollectorOptions> = {}): Made {
  const registry = options.registry ?? new Registry({ lint: 'off', nowMs: () => 0 });
  const clock = new ManualClock();
  const collector = new MetricsCollector({ registry, clock, ...options });
  const help = 'Help.';
  collector.define({ type: 'counter', name: 'plain_total', help });
  collector.define({ type: 'counter', name: 'votes_total', help, labels: { type: ['prepare', 'commit'] } });
  collector.define({ type: 'counter', name: 'peers_total', help, labels: { peer: bounded(100) } });
  collector.define({ type: 'gauge', name: 'height', help });
  collector.define({ type: 'gauge', name: 'peer_height', help, labels: { peer: bounded(100) } });
  collector.define({ type: 'histogram', name: 'wait_seconds', help, buckets: [1, 2] });
  collector.define({
    type: 'histogram',
    name: 'apply_seconds',
    help,
    buckets: [1, 2],
    labels: { stage: bounded(9), outcome: ['ok', 'error'] },
  });
  collector.define({ type: 'exponential', name: 'verify_seconds', help });
  collector.define({ type: 'info', name: 'build_info', help, labels: { version: bounded(1) } });
  collector.define({ type: 'stateset', name: 'sync_state', help, labels: { state: ['behind', 'synced'] } });
  return { registry, collector, clock };
}

/** Every series with what it counts, by a text such as `votes_total{type=commit}`. */
export function values({ families }: Snapshot): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const family of families) {
    if (family.name.startsWith('chain_runtime_')) continue;
    for (const point of family.points) {
      const labels = point.labels.map(({ name, value }) => `${name}=${value}`).join(',');
      shown[`${family.name}${labels === '' ? '' : `{${labels}}`}`] =
        'value' in point ? point.value : countAndSum(point);
    }
  }
  return shown;
}

function countAndSum(point: object): unknown {
  if ('counts' in point && 'sum' in point) return [...(point.counts as number[]), point.sum];
  return point;
}

export function value({ registry }: Made, series: string): unknown {
  return values(registry.snapshot())[series];
}
