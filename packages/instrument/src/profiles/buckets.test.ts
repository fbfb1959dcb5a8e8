import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quantileOf, rebucket } from './buckets.ts';

const point = (counts: readonly number[]) => ({ labels: [], sum: 1, counts });

test('counts go to the bucket that ends where theirs does', () => {
  assert.deepEqual(rebucket(point([1, 2, 3, 4]), [1, 2, 3], [2]).counts, [3, 7]);
  assert.deepEqual(rebucket(point([1, 2, 3, 4]), [1, 2, 3], [0.5, 2.5, 3]).counts, [0, 3, 3, 4]);
  assert.deepEqual(rebucket(point([1, 2]), [1], []).counts, [3]);
  assert.deepEqual(rebucket(point([5]), [], [1]).counts, [0, 5]);
});

test('the latest exemplar of what becomes one bucket stays', () => {
  const exemplar = (timestampMs: number) => ({ labels: [], value: 1, timestampMs });
  const exemplars = [exemplar(3), exemplar(1), undefined, exemplar(2)];
  assert.deepEqual(rebucket({ ...point([1, 1, 1, 1]), exemplars }, [1, 2, 3], [2]).exemplars, [
    exemplar(3),
    exemplar(2),
  ]);
});

test('whatever the buckets, no observation is lost, and those below a common bound stay below it', () => {
  const bounds = fc
    .uniqueArray(fc.integer({ min: -20, max: 20 }), { maxLength: 12 })
    .map((list) => list.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(bounds, bounds, fc.array(fc.nat(9), { minLength: 13, maxLength: 13 }), (from, to, all) => {
      const counts = all.slice(0, from.length + 1);
      const other = rebucket(point(counts), from, to).counts;
      const upTo = (list: readonly number[], ends: readonly number[], bound: number) =>
        ends.reduce((sum, end, i) => (end <= bound ? sum + (list[i] ?? 0) : sum), 0);
      const total = (list: readonly number[]) => list.reduce((sum, count) => sum + count, 0);
      assert.equal(total(other), total(counts));
      for (const bound of to) {
        if (from.includes(bound)) assert.equal(upTo(other, to, bound), upTo(counts, from, bound));
      }
    }),
  );
});

test('a quantile is estimated as Prometheus does it', () => {
  assert.equal(quantileOf(0.5, [1, 2, 4], [0, 10, 0, 0]), 1.5);
  assert.equal(quantileOf(0.5, [1, 2, 4], [10, 0, 0, 0]), 0.5);
  assert.equal(quantileOf(0.99, [1, 2, 4], [1, 0, 0, 99]), 4);
  assert.equal(quantileOf(1, [1, 2, 4], [5, 0, 5, 0]), 4);
  assert.equal(quantileOf(0.5, [-1, 1], [5, 0, 0]), -1);
});

test('a quantile of nothing is absent', () => {
  assert.equal(quantileOf(0.5, [1, 2], [0, 0, 0]), undefined);
  assert.equal(quantileOf(0.5, [], [3]), undefined);
});
