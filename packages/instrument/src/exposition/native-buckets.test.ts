import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { nativeBuckets, nativeSchema, wholeCount } from './native-buckets.ts';

it('numbers buckets by their upper bounds', () => {
  // (1, 2] is our bucket 0 and Prometheus's bucket 1.
  assert.deepEqual(nativeBuckets({ offset: 0, counts: [3, 1] }, 0), {
    spans: [{ offset: 1, length: 2 }],
    deltas: [3, -2],
    count: 4,
  });
});

it('begins another span after more than two empty buckets', () => {
  assert.deepEqual(nativeBuckets({ offset: -3, counts: [0, 5, 0, 0, 2, 0, 0, 0, 7, 0] }, 3), {
    spans: [
      { offset: -1, length: 4 },
      { offset: 3, length: 1 },
    ],
    deltas: [5, -5, 0, 2, 5],
    count: 14,
  });
});

it('puts buckets of a scale that is too fine together, and keeps the upper bounds of one that is too coarse', () => {
  assert.equal(nativeSchema(10), 8);
  // Four buckets of scale 10 are one of scale 8: 0 to 3 end at its upper bound 1.
  assert.deepEqual(nativeBuckets({ offset: -1, counts: [1, 1, 1, 1, 1, 1] }, 10), {
    spans: [{ offset: 0, length: 3 }],
    deltas: [1, 3, -3],
    count: 6,
  });
  assert.equal(nativeSchema(-6), -4);
  // Bucket 0 of scale -6 ends at 2^64, which is where bucket 4 of schema -4 does.
  assert.deepEqual(nativeBuckets({ offset: 0, counts: [9] }, -6), {
    spans: [{ offset: 4, length: 1 }],
    deltas: [9],
    count: 9,
  });
});

it('gives back every bucket and count when spans and deltas are read', () => {
  const counts = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 2 ** 40 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.integer({ min: -4, max: 8 }), fc.integer({ min: -9999, max: 9999 }), counts, (scale, offset, of) => {
      const { spans, deltas, count } = nativeBuckets({ offset, counts: of }, scale);
      const read = new Map<number, number>();
      let index = 0;
      let own = 0;
      let at = 0;
      for (const span of spans) {
        index += span.offset;
        for (let i = 0; i < span.length; i++) {
          own += deltas[at++]!;
          if (own > 0) read.set(index - 1, own);
          index++;
        }
      }
      assert.equal(at, deltas.length);
      const filled = of.map((own, i) => [offset + i, own] as const).filter(([, own]) => own > 0);
      assert.deepEqual(read, new Map(filled));
      assert.equal(
        count,
        of.reduce((sum, own) => sum + own, 0),
      );
      assert.ok(spans.slice(1).every((span) => span.offset > 2));
    }),
  );
});

it('takes counts that are no counts for the nearest whole number, or for none', () => {
  assert.deepEqual([1.5, 0.2, -1, Number.NaN, Infinity, 2 ** 60].map(wholeCount), [
    2,
    0,
    0,
    0,
    2 ** 53 - 1,
    2 ** 53 - 1,
  ]);
});
