// VictoriaMetrics goes away for seconds under load; for ten minutes in outage.long.test.ts.

import { describe, it } from 'node:test';
import { VICTORIA_METRICS_ENGINE } from './engines.ts';
import { checkOutage } from './outage.ts';

const LOAD = { series: 1000, everyMs: 100, beforeMs: 3000, awayMs: 4000, afterMs: 2000 };

describe('when VictoriaMetrics goes away under load', { skip: VICTORIA_METRICS_ENGINE.skip }, () => {
  it('misses nothing afterwards when it was told to end', async (context) => {
    await checkOutage(context, { ...LOAD, signal: 'SIGTERM' });
  });

  it('misses nothing afterwards when it was killed, as what it was sent lately is sent again', async (context) => {
    await checkOutage(context, { ...LOAD, signal: 'SIGKILL' });
  });
});
