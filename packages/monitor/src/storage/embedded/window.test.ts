import assert from 'node:assert/strict';
import { it } from 'node:test';
import { windowStartMs, windowWidthMs } from './window.ts';

const HOUR_MS = 3_600_000;

it('takes the widest window of which eight are kept, and a minute at least', () => {
  const widths = [Number.POSITIVE_INFINITY, 30 * 24 * HOUR_MS, 7 * 24 * HOUR_MS, 24 * HOUR_MS, HOUR_MS, 60_000];
  assert.deepEqual(
    widths.map((retentionMs) => windowWidthMs(retentionMs) / 60_000),
    [1440, 1440, 360, 60, 1, 1],
  );
});

it('begins windows at multiples of their width, before 1970 too', () => {
  assert.equal(windowStartMs(1_700_000_000_000, 24 * HOUR_MS), Date.parse('2023-11-14T00:00:00Z'));
  assert.equal(windowStartMs(0, HOUR_MS), 0);
  assert.equal(windowStartMs(-1, HOUR_MS), -HOUR_MS);
});
