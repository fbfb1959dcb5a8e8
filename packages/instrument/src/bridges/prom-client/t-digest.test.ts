import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TDigest } from './t-digest.ts';

/** What the digest gives without merging, from its definition: interpolation between the middles of equal values. */
function exactQuantile(values: readonly number[], fraction: number): number {
  const counts = new Map<number, number>();
  for (const value of [...values].sort((a, b) => a - b)) counts.set(value, (counts.get(value) ?? 0) + 1);
  let before = 0;
  const middles = Array.from(counts, ([value, count]) => {
    before += count;
    return { value, rank: before - count / 2 };
  });
  const rank = values.length * fraction;
  const upper = middles.findIndex((middle) => middle.rank > rank);
  if (upper === 0) return middles[0]!.value;
  if (upper === -1) return middles.at(-1)!.value;
  const [low, high] = [middles[upper - 1]!, middles[upper]!];
  if (low.rank === rank) return low.value;
  return low.value + ((rank - low.rank) * (high.value - low.value)) / (high.rank - low.rank);
}

test('up to a thousand different values quantiles are exact', () => {
  const value = fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.integer({ min: -3, max: 3 }));
  const property = fc.property(
    fc.array(value, { minLength: 1, maxLength: 400 }),
    fc.double({ noNaN: true, min: 0, max: 1 }),
    (values, fraction) => {
      const digest = new TDigest();
      for (const one of values) digest.push(one);
      assert.equal(digest.quantile(fraction), exactQuantile(values, fraction));
    },
  );
  fc.assert(property);
});

test('of a hundred thousand values the rank is within one in a hundred, and far closer at the ends', () => {
  const count = 100_000;
  const orders: Record<string, (i: number) => number> = {
    ascending: (i) => i,
    descending: (i) => count - 1 - i,
    // 7,919 and 100,000 have no common divisor, so that every number comes once.
    mixed: (i) => (i * 7919) % count,
  };
  for (const [name, at] of Object.entries(orders)) {
    const digest = new TDigest();
    for (let i = 0; i < count; i++) digest.push(at(i));
    assert.ok(digest.size <= 1000, name);
    for (const fraction of [0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
      const error = Math.abs(digest.quantile(fraction)! / count - fraction);
      assert.ok(error <= 0.01 * Math.sqrt(fraction * (1 - fraction)) + 2 / count, `${name} ${fraction}: ${error}`);
    }
  }
});

test('a digest stays bounded and in order for any stream', () => {
  const property = fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
    const digest = new TDigest();
    let state = seed;
    for (let i = 0; i < 5000; i++) {
      state = (state * 48_271) % 2_147_483_647;
      digest.push(state % 3 === 0 ? state % 50 : state / 1e6);
      assert.ok(digest.size <= 1000);
    }
    let last = Number.NEGATIVE_INFINITY;
    for (let fraction = 0; fraction <= 1; fraction += 0.01) {
      const value = digest.quantile(fraction)!;
      assert.ok(value >= last);
      last = value;
    }
  });
  fc.assert(property, { numRuns: 10 });
});

test('nothing observed has no quantile', () => {
  const digest = new TDigest();
  assert.equal(digest.quantile(0.5), undefined);
  digest.push(4);
  digest.reset();
  assert.equal(digest.quantile(0.5), undefined);
  assert.equal(digest.size, 0);
});
