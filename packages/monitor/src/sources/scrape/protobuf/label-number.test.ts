import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelNumber } from './label-number.ts';

const AS_GO: readonly (readonly [number, string])[] = [
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-25, '-25.0'],
  [2.5, '2.5'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [-1.5e-7, '-1.5e-07'],
  [123_456, '123456.0'],
  [999_999.5, '999999.5'],
  [1e6, '1e+06'],
  [1_234_567, '1.234567e+06'],
  [1e21, '1e+21'],
  [5e-324, '5e-324'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
  [NaN, 'NaN'],
];

for (const [value, text] of AS_GO) {
  test(`${value} is ${text}`, () => assert.equal(labelNumber(value), text));
}

test('every text is that of one number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.ok(Object.is(Number(labelNumber(value)), value));
      assert.match(labelNumber(value), /[.e]/);
    }),
  );
});
