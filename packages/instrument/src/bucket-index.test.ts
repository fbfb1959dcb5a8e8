import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BucketIndex } from './bucket-index.ts';

const TINY = 5e-324;

function scan(bounds: readonly number[], value: number): number {
  let bucket = 0;
  while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
  return bucket;
}

/** The double `steps` after a finite one, in their order. */
function neighbour(value: number, steps: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value < 0 ? -steps : steps));
  return view.getFloat64(0);
}

function assertFinds(bounds: readonly number[], values: readonly number[]): void {
  const index = new BucketIndex(bounds);
  for (const value of values.filter(Number.isFinite)) {
    assert.equal(index.find(value), scan(bounds, value), `${value} among ${bounds.join(' ')}`);
  }
}

/** Each bound, what is next to it, and some of everything. */
function valuesFor(bounds: readonly number[]): number[] {
  const values = [0, -0, TINY, -TINY, 1, -1, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -1022, 1e-310];
  for (const bound of bounds) {
    values.push(bound, -bound, bound * 0.999, bound * 1.001, bound / 2, bound * 2);
    if (bound !== 0) values.push(neighbour(bound, 1n), neighbour(bound, -1n), neighbour(bound, 1n << 32n));
  }
  return values;
}

const LISTS: Readonly<Record<string, readonly number[]>> = {
  latencies: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  'from zero': [0, 0.001, 0.01, 0.1, 1, 10],
  'both signs': [-100, -10, -1, -0.1, 0, 0.1, 1, 10, 100],
  'negative alone': [-8, -4, -2, -1],
  'zero alone': [0],
  'one bound': [7],
  linear: Array.from({ length: 256 }, (_, i) => 1000 + i),
  'next to each other': Array.from({ length: 256 }, (_, i) => neighbour(1, BigInt(i))),
  'denormals and zero': [-1e-310, -TINY, 0, TINY, 3e-323, 1e-310, 2 ** -1022],
  'from end to end': [-Number.MAX_VALUE, -1, -1e-300, 1e-300, 1, 1.5, 2, 1e300, Number.MAX_VALUE],
  'all magnitudes': Array.from({ length: 256 }, (_, i) => 10 ** (i - 128)),
};

describe('the bucket index', () => {
  for (const [name, bounds] of Object.entries(LISTS)) {
    it(`finds what a scan finds: ${name}`, () => assertFinds(bounds, valuesFor(bounds)));
  }

  it('finds what a scan finds among any bounds', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: -100, max: 100, noNaN: true }),
      fc.integer({ min: -1000, max: 1000 }),
      fc.constantFrom(0, TINY, -TINY, 1e-310, Number.MAX_VALUE, -Number.MAX_VALUE),
    );
    const bounds = fc
      .uniqueArray(
        number.map((bound) => bound + 0),
        { minLength: 1, maxLength: 256, size: 'max' },
      )
      .map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(bounds, fc.array(number), (list, values) => assertFinds(list, [...values, ...valuesFor(list)])),
    );
  });

  it('keeps its own copy of the bounds', () => {
    const bounds = Float64Array.of(1, 2);
    const index = new BucketIndex(bounds);
    bounds[0] = 5;
    assert.deepEqual([...index.bounds], [1, 2]);
    assert.equal(index.find(1.5), 1);
  });
});
