import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from './virtual-clock.ts';

test('a virtual clock starts where it is told and runs at its speed', () => {
  let monotonicMs = 500;
  const clock = new VirtualClock({ startMs: 1_795_181_530_000, speed: 10, monotonicMs: () => monotonicMs });
  assert.equal(clock.nowMs(), 1_795_181_530_000);
  monotonicMs += 1_000;
  assert.equal(clock.nowMs(), 1_795_181_540_000);
  monotonicMs += 0.25;
  assert.equal(clock.nowMs(), 1_795_181_540_002);
});

test('a virtual clock slower than real time says whole milliseconds', () => {
  let monotonicMs = 0;
  const clock = new VirtualClock({ startMs: 0, speed: 0.5, monotonicMs: () => monotonicMs });
  monotonicMs = 3;
  assert.equal(clock.nowMs(), 1);
});

test('a speed or a start that is no time is refused', () => {
  for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new VirtualClock({ startMs: 0, speed }), RangeError);
  }
  assert.throws(() => new VirtualClock({ startMs: Number.NaN, speed: 1 }), RangeError);
});

test('a virtual clock that was stopped stands still and says so', () => {
  let monotonicMs = 0;
  const clock = new VirtualClock({ startMs: 1000, speed: 10, monotonicMs: () => monotonicMs });
  assert.equal(clock.speed, 10);
  monotonicMs = 5;
  clock.stop();
  monotonicMs = 500;
  assert.equal(clock.nowMs(), 1050);
  assert.equal(clock.speed, 0);
});

test('a virtual clock goes on from a later moment that it is given, and from no earlier one', () => {
  let monotonicMs = 0;
  const clock = new VirtualClock({ startMs: 1000, speed: 10, monotonicMs: () => monotonicMs });
  clock.continueFrom(500);
  assert.equal(clock.nowMs(), 1000);
  clock.continueFrom(5000);
  monotonicMs = 1;
  assert.equal(clock.nowMs(), 5010);
});
