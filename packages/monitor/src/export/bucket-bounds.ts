// The bounds of a native histogram's buckets, to the last digit those of Prometheus: it takes the powers of two between 1 and 2 from
// a table whose entries are up to four units in the last place off. How far each is off was read from the API of a real one; the
// test under test/conformance/history asks it for all of them again.

import type { NativeHistogram } from '../model/batch.ts';

export const CUSTOM_BOUNDS_SCHEMA = -53;

const FINEST_SCHEMA = 8;
const FINEST_BUCKETS = 2 ** FINEST_SCHEMA;
/** Of 2^(n/256): so many units in the last place below the nearest double; `+` is one above. */
const UNITS_BELOW =
  '00000010001000000012001111111111001000100111001100110+1100110011' +
  '0000001111221021001000100001000000010+00102200110111001010221111' +
  '1010112211211011111111212122212200110010112210221122101121221121' +
  '1132112122322232222222333344324311211222213311222132112222432233';
const TABLE = Float64Array.from(
  UNITS_BELOW,
  (units, index) => 2 ** (index / FINEST_BUCKETS) - (units === '+' ? -1 : Number(units)) * Number.EPSILON,
);
/** A bucket above has no end; the one that ends here ends with the greatest double, as 2^1024 is none. */
const LARGEST_EXPONENT = 1024;

/** The upper bound of a bucket by its index. */
export function upperBoundsOf({ schema, customBounds }: NativeHistogram): (index: number) => number {
  if (schema === CUSTOM_BOUNDS_SCHEMA) {
    return (index) => (index < 0 ? Number.NEGATIVE_INFINITY : (customBounds?.[index] ?? Number.POSITIVE_INFINITY));
  }
  if (schema <= 0) return (index) => powerOfTwo(index * 2 ** -schema);
  const buckets = 2 ** schema;
  return (index) => {
    const exponent = Math.floor(index / buckets);
    const within = index - exponent * buckets;
    if (within === 0) return powerOfTwo(exponent);
    const factor = TABLE[within * 2 ** (FINEST_SCHEMA - schema)]!;
    // Rounded once where the numbers get coarse, next to zero.
    return exponent < 0 ? (factor / 2) * 2 ** (exponent + 1) : factor * 2 ** exponent;
  };
}

function powerOfTwo(exponent: number): number {
  return exponent === LARGEST_EXPONENT ? Number.MAX_VALUE : 2 ** exponent;
}
