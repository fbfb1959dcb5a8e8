import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exp2, log2 } from './logarithms.ts';
import { generalText, labelText } from './number-text.ts';

/** Computed by Go 1.24 on amd64: a number, its logarithm, another number, its power; as bits. */
const OF_GO = [
  ['3f55c8ee32b71012', 'c0231c07765c5971', '3fd4ae3f3c182884', '3ff40449226a5a5b'],
  ['40507ec2ba30842a', '40182d06abe38c50', 'c023ed1c2b8966a9', '3f506a195b7f61ee'],
  ['3f11a5c5283a93b2', 'c02bb79b0ddb4ee1', 'c067dd198a0ffe4a', '340109925e76b3b2'],
  ['400a82d97bdb0686', '3ffba80b35cd29c0', 'c07a02f2576bb60a', '25ec2a41518359bb'],
] as const;

test('logarithms and powers are to the bit those of Go', () => {
  for (const [number, logarithm, exponent, power] of OF_GO) {
    assert.equal(log2(fromBits(number)), fromBits(logarithm));
    assert.equal(exp2(fromBits(exponent)), fromBits(power));
  }
});

test('powers of two are exact, down to the smallest number', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1074, max: 1023 }), (exponent) => {
      assert.equal(log2(2 ** exponent), exponent);
      assert.equal(exp2(exponent), 2 ** exponent);
    }),
  );
});

test('what has no logarithm has none', () => {
  assert.deepEqual([0, -1, NaN, Infinity].map(log2), [-Infinity, NaN, NaN, Infinity]);
  assert.deepEqual([-1100, 1024, NaN, -Infinity].map(exp2), [0, Infinity, NaN, 0]);
});

test('numbers are written as %g and %.2g write them', () => {
  const general = [0, 0.5, 1e6, 999999, 1234567, 1e-4, 1e-5, 1e21, NaN, Infinity, -0.25].map((value) =>
    generalText(value),
  );
  assert.deepEqual(general, [
    '0',
    '0.5',
    '1e+06',
    '999999',
    '1.234567e+06',
    '0.0001',
    '1e-05',
    '1e+21',
    'NaN',
    '+Inf',
    '-0.25',
  ]);
  const short = [0.125, 35, 99.5, 100, 12.5, 0.00025, 123456].map((value) => generalText(value, 2));
  assert.deepEqual(short, ['0.12', '35', '1e+02', '1e+02', '12', '0.00025', '1.2e+05']);
});

test('as the value of a label a whole number has a fraction', () => {
  assert.deepEqual([0, -0, 1, 0.5, 1e6, 20, NaN, -Infinity].map(labelText), [
    '0.0',
    '0.0',
    '1.0',
    '0.5',
    '1e+06',
    '20.0',
    'NaN',
    '-Inf',
  ]);
});

function fromBits(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}
