import assert from 'node:assert/strict';
import { it } from 'node:test';
import { backOffMs, retryAfterMs } from './back-off.ts';

const BOUNDS = { retryMinMs: 30, retryMaxMs: 5000, retryAfterMaxMs: 300_000 };

it('doubles the wait up to its limit, half of it by chance', () => {
  const least = [1, 2, 3, 8, 9, 1000].map((failures) => backOffMs(BOUNDS, failures, 0, 0));
  assert.deepEqual(least, [15, 30, 60, 1920, 2500, 2500]);
  assert.equal(backOffMs(BOUNDS, 1, 0.5, 0), 22.5);
  assert.equal(backOffMs(BOUNDS, 1000, 1, 0), 5000);
});

it('waits at least as long as the server asks for, within a limit', () => {
  assert.equal(backOffMs(BOUNDS, 1, 0, 1000), 1000);
  assert.equal(backOffMs(BOUNDS, 9, 1, 1000), 5000);
  assert.equal(backOffMs(BOUNDS, 1, 0, 1e12), 300_000);
});

it('reads Retry-After as seconds or as a date', () => {
  const nowMs = Date.parse('2024-01-01T00:00:00Z');
  assert.equal(retryAfterMs('2', nowMs), 2000);
  assert.equal(retryAfterMs(' 0 ', nowMs), 0);
  assert.equal(retryAfterMs('Mon, 01 Jan 2024 00:00:07 GMT', nowMs), 7000);
  for (const header of [undefined, '', 'soon', '-3', 'Sun, 31 Dec 2023 00:00:00 GMT']) {
    assert.equal(retryAfterMs(header, nowMs), 0, header);
  }
});
