import assert from 'node:assert/strict';
import { test } from 'node:test';
import { niceTop, ticksOf } from './scale.ts';
import { onGrid, stepFor } from './step.ts';

test('the top is round and not below the largest value', () => {
  assert.equal(niceTop(1.09, 'seconds'), 2);
  assert.equal(niceTop(187, 'perSecond'), 200);
  assert.equal(niceTop(5, 'count'), 6);
  assert.equal(niceTop(600 * 1024, 'bytes'), 768 * 1024);
  for (const value of [1e-9, 0.3, 1, 9.99, 10, 12_345, 1e18]) {
    for (const unit of ['none', 'bytes', 'count'] as const)
      assert.ok(niceTop(value, unit) >= value, `${value} ${unit}`);
  }
});

test('nothing but zeros still has a scale', () => {
  assert.equal(niceTop(0, 'count'), 1);
  assert.equal(niceTop(-5, 'none'), 1);
});

test('half a counted thing is not marked', () => {
  assert.deepEqual(ticksOf(1, 'count'), [0, 1]);
  assert.deepEqual(ticksOf(1, 'ratio'), [0, 0.5, 1]);
});

test('the step is round and gives no more points than wanted', () => {
  assert.equal(stepFor(900, 200), 5);
  assert.equal(stepFor(3600, 300), 15);
  assert.equal(stepFor(86_400, 300), 300);
  assert.equal(stepFor(400 * 86_400, 300), 2 * 86_400);
});

test('times are put on the grid from below', () => {
  assert.equal(onGrid(1_700_000_003.9, 5), 1_700_000_000);
  assert.equal(onGrid(1_700_000_005, 5), 1_700_000_005);
});
