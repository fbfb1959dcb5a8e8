import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bucketIndex, finestIndex, lowerBound } from './bucket-bounds.ts';
import { MAX_SCALE, MIN_SCALE } from './layout.ts';
import { exactIndex, nextUp } from './testing/exact-index.ts';

const scale = fc.integer({ min: MIN_SCALE, max: MAX_SCALE });

describe('the index of a bucket', () => {
  it('is right for any positive double at any scale', () => {
    const value = fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true });
    fc.assert(
      fc.property(value, scale, (v, s) => assert.equal(bucketIndex(v, s), exactIndex(v, s))),
      { numRuns: 2000 },
    );
  });

  it('changes between two neighbouring doubles at each of the 256 bounds of an octave', () => {
    for (let k = 0; k < 256; k++) {
      for (const octave of [0, -1, 7, -127, 1023]) {
        const index = octave * 256 + k;
        const bound = lowerBound(index, 8);
        assert.equal(finestIndex(bound), index - 1, `bound ${index}`);
        assert.equal(finestIndex(nextUp(bound)), index, `after bound ${index}`);
      }
      assert.equal(exactIndex(lowerBound(k, 8), 8), k - 1);
      assert.equal(exactIndex(nextUp(lowerBound(k, 8)), 8), k);
    }
  });

  it('of a power of two is the bucket below it, at every scale', () => {
    for (let s = MIN_SCALE; s <= MAX_SCALE; s++) {
      for (let exponent = -1074; exponent < 1024; exponent++) {
        assert.equal(bucketIndex(2 ** exponent, s), Math.ceil(exponent * 2 ** s) - 1);
      }
    }
  });

  it('reaches from the smallest to the largest double', () => {
    assert.equal(bucketIndex(5e-324, 8), -1074 * 256 - 1);
    assert.equal(bucketIndex(Number.MAX_VALUE, 8), 1024 * 256 - 1);
    assert.equal(bucketIndex(5e-324, -4), -69 + 1);
    assert.equal(bucketIndex(Number.MAX_VALUE, -4), 63);
    assert.equal(bucketIndex(Number.MAX_VALUE, -10), 0);
  });
});

describe('the lower bound of a bucket', () => {
  it('is below all its values, and the next bucket begins where they end', () => {
    const value = fc.double({ min: 2 ** -1000, max: Number.MAX_VALUE, noNaN: true });
    fc.assert(
      fc.property(value, scale, (v, s) => {
        const index = bucketIndex(v, s);
        assert.ok(lowerBound(index, s) < v && v <= lowerBound(index + 1, s));
      }),
    );
  });

  it('is exact for powers of two, and infinite above the last bucket', () => {
    assert.deepEqual(
      [lowerBound(0, 8), lowerBound(256, 8), lowerBound(-3, 0), lowerBound(-8, -4), lowerBound(64, -4)],
      [1, 2, 0.125, 2 ** -128, Number.POSITIVE_INFINITY],
    );
  });
});
