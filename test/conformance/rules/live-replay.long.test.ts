// Over the same live replay the shipped rules give the same alerts in Debian's Prometheus and here, through a restart of both.
// This is the short play; the one that scales less, with alerts that flap and come again, is `live-replay-hours.long.test.ts`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithout } from '../testing/server-process.ts';
import { type Play, replay } from './live/live-replay.ts';
import { PROMETHEUS } from './live/sides.ts';

const PLAY: Play = {
  scale: { divisor: 600, leastWindowMs: 12_000 },
  nodes: [
    { name: 'early', chain: 'main', incidents: [[1, 3]], outages: [] },
    { name: 'standing', chain: 'main', incidents: [[1, 19]], outages: [] },
    { name: 'alone', chain: 'side', incidents: [[1, 19]], outages: [] },
    { name: 'calm', chain: 'main', incidents: [], outages: [] },
    { name: 'away', chain: 'main', incidents: [], outages: [[5, 19]] },
  ],
  restartSecond: 18,
  seconds: 21,
};

const skip = skipWithout([{ path: PROMETHEUS, debianPackage: 'prometheus' }]);

test('the shipped rules give the same alerts here and in Prometheus, through a restart of both', {
  skip,
}, async (t) => {
  const { mismatches, toldOnce, firing, intervals, acrossRestart, largestMs, outagesMs } = await replay(t, PLAY);
  t.diagnostic(`${firing.size} alerts fired, ${intervals} intervals, ${acrossRestart} across the restart`);
  t.diagnostic(`largest difference ${largestMs} ms, outages ${outagesMs.join(' and ')} ms`);
  assert.deepEqual(mismatches, []);
  assert.deepEqual(toldOnce, []);
  assert.ok(firing.size >= 60, `${firing.size} alerts fired: ${[...firing].join(', ')}`);
  assert.ok(acrossRestart >= 60, `${acrossRestart} stood through the restart`);
});
