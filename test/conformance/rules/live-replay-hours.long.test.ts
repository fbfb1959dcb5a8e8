// Over the same live replay the shipped rules give the same alerts in Debian's Prometheus and here, through a restart of both: three
// hours of them in three minutes. Alerts come for less than `for`, fire, clear and come again, and stand through the restart, some
// of them pending.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SHIPPED_ALERTS } from '../../../packages/monitor/src/rules/shipped/shipped-alerts.ts';
import { skipWithout } from '../testing/server-process.ts';
import { type Play, replay } from './live/live-replay.ts';
import { PROMETHEUS } from './live/sides.ts';

const PLAY: Play = {
  scale: { divisor: 60, leastWindowMs: 15_000 },
  nodes: [
    {
      name: 'early',
      chain: 'main',
      incidents: [
        [8, 50],
        [122, 125],
        [128, 164],
      ],
      outages: [],
    },
    { name: 'standing', chain: 'main', incidents: [[55, 147]], outages: [] },
    { name: 'alone', chain: 'side', incidents: [[55, 147]], outages: [] },
    {
      name: 'flapping',
      chain: 'main',
      incidents: [
        [17, 20],
        [24, 27],
        [31, 34],
        [104, 107],
        [113, 157],
      ],
      outages: [],
    },
    { name: 'pending', chain: 'main', incidents: [[89, 142]], outages: [] },
    { name: 'calm', chain: 'main', incidents: [], outages: [] },
    {
      name: 'away',
      chain: 'main',
      incidents: [],
      outages: [
        [10, 30],
        [70, 112],
      ],
    },
  ],
  restartSecond: 98,
  seconds: 177,
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
  const silent = SHIPPED_ALERTS.map(({ name }) => name).filter((name) => !firing.has(name));
  assert.deepEqual(silent, [], 'every shipped alert fires in the play');
  assert.ok(acrossRestart >= 100, `${acrossRestart} stood through the restart`);
});
