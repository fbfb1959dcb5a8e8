import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { downscale, mergeExponential } from './merge.ts';
import { countOf, type ExponentialState } from './read.ts';
import { arbitraryValues } from './testing/arbitrary-values.ts';
import { modelOf, withoutSum } from './testing/model.ts';
import { Row } from './testing/row.ts';

const EMPTY: ExponentialState = {
  scale: 8,
  sum: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  positive: { offset: 0, counts: [] },
  negative: { offset: 0, counts: [] },
};

describe('merging exponential histograms', () => {
  it('equals one that has seen all values', () => {
    const parts = fc.array(arbitraryValues, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, fc.constantFrom(72, 100, 160), (lists, max) => {
        const merged = mergeExponential(
          lists.map((values) => new Row(max).observe(values).read()),
          max,
        );
        assert.deepEqual(withoutSum(merged), withoutSum(new Row(max).observe(lists.flat()).read()));
      }),
      { numRuns: 300 },
    );
  });

  it('adds sums and zero counts', () => {
    const parts = [new Row().observe([0.25, 0, 2]).read(), new Row().observe([-8, 0]).read()];
    const merged = mergeExponential(parts);
    assert.deepEqual([merged.sum, merged.zeroCount, countOf(merged)], [-5.75, 2, 5]);
  });

  it('of one is the same, and of none is empty', () => {
    const one = new Row().observe([1, 5, 900, -3]).read();
    assert.deepEqual(mergeExponential([one]), one);
    assert.deepEqual(mergeExponential([]), new Row().read());
  });

  it('leaves its parts as they were', () => {
    const parts = [new Row().observe([1, 5, 900]).read(), new Row().observe([-3e9]).read()];
    const before = structuredClone(parts);
    mergeExponential(parts);
    assert.deepEqual(parts, before);
  });

  it('takes the lowest scale, and no finer one than 8', () => {
    const fine: ExponentialState = { ...EMPTY, scale: 20, positive: { offset: 2 ** 20, counts: [1, 2] } };
    assert.deepEqual(
      withoutSum(mergeExponential([fine])),
      withoutSum({ ...EMPTY, positive: { offset: 256, counts: [3] } }),
    );
    const coarse: ExponentialState = { ...EMPTY, scale: -10, positive: { offset: 0, counts: [4] } };
    assert.deepEqual(
      withoutSum(mergeExponential([fine, coarse])),
      withoutSum({ ...coarse, positive: { offset: 0, counts: [7] } }),
    );
  });

  it('lowers the scale when the windows are far apart', () => {
    for (const side of ['positive', 'negative'] as const) {
      const low = { ...EMPTY, [side]: { offset: -2560, counts: [1] } };
      const high = { ...EMPTY, [side]: { offset: 2559, counts: [1] } };
      const merged = mergeExponential([low, high]);
      assert.equal(merged.scale, 3);
      assert.deepEqual([merged[side].offset, merged[side].counts.length], [-80, 160]);
    }
  });

  it('makes no large arrays of indexes that no double has', () => {
    const absurd = {
      ...EMPTY,
      positive: { offset: 2 ** 31 - 1, counts: [1] },
      negative: { offset: -(2 ** 31), counts: [1] },
    };
    const merged = mergeExponential([absurd, { ...EMPTY, positive: { offset: -(2 ** 31), counts: [5] } }], 2);
    assert.equal(countOf(merged), 7);
    assert.deepEqual([merged.scale, merged.positive.counts.length], [-4, 132]);
  });

  it('takes buckets up to the widest zero threshold for zeros', () => {
    const wide = { ...EMPTY, zeroThreshold: 2 ** -10, zeroCount: 1 };
    const buckets = { ...EMPTY, scale: 0, zeroThreshold: 2 ** -128, positive: { offset: -12, counts: [1, 1, 1] } };
    const merged = mergeExponential([wide, buckets]);
    assert.deepEqual(
      [merged.zeroThreshold, merged.zeroCount, merged.positive],
      [2 ** -10, 3, { offset: -10, counts: [1] }],
    );
  });

  it('moves a zero threshold that divides a bucket in use to the end of that bucket', () => {
    const wide = { ...EMPTY, scale: 0, zeroThreshold: 3 };
    const divided = { ...EMPTY, scale: 0, negative: { offset: 1, counts: [2, 5] } };
    const merged = mergeExponential([wide, divided]);
    assert.deepEqual([merged.zeroThreshold, merged.zeroCount, merged.negative], [4, 2, { offset: 2, counts: [5] }]);
    const unused = { ...EMPTY, scale: 0, negative: { offset: 2, counts: [5] } };
    assert.equal(mergeExponential([wide, unused]).zeroThreshold, 3);
  });
});

describe('downscaling', () => {
  it('equals having observed at the lower scale', () => {
    fc.assert(
      fc.property(arbitraryValues, fc.integer({ min: 0, max: 12 }), (values, by) => {
        const state = new Row().observe(values).read();
        const scale = Math.max(-4, state.scale - by);
        const lower = withoutSum(downscale(state, scale));
        const width = Math.max(72, lower.positive.counts.length, lower.negative.counts.length);
        assert.equal(lower.scale, scale);
        if (modelOf(values, width).scale === scale) assert.deepEqual(lower, modelOf(values, width));
        assert.equal(countOf({ ...lower, sum: 0 }), values.length);
      }),
    );
  });

  it('keeps what else there is in a point, and the point itself when there is nothing to do', () => {
    const point = { ...EMPTY, labels: [{ name: 'a', value: 'b' }] };
    assert.deepEqual(downscale(point, 0), { ...point, scale: 0 });
    assert.equal(downscale(point, 8), point);
    assert.equal(downscale(point, 12), point);
  });

  it('merges across an odd offset below zero', () => {
    const point = { ...EMPTY, positive: { offset: -3, counts: [1, 2, 4, 8] } };
    assert.deepEqual(downscale(point, 7).positive, { offset: -2, counts: [1, 6, 8] });
  });
});
