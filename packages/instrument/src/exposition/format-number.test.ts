import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { canonicalNumber, goNumber } from './format-number.ts';

it('prints bounds as the OpenMetrics specification lists them', () => {
  const listed =
    '0.0 0.001 0.01 0.1 0.9 0.95 0.99 0.999 1.0 1.7 10.0 1e-10 1e-09 1e-05 0.0001 100000.0 1e+06 1e+10 +Inf';
  for (const text of listed.split(' ')) assert.equal(canonicalNumber(text === '+Inf' ? Infinity : Number(text)), text);
});

it('prints what Go prints for %g', () => {
  const texts: [number, string][] = [
    [1, '1'],
    [-0, '0'],
    [-2.5, '-2.5'],
    [123_456, '123456'],
    [1_234_567, '1.234567e+06'],
    [123_456.75, '123456.75'],
    [0.00012, '0.00012'],
    [0.000012, '1.2e-05'],
    [1e21, '1e+21'],
    [-1e100, '-1e+100'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of texts) assert.equal(goNumber(value), text);
});

it('reads back to the bit, and marks every number as a float', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const expected = value === 0 ? 0 : value;
      assert.equal(Number(goNumber(value)), expected);
      assert.equal(Number(canonicalNumber(value)), expected);
      assert.match(canonicalNumber(value), /[.e]/);
    }),
  );
});
