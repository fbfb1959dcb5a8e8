import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SteadyClock } from './clock.ts';

function clockUnder(time: { wallMs: number; monotonicMs: number }): SteadyClock {
  return new SteadyClock({ wallMs: () => time.wallMs, monotonicMs: () => time.monotonicMs });
}

test('it follows the system clock forward at once', () => {
  const time = { wallMs: 1000, monotonicMs: 0 };
  const clock = clockUnder(time);
  time.wallMs += 3_600_000;
  time.monotonicMs += 5;
  assert.equal(clock.nowMs(), 3_601_000);
});

test('it goes on a tenth slower while the system clock is behind, and meets it again', () => {
  const time = { wallMs: 100_000, monotonicMs: 0 };
  const clock = clockUnder(time);
  time.wallMs -= 1000;
  assert.equal(clock.nowMs(), 100_000);
  assert.equal(clock.aheadMs(), 1000);
  for (let second = 1; second <= 10; second++) {
    time.wallMs += 1000;
    time.monotonicMs += 1000;
    assert.equal(clock.nowMs(), Math.floor(100_000 + second * 900));
  }
  assert.equal(clock.aheadMs(), 0);
  time.wallMs += 1000;
  time.monotonicMs += 1000;
  assert.equal(clock.nowMs(), time.wallMs);
});

test('it goes on from a later moment that it is given, and from no earlier one', () => {
  const time = { wallMs: 100_000, monotonicMs: 0 };
  const clock = clockUnder(time);
  clock.continueFrom(50_000);
  assert.equal(clock.nowMs(), 100_000);
  clock.continueFrom(100_500);
  assert.equal(clock.nowMs(), 100_500);
  assert.equal(clock.aheadMs(), 500);
});

test('whatever the system clock does, time never goes back', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -1e7, max: 1e7 }), fc.nat(10_000)), { maxLength: 100 });
  fc.assert(
    fc.property(steps, (moves) => {
      const time = { wallMs: 1e12, monotonicMs: 0 };
      const clock = clockUnder(time);
      let beforeMs = clock.nowMs();
      for (const [wallMs, elapsedMs] of moves) {
        time.wallMs += wallMs;
        time.monotonicMs += elapsedMs;
        const nowMs = clock.nowMs();
        assert.ok(nowMs >= beforeMs && nowMs >= time.wallMs);
        beforeMs = nowMs;
      }
    }),
  );
});
