import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InstrumentError } from '../errors.ts';
import { exponentialLayout } from './layout.ts';
import { observeExponential } from './observe.ts';
import { countOf, readExponential } from './read.ts';
import { arbitraryValues } from './testing/arbitrary-values.ts';
import { modelOf, withoutSum } from './testing/model.ts';
import { Row } from './testing/row.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('an exponential histogram', () => {
  it('is empty at the finest scale while its row is untouched', () => {
    assert.deepEqual(new Row().read(), {
      scale: 8,
      sum: 0,
      zeroThreshold: 2 ** -128,
      zeroCount: 0,
      positive: { offset: 0, counts: [] },
      negative: { offset: 0, counts: [] },
    });
  });

  it('holds every value in its bucket at the finest scale that has room for all', () => {
    const maxBuckets = fc.constantFrom(72, 73, 100, 160, 500);
    fc.assert(
      fc.property(arbitraryValues, maxBuckets, (values, max) => {
        const row = new Row(max).observe(values);
        assert.deepEqual(withoutSum(row.read()), modelOf(values, max));
        assert.equal(row.read().sum, sum(values));
        assert.ok(row.isAlone);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of the values', () => {
    const shuffled = arbitraryValues.chain((values) =>
      fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })),
    );
    fc.assert(
      fc.property(shuffled, ([values, others]) => {
        assert.deepEqual(withoutSum(new Row().observe(values).read()), withoutSum(new Row().observe(others).read()));
      }),
    );
  });

  it('loses no count when there are too few buckets even at the lowest scale', () => {
    fc.assert(
      fc.property(arbitraryValues, fc.integer({ min: 2, max: 71 }), (values, max) => {
        const row = new Row(max).observe(values);
        const state = row.read();
        assert.equal(countOf(state), values.length);
        assert.ok(state.positive.counts.length <= max && state.negative.counts.length <= max);
        assert.ok(state.scale >= -4 && row.isAlone);
      }),
    );
  });

  it('counts what is out of reach at the lowest scale in the nearest bucket', () => {
    const row = new Row(2).observe([2, 2 ** 20, 2 ** 100, 2 ** -100]);
    assert.deepEqual(withoutSum(row.read()), {
      scale: -4,
      zeroThreshold: 2 ** -128,
      zeroCount: 0,
      positive: { offset: 0, counts: [2, 2] },
      negative: { offset: 0, counts: [] },
    });
  });

  it('keeps its scale while a window grows to its last bucket, up or down, and lowers it with one more', () => {
    const upwards = Array.from({ length: 160 }, (_, i) => 2 ** ((i + 0.5) / 256));
    for (const values of [upwards, upwards.toReversed()]) {
      const row = new Row();
      for (const [i, value] of values.entries()) {
        const { scale, positive } = row.observe([value]).read();
        assert.deepEqual(
          { scale, counts: positive.counts },
          { scale: 8, counts: Array.from({ length: i + 1 }, () => 1) },
        );
      }
      const { scale, positive } = row.observe([2 ** (160.5 / 256)]).read();
      assert.equal(scale, 7);
      assert.equal(sum(positive.counts), 161);
      assert.equal(positive.counts.length, 81);
    }
  });

  it('keeps its scale for two values as far apart as there are buckets', () => {
    for (const sign of [1, -1]) {
      const values = [0.5, 159.5].map((index) => sign * 2 ** (index / 256));
      for (const ordered of [values, values.toReversed()]) assert.equal(new Row().observe(ordered).read().scale, 8);
    }
  });

  it('takes the whole range of doubles at once', () => {
    const values = [5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, -5e-324, 0, -0, 2 ** -1022, 1];
    const state = new Row(72).observe(values).read();
    assert.deepEqual(withoutSum(state), modelOf(values, 72));
    assert.equal(state.zeroCount, 5);
    assert.equal(countOf(state), values.length);
  });

  it('counts as zero up to 2^-128 from it and no farther', () => {
    const state = new Row().observe([2 ** -128, -(2 ** -128), 2 ** -128 * (1 + Number.EPSILON)]).read();
    assert.equal(state.zeroCount, 2);
    assert.deepEqual(state.positive, { offset: -128 * 256, counts: [1] });
  });

  it('without a negative side refuses what is below zero and leaves the row as it was', () => {
    const layout = exponentialLayout();
    const values = new Float64Array(layout.slots);
    assert.equal(observeExponential(values, 0, layout, 3), true);
    const before = values.slice();
    assert.equal(observeExponential(values, 0, layout, -3), false);
    assert.deepEqual(values, before);
    assert.equal(observeExponential(values, 0, layout, -1e-300), true);
    assert.equal(countOf(readExponential(values, 0, layout)), 2);
  });

  it('gives quantiles within the error of its scale', () => {
    const random = fc.sample(fc.double({ min: -10, max: 5, noNaN: true }), { numRuns: 1000, seed: 7 });
    const values = random.map((exponent) => 2 ** exponent).sort((a, b) => a - b);
    const { scale, positive } = new Row().observe(values).read();
    const base = 2 ** (2 ** -scale);
    for (const quantile of [0.01, 0.5, 0.9, 0.99]) {
      const rank = Math.ceil(quantile * values.length);
      let index = positive.offset;
      for (let seen = positive.counts[0]!; seen < rank; seen += positive.counts[index - positive.offset]!) index++;
      const estimate = (2 * base ** (index + 1)) / (base + 1);
      const error = Math.abs(estimate / values[rank - 1]! - 1);
      assert.ok(error <= (base - 1) / (base + 1) + 1e-12, `${quantile}: ${error}`);
    }
  });
});

describe('the layout of an exponential histogram', () => {
  it('fits in a chunk of the value store at its largest', () => {
    assert.ok(exponentialLayout({ maxBuckets: 500, hasNegative: true }).slots <= 1024);
  });

  it('needs half the memory without negative values', () => {
    assert.deepEqual([exponentialLayout().slots, exponentialLayout({ hasNegative: true }).slots], [165, 326]);
  });

  it('refuses numbers of buckets that it cannot have', () => {
    for (const maxBuckets of [1, 501, 2.5, Number.NaN, -3, '160' as unknown as number]) {
      assert.throws(
        () => exponentialLayout({ maxBuckets }),
        (error) => error instanceof InstrumentError && error.code === 'option_invalid',
      );
    }
  });
});
