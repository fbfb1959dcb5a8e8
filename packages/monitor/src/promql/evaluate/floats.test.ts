import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quantileOf } from './floats.ts';

test('a quantile is that of the sorted values, NaN first, and leaves the values the same', () => {
  const value = fc.oneof(fc.double(), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, q) => {
        const scratch = Float64Array.from([...values, 7]);
        const sorted = values.toSorted((a, b) => Number(Number.isNaN(b)) - Number(Number.isNaN(a)) || a - b);
        const rank = q * (values.length - 1);
        const weight = rank - Math.floor(rank);
        const above = sorted[Math.min(values.length - 1, Math.floor(rank) + 1)]!;
        const expected = sorted[Math.floor(rank)]! * (1 - weight) + above * weight;
        const found = quantileOf(q, scratch, values.length);
        assert.ok(
          found === expected || (Number.isNaN(found) && Number.isNaN(expected)),
          `${found} and not ${expected}`,
        );
        assert.deepEqual(scratch.toSorted(), Float64Array.from([...values, 7]).sort());
      },
    ),
  );
});

test('a quantile beyond its bounds is infinite, one of nothing is none', () => {
  assert.equal(quantileOf(-0.1, Float64Array.of(1), 1), -Infinity);
  assert.equal(quantileOf(1.1, Float64Array.of(1), 1), Infinity);
  assert.equal(quantileOf(0.5, Float64Array.of(1), 0), NaN);
});
