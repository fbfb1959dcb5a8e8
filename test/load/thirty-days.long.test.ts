// Thirty days of 1,000 series at 5 s, 518 million samples, piped from the generator into `import -`, and the same into
// VictoriaMetrics. `CHAINPULSE_LONG_DAYS` is another number of days.

import { test } from 'node:test';
import { loadOfDays } from './generated-load.ts';
import { testPipedHistory } from './piped-history.ts';

const DAYS = Number(process.env['CHAINPULSE_LONG_DAYS'] ?? 30);

test(
  `${DAYS} days that are piped in are all there, and memory stays flat`,
  {
    skip: process.platform !== 'linux' && 'needs /proc',
  },
  (t) => testPipedHistory(t, loadOfDays(DAYS)),
);
