// Values for property tests: of every magnitude and sign, close together and far apart.

import fc from 'fast-check';

const anything = fc.double({ noNaN: true, noDefaultInfinity: true });
const latency = fc.double({ min: -12, max: 6, noNaN: true }).map((exponent) => 2 ** exponent);
const powerOfTwo = fc.integer({ min: -140, max: 1023 }).map((exponent) => 2 ** exponent);
const special = fc.constantFrom(0, -0, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -128, 1);

const length = { maxLength: 40, size: 'max' } as const;

const narrow = fc
  .record({ middle: latency, spread: fc.double({ min: 0, max: 0.5, noNaN: true }) })
  .chain(({ middle, spread }) => fc.array(fc.double({ min: middle, max: middle * (1 + spread), noNaN: true }), length));

export const arbitraryValues: fc.Arbitrary<number[]> = fc.oneof(
  narrow,
  fc.array(latency, length),
  fc.array(fc.oneof(latency, powerOfTwo, special), length),
  fc.array(fc.oneof(anything, powerOfTwo, special), length),
);
