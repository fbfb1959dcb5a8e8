import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoredTime } from './restore.ts';

const MINUTE = 60_000;
const AN_ALERT = { activeAtMs: 0, forMs: 20 * MINUTE, forGracePeriodMs: 10 * MINUTE };

test('what was firing counts from when it began', () => {
  assert.equal(restoredTime({ ...AN_ALERT, downAtMs: 25 * MINUTE, nowMs: 40 * MINUTE }), 0);
});

test('what was pending for less than the grace period from firing waits for as long as that', () => {
  const restored = restoredTime({ ...AN_ALERT, downAtMs: 15 * MINUTE, nowMs: 40 * MINUTE });
  assert.equal(restored + AN_ALERT.forMs, 50 * MINUTE);
});

test('the outage does not count for what was pending', () => {
  assert.equal(restoredTime({ ...AN_ALERT, downAtMs: 5 * MINUTE, nowMs: 40 * MINUTE }), 35 * MINUTE);
});
