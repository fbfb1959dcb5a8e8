// What the configuration says to the storage worker.

import type { Config } from '../config/schema.ts';
import type { WorkerSettings } from '../engine/protocol.ts';

export function workerSettingsOf(config: Config, clock: WorkerSettings['clock']): WorkerSettings {
  const { storage, otlp, query } = config;
  const { evaluationInterval, outageTolerance, forGracePeriod, onCommit } = config.rules;
  return {
    storage,
    otlp,
    query,
    clock,
    rules: {
      intervalMs: evaluationInterval,
      outageToleranceMs: outageTolerance,
      forGracePeriodMs: forGracePeriod,
      // Another server shows samples some time after it was sent them.
      onCommit: onCommit && storage.engine !== 'remote',
    },
  };
}
