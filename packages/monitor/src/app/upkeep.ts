// What the monitor does from time to time: reads the state of the store, and lets it seal and forget. Never twice at once;
// a failure is logged and the next turn tries again.

import type { Logger } from 'pino';
import type { EngineClient } from '../engine/client.ts';
import type { HealthJudge } from '../health/health-judge.ts';
import type { Clock } from '../model/clock.ts';
import type { MonitorMetrics } from '../self/monitor-metrics.ts';

const EVERY_MS = 5_000;

export interface UpkeepParts {
  readonly engine: EngineClient;
  readonly clock: Clock;
  readonly metrics: MonitorMetrics;
  readonly health: HealthJudge;
  readonly logger: Logger;
}

/** Starts it; disposing ends it once the turn that runs has ended. */
export function startUpkeep(parts: UpkeepParts): AsyncDisposable {
  let running = Promise.resolve();
  let isBusy = false;
  const turn = () => {
    if (isBusy) return;
    isBusy = true;
    running = upkeep(parts).finally(() => {
      isBusy = false;
    });
  };
  const timer = setInterval(turn, EVERY_MS);
  turn();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}

async function upkeep({ engine, clock, metrics, health, logger }: UpkeepParts): Promise<void> {
  try {
    await engine.maintain(clock.nowMs());
    const stats = await engine.stats();
    metrics.storeRead(stats);
    health.observeStorage(stats);
    metrics.rulesRead(await engine.ruleGroups());
  } catch (error) {
    logger.error({ err: error }, 'the upkeep of the store failed');
  }
}
