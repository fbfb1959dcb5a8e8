import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from './random.ts';

const NUMBERS = 20_000;

function mean(of: () => number): number {
  return Array.from({ length: NUMBERS }, of).reduce((sum, value) => sum + value, 0) / NUMBERS;
}

describe('random numbers with a seed', () => {
  it('are the same for the same seed, whatever the machine', () => {
    const random = new Random(1);
    assert.deepEqual(
      Array.from({ length: 4 }, () => random.integer(1_000_000)),
      [49783, 666312, 552473, 126209],
    );
  });

  it('differ between seeds, neighbours, negative and large ones included', () => {
    const firsts = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER].map((seed) => new Random(seed).next());
    assert.equal(new Set(firsts).size, firsts.length);
  });

  it('stay within what was asked for', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 1000 }), (seed, limit) => {
        const random = new Random(seed);
        for (let i = 0; i < 50; i++) {
          const whole = random.integer(limit);
          assert.ok(Number.isInteger(whole) && whole >= 0 && whole < limit);
          const value = random.between(-2, 3);
          assert.ok(value >= -2 && value < 3);
          assert.ok(random.exponential(1) >= 0 && Number.isFinite(random.normal(0, 1)));
        }
      }),
    );
  });

  it('have the means that they are asked for', () => {
    const random = new Random(42);
    const isNear = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 0.05, `${actual}`);
    isNear(
      mean(() => random.next()),
      0.5,
    );
    isNear(
      mean(() => random.exponential(1)),
      1,
    );
    isNear(
      mean(() => random.normal(3, 1)),
      3,
    );
    isNear(
      mean(() => (random.chance(0.25) ? 1 : 0)),
      0.25,
    );
    assert.deepEqual([random.chance(0), random.chance(1)], [false, true]);
  });

  it('take whole seeds only', () => {
    for (const seed of [0.5, Number.NaN, 2 ** 53]) assert.throws(() => new Random(seed), RangeError);
  });
});
