import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STEP_MIN_MS, STEP_SETTLED_AFTER_MS, SteadyClock, type StepBack } from './clock.ts';

const HOUR_MS = 3_600_000;

interface Time {
  wallMs: number;
  monotonicMs: number;
}

function clockUnder(time: Time, onStepBack?: (wrong: StepBack) => void): SteadyClock {
  return new SteadyClock({ wallMs: () => time.wallMs, monotonicMs: () => time.monotonicMs }, onStepBack);
}

function pass(time: Time, elapsedMs: number): void {
  time.wallMs += elapsedMs;
  time.monotonicMs += elapsedMs;
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

/** Moves of the system's clock and the time that goes by before each. */
const MOVES = fc.array(
  fc.tuple(
    fc.oneof(fc.constant(0), fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: -1e8, max: 1e8 })),
    fc.nat(120_000),
  ),
  { maxLength: 100 },
);

test('whatever the system clock does, no step back takes back what was said ten minutes ago', () => {
  fc.assert(
    fc.property(MOVES, (moves) => {
      const time = { wallMs: 1e12, monotonicMs: 0 };
      const clock = clockUnder(time);
      /** What was not taken back. */
      let said: { readonly atMs: number; readonly nowMs: number }[] = [];
      for (const [movedMs, elapsedMs] of moves) {
        pass(time, elapsedMs);
        time.wallMs += movedMs;
        const nowMs = clock.nowMs();
        assert.ok(nowMs >= time.wallMs);
        const takenBack = said.filter((before) => before.nowMs > nowMs);
        assert.ok(takenBack.every(({ atMs }) => time.monotonicMs - atMs < STEP_SETTLED_AFTER_MS));
        said = said.filter((before) => before.nowMs <= nowMs);
        said.push({ atMs: time.monotonicMs, nowMs });
      }
    }),
  );
});

test('while the system clock never jumps forward, time never goes back', () => {
  const small = fc.array(fc.tuple(fc.integer({ min: -1e8, max: STEP_MIN_MS }), fc.nat(10_000)), { maxLength: 100 });
  fc.assert(
    fc.property(small, (moves) => {
      const time = { wallMs: 1e12, monotonicMs: 0 };
      const clock = clockUnder(time);
      let beforeMs = clock.nowMs();
      for (const [movedMs, elapsedMs] of moves) {
        pass(time, elapsedMs);
        time.wallMs += movedMs;
        const nowMs = clock.nowMs();
        assert.ok(nowMs >= beforeMs);
        beforeMs = nowMs;
      }
    }),
  );
});

test('a jump that is taken back within ten minutes leaves no trace, however often it was looked at', () => {
  const jump = fc.tuple(
    fc.integer({ min: STEP_MIN_MS + 1, max: 4e11 }),
    fc.array(fc.nat(100_000), { maxLength: 5 }),
    fc.integer({ min: 0, max: 2 * STEP_SETTLED_AFTER_MS }),
  );
  fc.assert(
    fc.property(fc.array(jump, { maxLength: 20 }), (jumps) => {
      const time = { wallMs: 1e12, monotonicMs: 0 };
      const wrong: { readonly fromMs: number; readonly toMs: number }[] = [];
      const clock = clockUnder(time, (range) => wrong.push(range));
      for (const [widthMs, looksMs, restMs] of jumps) {
        const said: number[] = [];
        time.wallMs += widthMs;
        for (const elapsedMs of looksMs) {
          pass(time, elapsedMs);
          said.push(clock.nowMs());
        }
        time.wallMs -= widthMs;
        assert.equal(clock.nowMs(), time.wallMs);
        assert.equal(clock.aheadMs(), 0);
        assert.deepEqual(wrong.splice(0), said.length === 0 ? [] : [{ fromMs: said[0]!, toMs: said.at(-1)! }]);
        pass(time, restMs);
        assert.equal(clock.nowMs(), time.wallMs);
      }
    }),
  );
});

test('of a jump that is taken back too far, or of several, as much as was in doubt is taken back', () => {
  const time = { wallMs: 1e12, monotonicMs: 0 };
  const clock = clockUnder(time);
  const jump = (movedMs: number) => {
    time.wallMs += movedMs;
    pass(time, 1000);
    return clock.nowMs();
  };
  jump(HOUR_MS);
  jump(HOUR_MS);
  assert.equal(jump(-HOUR_MS), time.wallMs);
  assert.equal(jump(-2 * HOUR_MS), 1e12 + 4000, 'not behind what it said before the first jump');
  assert.equal(clock.aheadMs(), HOUR_MS);
  pass(time, 1000);
  assert.equal(clock.nowMs(), 1e12 + 4900, 'slower from there');
});

test('a jump that stays is right, and a step back after it is made up for slowly', () => {
  const time = { wallMs: 1e12, monotonicMs: 0 };
  const clock = clockUnder(time);
  time.wallMs += HOUR_MS;
  clock.nowMs();
  pass(time, STEP_SETTLED_AFTER_MS);
  const beforeMs = clock.nowMs();
  time.wallMs -= HOUR_MS;
  assert.equal(clock.nowMs(), beforeMs);
  assert.equal(clock.aheadMs(), HOUR_MS);
});

test('the time that a start found itself in may be taken back, though not behind the history', () => {
  for (const [historyMs, expectedMs] of [
    [1e12 - 3 * HOUR_MS, 1e12 - 2 * HOUR_MS],
    [1e12 - HOUR_MS, 1e12 - HOUR_MS + 5000],
    [Number.NEGATIVE_INFINITY, 1e12 - 2 * HOUR_MS],
  ] as const) {
    const time = { wallMs: 1e12, monotonicMs: 0 };
    const clock = clockUnder(time);
    clock.doubtSince(historyMs);
    time.monotonicMs += 5000;
    time.wallMs -= 2 * HOUR_MS;
    assert.equal(clock.nowMs(), expectedMs);
  }
});
