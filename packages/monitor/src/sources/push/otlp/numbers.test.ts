import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { DataPoint } from './data-point.ts';
import { decimalText } from './decimal.ts';
import { DEFAULT_OTLP_LIMITS } from './limits.ts';
import { Nanoseconds } from './nanoseconds.ts';
import { exponentialHistogram } from './native-histogram.ts';

describe('nanoseconds', () => {
  it('are the milliseconds that a signed number of 64 bits has, towards zero', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const bytes = new Uint8Array(8);
        new DataView(bytes.buffer).setBigUint64(0, value, true);
        const time = new Nanoseconds();
        time.read(new ProtobufReader(bytes));
        assert.equal(time.toMs(), Number(BigInt.asIntN(64, value) / 1_000_000n));
      }),
    );
  });
});

describe('a bound in digits', () => {
  it('has no exponent and reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        assert.match(decimalText(value), /^-?\d+(\.\d+)?$/);
        assert.ok(Object.is(Number(decimalText(value)), value));
      }),
    );
    assert.deepEqual([1e21, -1.5e-7, 0.1, 5, Infinity, -Infinity, Number.NaN].map(decimalText), [
      '1000000000000000000000',
      '-0.00000015',
      '0.1',
      '5',
      '+Inf',
      '-Inf',
      'NaN',
    ]);
  });
});

describe('an exponential histogram', () => {
  it('keeps every count in the bucket that its index says, at any scale', () => {
    const shape = fc.record({
      scale: fc.integer({ min: -4, max: 40 }),
      offset: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 100 }),
      counts: fc.array(fc.nat(3), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(shape, ({ scale, offset, counts }) => {
        const point = new DataPoint(DEFAULT_OTLP_LIMITS);
        point.scale = scale;
        point.positive.offset = offset;
        for (const count of counts) point.positive.counts.push(count);
        const expected = new Map<number, number>();
        for (const [at, count] of counts.entries()) {
          const index = Number(BigInt(offset + at) >> BigInt(Math.max(0, scale - 8))) + 1;
          if (count > 0) expected.set(index, (expected.get(index) ?? 0) + count);
        }
        const { schema, positiveSpans, positiveCounts } = exponentialHistogram(point);
        assert.equal(schema, Math.min(scale, 8));
        const actual = new Map<number, number>();
        let index = 0;
        let at = 0;
        for (const span of positiveSpans) {
          index += span.offset;
          for (let left = span.length; left > 0; left--, index++) {
            const count = positiveCounts[at++]!;
            if (count > 0) actual.set(index, count);
          }
        }
        assert.equal(at, positiveCounts.length);
        assert.deepEqual(actual, expected);
      }),
    );
  });

  it('that begins with empty buckets is stepped down bucket by bucket, where Prometheus 3.14 shifts a count', () => {
    const point = new DataPoint(DEFAULT_OTLP_LIMITS);
    point.scale = 9;
    for (const count of [0, 0, 3, 4]) point.positive.counts.push(count);
    const { positiveSpans, positiveCounts } = exponentialHistogram(point);
    assert.deepEqual([positiveSpans, positiveCounts], [[{ offset: 2, length: 1 }], Float64Array.of(7)]);
  });
});
