import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { arcCosine, arcSine, arcTangent, arcTangentOfQuotient } from './arc-functions.ts';
import { exponential, exponentialOfTwo } from './exponentials.ts';
import { fusedMultiplyAdd } from './fused-multiply-add.ts';
import * as hyperbolic from './hyperbolic.ts';
import { binaryLogarithm, decimalLogarithm, logarithmOfOneAnd, naturalLogarithm } from './logarithms.ts';
import { power } from './powers.ts';
import { cosine, sine, tangent } from './trigonometry.ts';

const FUNCTIONS: Readonly<Record<string, (a: number, b: number, c: number) => number>> = {
  exp: exponential,
  exp2: exponentialOfTwo,
  ln: naturalLogarithm,
  log2: binaryLogarithm,
  log10: decimalLogarithm,
  log1p: logarithmOfOneAnd,
  sin: sine,
  cos: cosine,
  tan: tangent,
  asin: arcSine,
  acos: arcCosine,
  atan: arcTangent,
  sinh: hyperbolic.hyperbolicSine,
  cosh: hyperbolic.hyperbolicCosine,
  tanh: hyperbolic.hyperbolicTangent,
  asinh: hyperbolic.areaSine,
  acosh: hyperbolic.areaCosine,
  atanh: hyperbolic.areaTangent,
  pow: power,
  atan2: arcTangentOfQuotient,
  fma: fusedMultiplyAdd,
};

/** Computed by Go 1.26 on amd64: a function, its arguments and its result, as bits. */
const OF_GO = readFileSync(new URL('./testdata/of-go.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

for (const [name, compute] of Object.entries(FUNCTIONS)) {
  test(`${name} is to the bit that of Go`, () => {
    const lines = OF_GO.filter((line) => line.startsWith(`${name} `));
    assert.ok(lines.length > 10);
    for (const line of lines) {
      const [a = NaN, b = NaN, c = NaN, d = NaN] = line.split(' ').slice(1).map(fromBits);
      const count = line.split(' ').length - 2;
      const expected = count === 1 ? b : count === 2 ? c : d;
      assert.equal(compute(a, b, c), expected, line);
    }
  });
}

test('powers of two are exact, down to the smallest number', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1074, max: 1023 }), (exponent) => {
      assert.equal(binaryLogarithm(2 ** exponent), exponent);
      assert.equal(exponentialOfTwo(exponent), 2 ** exponent);
      assert.equal(power(2, exponent), 2 ** exponent);
    }),
  );
});

test('a whole power is the same whether the number is squared or its fraction', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: 0.5, max: 2 }), fc.integer({ min: -30, max: 30 }), (base, exponent) => {
      // Scaled, the result leaves the range in which the number itself can be squared.
      const scaled = power(base * 2 ** -40, exponent);
      const expected = power(base, exponent) * 2 ** (-40 * exponent);
      const isNormal = Math.abs(expected) > 2 ** -1000 && Number.isFinite(expected);
      assert.ok(!isNormal || scaled === expected, `${scaled} and not ${expected}`);
    }),
  );
});

function fromBits(bits: string): number {
  if (bits === 'nan') return NaN;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}
