import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatSample, formatTime } from './format.ts';
import { TIME_BYTES_MAX, VALUE_BYTES_MAX, writeTime, writeValue } from './format-bytes.ts';

const AT = 3;
const bytes = Buffer.alloc(AT + VALUE_BYTES_MAX);
/** Of samples: what counters and gauges have, quotients of them, and doubles of any bits. */
const VALUES = fc.oneof(
  fc.double(),
  fc.double({ min: -1e15, max: 1e15 }),
  fc.double({ min: -2, max: 2 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 1, max: 1e6 })).map(([of, by]) => of / by),
  fc.tuple(fc.maxSafeInteger(), fc.nat(22)).map(([digits, places]) => Number(`${digits}e-${places}`)),
);

function valueText(value: number): string {
  return bytes.toString('latin1', AT, writeValue(bytes, AT, value));
}

test('a value is written as its text', () => {
  fc.assert(
    fc.property(VALUES, (value) => assert.equal(valueText(value), formatSample(value))),
    { numRuns: 20_000 },
  );
});

test('a value beside a limit of the arithmetic is written as its text', () => {
  const limits = [
    0,
    1e-6,
    1e9,
    1e15,
    1e17,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
    Infinity,
    NaN,
  ];
  for (let exponent = -70; exponent <= 70; exponent++) limits.push(2 ** exponent, Number(`1e${exponent}`));
  const double = new Float64Array(1);
  const bits = new BigInt64Array(double.buffer);
  for (const limit of limits) {
    for (const away of [-2n, -1n, 0n, 1n, 2n]) {
      double[0] = limit;
      bits[0] = bits[0]! + away;
      for (const value of [double[0]!, -double[0]!]) assert.equal(valueText(value), formatSample(value));
    }
  }
});

test('a time is written as its text', () => {
  const times = fc.oneof(fc.integer(), fc.integer({ min: -8.64e15, max: 8.64e15 }));
  fc.assert(
    fc.property(times, (timeMs) => {
      const end = writeTime(bytes, AT, timeMs);
      assert.equal(bytes.toString('latin1', AT, end), formatTime(timeMs));
    }),
    { numRuns: 5000 },
  );
});

test('the longest texts fit into what is kept for them', () => {
  assert.equal(valueText(-1.2345678901234567e-6).length, VALUE_BYTES_MAX);
  assert.ok(valueText(-Number.MIN_VALUE * 3).length <= VALUE_BYTES_MAX);
  assert.ok(valueText(-2.2250738585072014e-308).length <= VALUE_BYTES_MAX);
  assert.equal(writeTime(bytes, 0, -8.64e15 + 1), TIME_BYTES_MAX);
});
