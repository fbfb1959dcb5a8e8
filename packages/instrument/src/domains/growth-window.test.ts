import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GrowthWindow } from './growth-window.ts';

test('growth needs two readings', () => {
  const window = new GrowthWindow(60);
  assert.equal(window.grow(0, [5]), undefined);
  assert.deepEqual(window.grow(15_000, [8]), { seconds: 15, deltas: [3] });
});

test('growth is over the window once there are readings that old', () => {
  const window = new GrowthWindow(60);
  for (let second = 0; second <= 300; second += 15) window.grow(second * 1000, [second]);
  assert.deepEqual(window.grow(315_000, [315]), { seconds: 60, deltas: [60] });
});

test('of readings that miss the start of the window, the nearest counts, also one before it', () => {
  const window = new GrowthWindow(60);
  window.grow(0, [0]);
  window.grow(60_500, [60.5]);
  // 61.5 seconds ago is nearer to a minute than 1 second ago.
  assert.deepEqual(window.grow(61_500, [61.5]), { seconds: 61.5, deltas: [61.5] });
});

test('after a long silence the last reading before it counts, and then what came since', () => {
  const window = new GrowthWindow(60);
  window.grow(0, [0]);
  assert.deepEqual(window.grow(3_600_000, [36]), { seconds: 3600, deltas: [36] });
  assert.deepEqual(window.grow(3_630_000, [46]), { seconds: 30, deltas: [10] });
});

test('a total that became smaller began anew', () => {
  const window = new GrowthWindow(60);
  window.grow(0, [100, 7]);
  assert.deepEqual(window.grow(30_000, [4, 7]), { seconds: 30, deltas: [4, 0] });
});

test('a total that is unknown at either end has no growth, and the others have', () => {
  const window = new GrowthWindow(60);
  window.grow(0, [undefined, 1, 1]);
  assert.deepEqual(window.grow(30_000, [3, undefined, 2]), { seconds: 30, deltas: [undefined, undefined, 1] });
});

test('readings at almost the same moment tell nothing about a window', () => {
  const window = new GrowthWindow(60);
  window.grow(0, [0]);
  assert.equal(window.grow(0, [1]), undefined);
  assert.equal(window.grow(100, [1]), undefined);
  assert.deepEqual(window.grow(1000, [1]), { seconds: 1, deltas: [1] });
});

test('a clock that went back starts again', () => {
  const window = new GrowthWindow(60);
  window.grow(100_000, [5]);
  assert.equal(window.grow(50_000, [6]), undefined);
  assert.deepEqual(window.grow(60_000, [8]), { seconds: 10, deltas: [2] });
});

test('however often it is asked, the rate of a steady total is right and the window is kept', () => {
  const gapsMs = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 2, maxLength: 300 });
  fc.assert(
    fc.property(gapsMs, fc.integer({ min: 1, max: 1000 }), (gaps, perSecond) => {
      const window = new GrowthWindow(60);
      let atMs = 0;
      for (const gapMs of gaps) {
        atMs += gapMs;
        const growth = window.grow(atMs, [(atMs / 1000) * perSecond]);
        if (growth === undefined) continue;
        assert.ok(growth.seconds <= 100, `${growth.seconds} seconds`);
        assert.ok(Math.abs(growth.deltas[0]! / growth.seconds - perSecond) < 1e-6 * perSecond);
        if (atMs - gaps[0]! >= 60_000) assert.ok(growth.seconds >= 20, `${growth.seconds} seconds`);
      }
    }),
  );
});
