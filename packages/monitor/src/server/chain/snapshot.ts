// The state of everything now, as `/api/chain/v1/snapshot` and the first event of the stream tell it.

import type { HealthJudge } from '../../health/health-judge.ts';
import type { PacedClock } from '../../model/clock.ts';
import { labelsToRecord } from '../../model/labels.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import type { WireSnapshot, WireTarget } from '../wire.ts';

export interface SnapshotDeps {
  readonly clock: PacedClock;
  readonly health: HealthJudge;
  readonly version: string;
  readonly startedMs: number;
  readonly targets: () => readonly TargetStatus[];
}

export function snapshotOf(deps: SnapshotDeps): WireSnapshot {
  return {
    version: deps.version,
    timeMs: deps.clock.nowMs(),
    clockSpeed: deps.clock.speed,
    startedMs: deps.startedMs,
    health: deps.health.judge(),
    pushedSamplesLastMinute: deps.health.pushedLastMinute,
    targets: deps.targets().map(wireTargetOf),
  };
}

function wireTargetOf(target: TargetStatus): WireTarget {
  const { id, type, address, health, reason, sinceMs, intervalMs } = target;
  return {
    id,
    type,
    address,
    labels: labelsToRecord(target.labels),
    health,
    reason,
    sinceMs,
    lastCollectionMs: target.lastCollectionMs ?? null,
    lastDurationMs: target.lastDurationMs ?? null,
    lastSampleCount: target.lastSampleCount ?? null,
    intervalMs,
  };
}
