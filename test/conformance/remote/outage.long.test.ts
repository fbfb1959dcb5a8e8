// VictoriaMetrics goes away for ten minutes under the load of a large monitor: 5,000 series every 5 seconds.

import { describe, it } from 'node:test';
import { VICTORIA_METRICS_ENGINE } from './engines.ts';
import { checkOutage } from './outage.ts';

const MINUTE_MS = 60_000;
const LOAD = { series: 5000, everyMs: 5000, beforeMs: MINUTE_MS, awayMs: 10 * MINUTE_MS, afterMs: MINUTE_MS };

describe('when VictoriaMetrics goes away for ten minutes', { skip: VICTORIA_METRICS_ENGINE.skip }, () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`misses nothing afterwards (${signal})`, { timeout: 20 * MINUTE_MS }, async (context) => {
      await checkOutage(context, { ...LOAD, signal });
    });
  }
});
