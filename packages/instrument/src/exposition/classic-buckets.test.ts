import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { ExponentialBuckets, ExponentialPoint } from '../snapshot/snapshot.ts';
import { classicBuckets, classicHistogram } from './classic-buckets.ts';

const NONE: ExponentialBuckets = { offset: 0, counts: [] };

function point(of: Partial<ExponentialPoint>): ExponentialPoint {
  return { labels: [], scale: 0, sum: 0, zeroThreshold: 0, zeroCount: 0, positive: NONE, negative: NONE, ...of };
}

/** Cumulated counts by bound. */
function cumulated(of: Partial<ExponentialPoint>): [number, number][] {
  const { bounds, counts } = classicBuckets(point(of));
  let count = 0;
  return counts.map((own, i) => [bounds[i] ?? Number.POSITIVE_INFINITY, (count += own)]);
}

it('puts fine buckets together between powers of two', () => {
  // At scale 1: (2, 2.83], (2.83, 4], (4, 5.66], (5.66, 8].
  assert.deepEqual(cumulated({ scale: 1, positive: { offset: 2, counts: [1, 2, 0, 4] } }), [
    [2, 0],
    [4, 3],
    [8, 7],
    [Infinity, 7],
  ]);
});

it('orders negative buckets, zeros and positive ones', () => {
  assert.deepEqual(
    cumulated({
      zeroThreshold: 1e-9,
      zeroCount: 5,
      positive: { offset: -1, counts: [10] },
      negative: { offset: 0, counts: [100, 0, 1000] },
    }),
    [
      [-8, 0],
      [-4, 1000],
      [-2, 1000],
      [-1, 1100],
      [1e-9, 1105],
      [0.5, 1105],
      [1, 1115],
      [Infinity, 1115],
    ],
  );
});

it('has no bounds without observations, and the bound of zero with zeros alone', () => {
  assert.deepEqual(cumulated({}), [[Infinity, 0]]);
  assert.deepEqual(cumulated({ zeroThreshold: 0.25, zeroCount: 2 }), [
    [0.25, 2],
    [Infinity, 2],
  ]);
});

it('has no bounds within the zero bucket, whose values might lie on either side of them', () => {
  assert.deepEqual(cumulated({ zeroThreshold: 1, zeroCount: 2, positive: { offset: -2, counts: [1, 1, 1] } }), [
    [1, 4],
    [2, 5],
    [Infinity, 5],
  ]);
});

it('has the same bounds after the histogram became coarser, down to scale 0', () => {
  const { bounds, counts } = classicBuckets(point({ scale: 3, positive: { offset: 5, counts: [1, 2, 3, 4, 5] } }));
  assert.deepEqual(classicBuckets(point({ scale: 2, positive: { offset: 2, counts: [1, 5, 9] } })), { bounds, counts });
  assert.deepEqual(classicBuckets(point({ scale: -1, positive: { offset: 0, counts: [15] } })), {
    bounds: [1, 4],
    counts: [0, 15, 0],
  });
});

it('stays within what doubles can be, whatever the indexes are', () => {
  assert.deepEqual(cumulated({ scale: 0, positive: { offset: 1023, counts: [1] } }), [
    [2 ** 1023, 0],
    [Infinity, 1],
  ]);
  assert.deepEqual(cumulated({ scale: 0, positive: { offset: -1075, counts: [1] } }), [
    [0, 0],
    [2 ** -1074, 1],
    [Infinity, 1],
  ]);
  assert.deepEqual(cumulated({ scale: -10, positive: { offset: -1, counts: [1, 1] } }), [
    [2 ** -1024, 0],
    [1, 1],
    [Infinity, 2],
  ]);
  for (const offset of [-(2 ** 40), 2 ** 40]) {
    const { bounds, counts } = classicBuckets(
      point({ scale: 0, positive: { offset, counts: [3] }, negative: { offset, counts: [4] } }),
    );
    assert.ok(bounds.length < 10);
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      7,
    );
  }
});

it('gives all series of a family the same bounds, and exemplars their buckets', () => {
  const exemplar = (value: number, timestampMs: number): { labels: []; value: number; timestampMs: number } => ({
    labels: [],
    value,
    timestampMs,
  });
  const family = classicHistogram({
    name: 'x',
    help: 'X.',
    unit: '',
    type: 'exponential',
    points: [
      point({
        scale: 2,
        positive: { offset: 0, counts: [1] },
        createdMs: 7,
        exemplars: [exemplar(1.1, 2), exemplar(1.15, 1), exemplar(99, 1)],
      }),
      point({ scale: -1, positive: { offset: 1, counts: [2] }, sum: 20 }),
    ],
  });
  assert.deepEqual(family, {
    name: 'x',
    help: 'X.',
    unit: '',
    type: 'histogram',
    bounds: [1, 4, 16],
    points: [
      {
        labels: [],
        createdMs: 7,
        sum: 0,
        counts: [0, 1, 0, 0],
        exemplars: [undefined, exemplar(1.1, 2), undefined, exemplar(99, 1)],
      },
      { labels: [], sum: 20, counts: [0, 0, 2, 0] },
    ],
  });
});

it('counts every observation at or below each bound exactly, whatever was observed', () => {
  /** The bucket of a value by its definition, off the bounds themselves, which no logarithm meets exactly. */
  const index = (value: number, scale: number): number => Math.ceil(Math.log2(value) * 2 ** scale) - 1;
  const magnitude = fc
    .double({ min: 1e-6, max: 1e6, noNaN: true })
    .filter((value) => Math.abs(Math.log2(value) * 256 - Math.round(Math.log2(value) * 256)) > 1e-6);
  const observations = fc.array(fc.tuple(fc.boolean(), magnitude), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: -4, max: 8 }), observations, fc.nat({ max: 5 }), (scale, values, zeroCount) => {
      const buckets = (isNegative: boolean): ExponentialBuckets => {
        const indexes = values.filter(([negative]) => negative === isNegative).map(([, value]) => index(value, scale));
        if (indexes.length === 0) return NONE;
        const offset = Math.min(...indexes);
        const counts = Array.from({ length: Math.max(...indexes) - offset + 1 }, () => 0);
        for (const of of indexes) counts[of - offset]!++;
        return { offset, counts };
      };
      const all = [...values.map(([isNegative, value]) => (isNegative ? -value : value)), ...Array(zeroCount).fill(0)];
      const expectedAt = (bound: number): number => all.filter((value) => value <= bound).length;
      const of = { scale, zeroCount, positive: buckets(false), negative: buckets(true) };
      const bounds = cumulated(of);
      for (const [bound, count] of bounds) assert.equal(count, expectedAt(bound), `at ${bound}`);
      assert.ok(bounds.every(([bound], i) => i === 0 || bound > bounds[i - 1]![0]));
    }),
    { numRuns: 300 },
  );
});
