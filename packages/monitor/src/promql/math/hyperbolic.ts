// Hyperbolic functions and their inverses as Go computes them, operation by operation.
// https://go.dev/src/math/sinh.go, https://go.dev/src/math/tanh.go, https://go.dev/src/math/asinh.go

import { exponential } from './exponentials.ts';
import { logarithmOfOneAnd, naturalLogarithm } from './logarithms.ts';

const SINE_ABOVE = [-630767.3640497717, -89912.72022039509, -2894.211355989564, -26.30563213397497] as const;
const SINE_BELOW = [-630767.3640497717, 15215.17378790019, -173.6789535582337] as const;
const TANGENT_ABOVE = [-0.9643991794250523, -99.28772310019185, -1614.6876844170845] as const;
const TANGENT_BELOW = [112.81167849163293, 2235.4883906010045, 4844.063053251255] as const;
const EXPONENTIAL_ALONE_ABOVE = 21;
const SINE_SERIES_TO = 0.5;
const TANGENT_SERIES_BELOW = 0.625;
const TANGENT_IS_ONE_ABOVE = 44.014845965556525;
const LARGE = 2 ** 28;
const NEAR_ZERO = 2 ** -28;

export function hyperbolicSine(x: number): number {
  const value = sineOfPositive(x < 0 ? -x : x);
  return x < 0 ? -value : value;
}

function sineOfPositive(x: number): number {
  if (x > EXPONENTIAL_ALONE_ABOVE) return exponential(x) * 0.5;
  if (x > SINE_SERIES_TO) {
    const growing = exponential(x);
    return (growing - 1 / growing) * 0.5;
  }
  const square = x * x;
  const [p0, p1, p2, p3] = SINE_ABOVE;
  const [q0, q1, q2] = SINE_BELOW;
  return ((((p3 * square + p2) * square + p1) * square + p0) * x) / (((square + q2) * square + q1) * square + q0);
}

export function hyperbolicCosine(x: number): number {
  const magnitude = Math.abs(x);
  const growing = exponential(magnitude);
  return magnitude > EXPONENTIAL_ALONE_ABOVE ? growing * 0.5 : (growing + 1 / growing) * 0.5;
}

export function hyperbolicTangent(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > TANGENT_IS_ONE_ABOVE) return x < 0 ? -1 : 1;
  if (magnitude >= TANGENT_SERIES_BELOW) {
    const value = 1 - 2 / (exponential(2 * magnitude) + 1);
    return x < 0 ? -value : value;
  }
  if (x === 0) return x;
  const square = x * x;
  const [p0, p1, p2] = TANGENT_ABOVE;
  const [q0, q1, q2] = TANGENT_BELOW;
  const above = (p0 * square + p1) * square + p2;
  const below = ((square + q0) * square + q1) * square + q2;
  return x + (x * square * above) / below;
}

export function areaSine(x: number): number {
  if (!Number.isFinite(x)) return x;
  const value = areaSineOfPositive(x < 0 ? -x : x);
  return x < 0 ? -value : value;
}

function areaSineOfPositive(x: number): number {
  if (x > LARGE) return naturalLogarithm(x) + Math.LN2;
  if (x > 2) return naturalLogarithm(2 * x + 1 / (Math.sqrt(x * x + 1) + x));
  if (x < NEAR_ZERO) return x;
  return logarithmOfOneAnd(x + (x * x) / (1 + Math.sqrt(1 + x * x)));
}

export function areaCosine(x: number): number {
  if (!(x >= 1)) return NaN;
  if (x === 1) return 0;
  if (x >= LARGE) return naturalLogarithm(x) + Math.LN2;
  if (x > 2) return naturalLogarithm(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
  const above = x - 1;
  return logarithmOfOneAnd(above + Math.sqrt(2 * above + above * above));
}

export function areaTangent(x: number): number {
  if (!(x >= -1 && x <= 1)) return NaN;
  if (x === 1 || x === -1) return x * Infinity;
  const value = areaTangentOfPositive(x < 0 ? -x : x);
  return x < 0 ? -value : value;
}

function areaTangentOfPositive(x: number): number {
  if (x < NEAR_ZERO) return x;
  if (x >= 0.5) return 0.5 * logarithmOfOneAnd((x + x) / (1 - x));
  const twice = x + x;
  return 0.5 * logarithmOfOneAnd(twice + (twice * x) / (1 - x));
}
