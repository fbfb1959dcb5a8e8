// `a * b + c` rounded once, which processors have and JavaScript has not. The error of the product and that of the sum are computed
// exactly (Dekker, Knuth) and added; where that is rounded too and the result lies in the middle between two numbers, what it lost
// decides. https://hal.science/inria-00080427

const SPLITTER = 2 ** 27 + 1;

/** For operands whose products and their errors are neither too large nor subnormal. */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const aScaled = SPLITTER * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = SPLITTER * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  const added = sum - product;
  const sumError = product - (sum - added) + (c - added);
  const rest = productError + sumError;
  const result = sum + rest;
  const lost = rest - (result - sum);
  const neighbour = result + 2 * lost;
  // In the middle the last bit was decided without what the rest itself lost.
  if (lost === 0 || neighbour - result !== 2 * lost) return result;
  const restAdded = rest - productError;
  const restError = productError - (rest - restAdded) + (sumError - restAdded);
  return restError !== 0 && restError > 0 === lost > 0 ? neighbour : result;
}
