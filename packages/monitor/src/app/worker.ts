// The root of the storage worker: opens the store, constructs what decodes pushes over it, and hands them to the host.
// Beside `start-monitor.ts` the only root.

import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../engine/failure.ts';
import { hostEngine } from '../engine/host.ts';
import type { Response, WorkerSettings } from '../engine/protocol.ts';
import { SteadyClock } from '../model/clock.ts';
import { VirtualClock } from '../model/virtual-clock.ts';
import { PointPool } from '../promql/evaluate/point-pool.ts';
import { RuleEngine } from '../rules/evaluation/rule-engine.ts';
import { DEFAULT_RULE_LIMITS } from '../rules/limits.ts';
import { PushReceiver } from '../sources/push/push-receiver.ts';
import { openStore } from './open-store.ts';
import { engineOptionsOf } from './query-options.ts';

if (parentPort === null) throw new Error('app/worker.ts runs in a worker thread only');
const port = parentPort;
const settings = workerData as WorkerSettings;

try {
  const clock = settings.clock === 'system' ? new SteadyClock() : new VirtualClock(settings.clock);
  const tell = (message: string) => port.postMessage({ kind: 'notice', message } satisfies Response);
  const pool = new PointPool(settings.query.maxPointsHeldByAll);
  const { store, queries } = await openStore(settings.storage, clock, tell, {
    ...engineOptionsOf(settings.query),
    pool,
  });
  const { intervalMs, outageToleranceMs, forGracePeriodMs, onCommit } = settings.rules;
  const rules = new RuleEngine({
    clock,
    queries,
    store,
    limits: DEFAULT_RULE_LIMITS,
    restore: { outageToleranceMs, forGracePeriodMs },
    defaultIntervalMs: intervalMs,
    defaultOffsetMs: 0,
    monotonicMs: () => performance.now(),
    onCommit,
    onEvaluation: (evaluation) => port.postMessage({ kind: 'evaluated', evaluation } satisfies Response),
  });
  const appender = rules.commits;
  const pushes = new PushReceiver({ appender, clock, otlp: settings.otlp });
  hostEngine(port, { store, appender, rules, queries, pushes, pool });
} catch (error) {
  port.postMessage({ kind: 'failedToOpen', failure: failureOf(error) } satisfies Response);
  port.close();
}
