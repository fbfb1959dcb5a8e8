// Settings of a storage worker in a test: an embedded store in a folder, everything else as by default.

import { completeConfig } from '../../config/read-config.ts';
import type { WorkerSettings } from '../protocol.ts';

const NO_COMMITS = { intervalMs: 15_000, outageToleranceMs: 0, forGracePeriodMs: 0, onCommit: false };

export function settingsFor(directory: string): WorkerSettings {
  const { storage, otlp, query } = completeConfig({
    storage: { directory, retention: 'unlimited', durability: 'normal' },
  });
  return { storage, otlp, query, rules: NO_COMMITS, clock: 'system' };
}
