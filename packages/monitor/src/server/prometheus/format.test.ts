import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatSample, formatScalar, formatTime, quote } from './format.ts';

test('scalars are written without an exponent, however large or small, samples with one of two digits', () => {
  const cases: [number, string, string?][] = [
    [0, '0'],
    [-0, '-0'],
    [1.5, '1.5'],
    [2 ** 53, '9007199254740992'],
    [999999999999999900000, '999999999999999900000'],
    [1e21, '1000000000000000000000', '1e+21'],
    [-1.5e21, '-1500000000000000000000', '-1.5e+21'],
    [1.2345678901234569e23, '123456789012345690000000', '1.2345678901234569e+23'],
    [0.000001, '0.000001'],
    [-2.5e-7, '-0.00000025', '-2.5e-07'],
    [1e-10, '0.0000000001', '1e-10'],
    [Number.MIN_VALUE, `0.${'0'.repeat(323)}5`, '5e-324'],
    [Number.MAX_VALUE, `17976931348623157${'0'.repeat(292)}`, '1.7976931348623157e+308'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ];
  for (const [value, scalar, sample = scalar] of cases) {
    assert.equal(formatScalar(value), scalar);
    assert.equal(formatSample(value), sample);
  }
});

test('every finite value reads back as itself', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const scalar = formatScalar(value);
      assert.match(scalar, /^-?\d+(\.\d+)?$/);
      assert.ok(Object.is(Number(scalar), value), scalar);
      const sample = formatSample(value);
      assert.match(sample, /^-?\d+(\.\d+)?(e[+-]\d{2,3})?$/);
      assert.ok(Object.is(Number(sample), value), sample);
    }),
  );
});

test('times are seconds with no or three decimals', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [5, '0.005'],
    [1000, '1'],
    [1_435_781_451_700, '1435781451.700'],
    [-1500, '-1.500'],
    [-500, '-0.500'],
    [-1000, '-1'],
  ];
  for (const [timeMs, expected] of cases) assert.equal(formatTime(timeMs), expected);
});

test('text is escaped for JSON and for pages that paste it into HTML', () => {
  assert.equal(quote('a<b>&"\\\u2028\n\u0001é😀'), '"a\\u003cb\\u003e\\u0026\\"\\\\\\u2028\\n\\u0001é😀"');
});

test('every text reads back as itself', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(JSON.parse(quote(text)), text)));
});
