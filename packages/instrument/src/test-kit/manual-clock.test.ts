import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from './manual-clock.ts';

describe('a clock of a test', () => {
  it('stands still, goes on and goes back as it is told', () => {
    const clock = new ManualClock(1_000);
    assert.equal(clock.read(), 1_000);
    clock.advance(0.5);
    assert.equal(clock.nowMs, 1_500);
    clock.set(20);
    assert.equal(clock.read(), 20);
  });

  it('refuses what is no time, and stays where it was', () => {
    const clock = new ManualClock(1_000);
    for (const seconds of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => clock.advance(seconds), RangeError);
    }
    assert.throws(() => clock.set(Number.NaN), RangeError);
    assert.throws(() => new ManualClock(Number.NaN), RangeError);
    assert.equal(clock.nowMs, 1_000);
  });
});
