import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { floatHistogram, type WrittenHistogram, written } from '../testing/native-histograms.ts';
import { FloatHistogram } from './float-histogram.ts';

test('a sum has the coarser schema of the two', () => {
  const fine = floatHistogram({ schema: 1, positive: { 1: 2, 2: 3, 5: 1 }, sum: 10 });
  const coarse = floatHistogram({ schema: 0, positive: { 1: 4 }, negative: { 0: 7 }, sum: -3 });
  for (const total of [fine.plus(coarse)!, coarse.plus(fine)!]) {
    const { histogram } = total;
    assert.equal(histogram.schema, 0);
    assert.equal(histogram.sum, 7);
    assert.equal(histogram.count, 17);
    assert.deepEqual(written(histogram.positive), { 1: 9, 3: 1 });
    assert.deepEqual(written(histogram.negative), { 0: 7 });
  }
});

test('the wider zero bucket takes in the buckets beside it, and grows to the end of one that it cuts', () => {
  const narrow = floatHistogram({ zeroThreshold: 0.1, zeroCount: 1, positive: { 0: 2, 1: 4, 2: 8 } });
  const wide = floatHistogram({ zeroThreshold: 1.5, zeroCount: 16 });
  const { histogram } = narrow.plus(wide)!;
  assert.equal(histogram.zeroThreshold, 2);
  assert.equal(histogram.zeroCount, 23);
  assert.deepEqual(written(histogram.positive), { 2: 8 });
});

test('exponential and custom buckets have neither a sum nor a difference', () => {
  const custom = floatHistogram({ customBounds: [1, 2], positive: { 0: 1 } });
  const exponential = floatHistogram({ positive: { 0: 1 } });
  assert.equal(custom.plus(exponential), undefined);
  assert.equal(exponential.minus(custom), undefined);
});

test('custom buckets with other bounds are combined over the bounds that both have', () => {
  const a = floatHistogram({ customBounds: [1, 2, 5], positive: { 0: 1, 1: 2, 2: 4, 3: 8 } });
  const b = floatHistogram({ customBounds: [2, 3, 5], positive: { 0: 16, 1: 32, 2: 64 } });
  const { histogram, isReconciled } = a.plus(b)!;
  assert.equal(isReconciled, true);
  assert.deepEqual([...histogram.customBounds!], [2, 5]);
  assert.deepEqual(written(histogram.positive), { 0: 19, 1: 100, 2: 8 });
  assert.equal(a.plus(a)!.isReconciled, false);
});

test('a difference can count less than nothing', () => {
  const few = floatHistogram({ zeroCount: 1, positive: { 1: 1 } });
  const many = floatHistogram({ zeroCount: 3, positive: { 0: 2, 1: 1 } });
  const { histogram } = few.minus(many)!;
  assert.equal(histogram.zeroCount, -2);
  assert.deepEqual(written(histogram.positive), { 0: -2, 1: 0 });
  assert.deepEqual(written(histogram.compacted().positive), { 0: -2 });
});

test('what contradicts itself about resets is not known, and a gauge stays one', () => {
  const of = (hint: 'reset' | 'no-reset' | 'gauge') => floatHistogram({ positive: { 0: 1 } }, hint);
  const collision = of('reset').plus(of('no-reset'))!;
  assert.deepEqual([collision.isCollision, collision.histogram.hint], [true, 'unknown']);
  const gauge = of('reset').plus(of('gauge'))!;
  assert.deepEqual([gauge.isCollision, gauge.histogram.hint], [false, 'gauge']);
  assert.equal(of('no-reset').plus(of('no-reset'))!.histogram.hint, 'no-reset');
});

test('a negative factor makes a gauge, and division by zero leaves no buckets', () => {
  const histogram = floatHistogram({ zeroCount: 1, positive: { 0: 2 }, sum: 4 });
  assert.equal(histogram.negated().hint, 'gauge');
  assert.deepEqual(written(histogram.times(-0.5).positive), { 0: -1 });
  const divided = histogram.dividedBy(0);
  assert.deepEqual(written(divided.positive), {});
  assert.deepEqual([divided.count, divided.sum, divided.zeroCount], [Infinity, Infinity, Infinity]);
});

test('a counter was reset when anything counts less than before, or less finely before', () => {
  const before = floatHistogram({ zeroThreshold: 0.5, zeroCount: 1, positive: { 1: 2, 2: 1 } });
  const isReset = (written: WrittenHistogram) =>
    floatHistogram({ zeroThreshold: 0.5, zeroCount: 1, ...written }).isResetSince(before);
  assert.equal(isReset({ positive: { 1: 2, 2: 1 } }), false);
  assert.equal(isReset({ positive: { 1: 2, 2: 1, 9: 5 } }), false);
  assert.equal(isReset({ positive: { 1: 9 } }), true, 'a bucket is gone');
  assert.equal(isReset({ positive: { 1: 1, 2: 9 } }), true, 'a bucket counts less');
  assert.equal(isReset({ zeroCount: 0, positive: { 1: 9, 2: 1 } }), true, 'the zero bucket counts less');
  assert.equal(isReset({ schema: 1, positive: { 1: 9, 4: 9 } }), true, 'a finer schema');
  assert.equal(isReset({ schema: -1, positive: { 1: 3 } }), false, 'a coarser schema');
  assert.equal(isReset({ zeroThreshold: 2, zeroCount: 3, positive: { 2: 1 } }), false, 'a wider zero bucket');
  assert.equal(isReset({ zeroThreshold: 1.5, zeroCount: 9, positive: { 2: 9 } }), true, 'one that cuts a bucket');
});

test('what is known of a reset beforehand decides', () => {
  const before = floatHistogram({ positive: { 1: 2 } });
  const less = { positive: { 1: 1 } };
  const more = { positive: { 1: 3 } };
  assert.equal(floatHistogram(less, 'no-reset').isResetSince(before), false);
  assert.equal(floatHistogram(more, 'reset').isResetSince(before), true);
  assert.equal(floatHistogram(less, 'gauge').isResetSince(before), true);
});

test('custom buckets with other bounds are compared over the bounds that both have', () => {
  const before = floatHistogram({ customBounds: [1, 2], positive: { 0: 1, 1: 2 } });
  const sameCounts = floatHistogram({ customBounds: [2, 3], positive: { 0: 3, 1: 1 } });
  const fewer = floatHistogram({ customBounds: [2, 3], positive: { 0: 2, 1: 9 } });
  assert.equal(sameCounts.isResetSince(before), false);
  assert.equal(fewer.isResetSince(before), true);
});

test('equality looks at all but what is known of resets', () => {
  const shape = { zeroThreshold: 0.1, zeroCount: 1, positive: { 0: 2 }, negative: { 3: 1 }, sum: NaN };
  assert.equal(floatHistogram(shape, 'gauge').equals(floatHistogram(shape, 'reset')), true);
  for (const other of [{ sum: 1 }, { zeroCount: 2 }, { positive: { 1: 2 } }, { negative: {} }, { schema: 1 }]) {
    assert.equal(floatHistogram(shape).equals(floatHistogram({ ...shape, ...other })), false, JSON.stringify(other));
  }
});

test('what is cut off takes its part of the count with it, and the sum is made anew', () => {
  const histogram = floatHistogram({ positive: { 1: 4, 2: 2, 3: 6 }, sum: 50 });
  const upTo4 = histogram.trimmedAbove(4);
  assert.deepEqual(written(upTo4.positive), { 1: 4, 2: 2 });
  assert.equal(upTo4.count, 6);
  assert.equal(upTo4.sum, Math.SQRT2 * 4 + Math.sqrt(8) * 2);
  // Half of a bucket on a logarithmic scale.
  assert.deepEqual(written(histogram.trimmedBelow(Math.sqrt(8)).positive), { 2: 1, 3: 6 });
  assert.equal(histogram.trimmedAbove(8), histogram, 'nothing is cut off');
});

test('of a custom bucket without an upper end nothing is kept below a bound within it', () => {
  const histogram = floatHistogram({ customBounds: [1, 3], positive: { 0: 2, 1: 4, 2: 8 } });
  assert.deepEqual(written(histogram.trimmedAbove(2).positive), { 0: 2, 1: 2 });
  assert.deepEqual(written(histogram.trimmedBelow(5).positive), { 2: 8 });
  assert.deepEqual(written(histogram.trimmedAbove(5).positive), { 0: 2, 1: 4 });
});

const HISTOGRAMS = fc
  .record({
    schema: fc.integer({ min: -4, max: 8 }),
    zeroThreshold: fc.constantFrom(0, 0.001, 0.3, 1, 1.5),
    zeroCount: fc.nat({ max: 9 }),
    positive: fc.dictionary(fc.integer({ min: 0, max: 40 }).map(String), fc.nat({ max: 9 })),
    negative: fc.dictionary(fc.integer({ min: 0, max: 40 }).map(String), fc.nat({ max: 9 })),
  })
  .map((parts) => floatHistogram(parts));

test('buckets and the zero bucket of a sum in one schema count as much as both, whatever the order', () => {
  const counted = ({ positive, negative, zeroCount }: FloatHistogram): number =>
    [...positive.counts, ...negative.counts].reduce((total, count) => total + count, zeroCount);
  fc.assert(
    fc.property(HISTOGRAMS, HISTOGRAMS, (a, other) => {
      fc.pre(other.schema >= a.schema);
      const b = other.toSchema(a.schema);
      // Buckets that lie within a histogram's own zero bucket are not looked at when it is added.
      fc.pre(![a, b].some(({ zeroThreshold }) => zeroThreshold > 0.001));
      const total = a.plus(b)!.histogram;
      assert.equal(counted(total), a.count + b.count);
      assert.equal(total.compacted().equals(b.plus(a)!.histogram.compacted()), true);
      assert.equal(total.minus(b)!.histogram.count, a.count);
    }),
  );
});

test('a histogram survives the way to the store and back', () => {
  fc.assert(
    fc.property(HISTOGRAMS, (histogram) => {
      assert.equal(FloatHistogram.from(histogram.toNative()).equals(histogram), true);
    }),
  );
});
