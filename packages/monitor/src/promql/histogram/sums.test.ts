import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatHistogram, type WrittenHistogram, written } from '../testing/native-histograms.ts';
import { HistogramMean, HistogramSum } from './sums.ts';

type Accumulator = HistogramSum | HistogramMean;

function over<T extends Accumulator>(
  Kind: new (first: ReturnType<typeof floatHistogram>) => T,
  histograms: readonly WrittenHistogram[],
): T {
  const [first, ...others] = histograms.map((histogram) => floatHistogram(histogram));
  const accumulator = new Kind(first!);
  for (const other of others) assert.notEqual(accumulator.add(other), 'incompatible');
  return accumulator;
}

test('sums lose nothing to large numbers between small ones', () => {
  const large = { positive: { 1: 1e16 }, zeroCount: 1e16, sum: 1e16, count: 1e16 };
  const small = { positive: { 1: 1 }, zeroCount: 1, sum: 1, count: 1 };
  const gone = { positive: { 1: -1e16 }, zeroCount: -1e16, sum: -1e16, count: -1e16 };
  const total = over(HistogramSum, [small, large, small, gone]).result();
  assert.deepEqual(written(total.positive), { 1: 2 });
  assert.deepEqual([total.zeroCount, total.sum, total.count], [2, 2, 2]);
});

test('schemas and zero buckets are reconciled as the sum goes', () => {
  const total = over(HistogramSum, [
    { schema: 2, positive: { 1: 1, 2: 1, 9: 4 }, zeroThreshold: 0.1 },
    { schema: 0, positive: { 1: 8 }, negative: { 2: 16 }, zeroThreshold: 0.5 },
    { schema: 1, positive: { 5: 32 }, zeroThreshold: 1.2, zeroCount: 64 },
  ]).result();
  assert.equal(total.schema, 0);
  assert.equal(total.zeroThreshold, 2);
  assert.deepEqual(written(total.compacted().positive), { 3: 36 });
  assert.deepEqual(written(total.compacted().negative), { 2: 16 });
  assert.equal(total.zeroCount, 74);
});

test('a mean over numbers whose sum is no number any more stays one', () => {
  const large = { positive: { 1: 1.5e308 }, sum: 1.5e308, count: 1.5e308 };
  const mean = over(HistogramMean, [large, large, large]).result();
  assert.deepEqual([mean.count, mean.sum, written(mean.positive)], [1.5e308, 1.5e308, { 1: 1.5e308 }]);
});

test('a mean divides the sum at the end', () => {
  const mean = over(HistogramMean, [
    { positive: { 1: 1 }, sum: 1 },
    { positive: { 1: 2, 4: 3 }, sum: 4 },
    { positive: { 1: 4 }, sum: 4 },
  ]).result();
  assert.deepEqual(written(mean.positive), { 1: 7 / 3, 4: 1 });
  assert.equal(mean.sum, 3);
});

test('custom bounds are reconciled, and exponential buckets refused', () => {
  for (const Kind of [HistogramSum, HistogramMean]) {
    const accumulator = new Kind(floatHistogram({ customBounds: [1, 2], positive: { 0: 2, 1: 4 } }));
    assert.deepEqual(accumulator.add(floatHistogram({ customBounds: [2, 3], positive: { 1: 6 } })), {
      isReconciled: true,
    });
    assert.deepEqual([...accumulator.result().customBounds!], [2]);
    assert.equal(accumulator.add(floatHistogram({ positive: { 0: 1 } })), 'incompatible');
  }
});

test('one histogram is its own sum and mean', () => {
  const histogram = floatHistogram({ positive: { 1: 3 }, sum: 5 }, 'no-reset');
  for (const Kind of [HistogramSum, HistogramMean]) {
    const result = new Kind(histogram).result();
    assert.equal(result.equals(histogram), true);
    assert.equal(result.hint, 'no-reset');
  }
});
