// Sine, cosine and tangent as Go computes them, operation by operation (the methods are those of Cephes).
// https://go.dev/src/math/sin.go, https://go.dev/src/math/tan.go

import { type ReducedAngle, reducedLarge } from './reduced-angle.ts';

const SINE = [
  1.5896230157654656e-10, -2.5050747762857807e-8, 2.7557313621385722e-6, -1.984126982958954e-4, 8.333333333322118e-3,
  -0.1666666666666663,
] as const;
const COSINE = [
  -1.1358536521387682e-11, 2.087570084197473e-9, -2.755731417929674e-7, 2.4801587288851704e-5, -1.3888888888873056e-3,
  4.1666666666666595e-2,
] as const;
const TANGENT_ABOVE = [-13093.693918138379, 1153516.6483858742, -17956525.197648488] as const;
const TANGENT_BELOW = [13681.296347069296, -1320892.3444021097, 25008380.18233579, -53869575.592945464] as const;

/** A quarter of pi in three parts, of which the first two are exact products with whole numbers. */
const QUARTER_A = 0.7853981256484985;
const QUARTER_B = 3.774894707930798e-8;
const QUARTER_C = 2.6951514290790595e-15;
const LARGE_FROM = 2 ** 29;

export function sine(x: number): number {
  if (x === 0) return x;
  if (!Number.isFinite(x)) return NaN;
  const { octant, rest } = reduced(Math.abs(x));
  const isSecondHalf = (octant & 4) !== 0;
  const value = (octant & 2) === 0 ? sineSeries(rest) : cosineSeries(rest);
  return isSecondHalf === x < 0 ? value : -value;
}

export function cosine(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  const { octant, rest } = reduced(Math.abs(x));
  const quarter = (octant >> 1) & 3;
  const value = (quarter & 1) === 0 ? cosineSeries(rest) : sineSeries(rest);
  return quarter === 1 || quarter === 2 ? -value : value;
}

export function tangent(x: number): number {
  if (x === 0) return x;
  if (!Number.isFinite(x)) return NaN;
  const { octant, rest } = reduced(Math.abs(x));
  const z = rest * rest;
  const value = z > 1e-14 ? tangentSeries(rest, z) : rest;
  const ofQuarter = (octant & 2) === 0 ? value : -1 / value;
  return x < 0 ? -ofQuarter : ofQuarter;
}

function reduced(x: number): ReducedAngle {
  if (x >= LARGE_FROM) return reducedLarge(x);
  const octants = Math.floor(x * (4 / Math.PI));
  const even = octants + (octants % 2);
  return { octant: even % 8, rest: x - even * QUARTER_A - even * QUARTER_B - even * QUARTER_C };
}

function sineSeries(x: number): number {
  const z = x * x;
  const [c0, c1, c2, c3, c4, c5] = SINE;
  return x + x * z * (((((c0 * z + c1) * z + c2) * z + c3) * z + c4) * z + c5);
}

function cosineSeries(x: number): number {
  const z = x * x;
  const [c0, c1, c2, c3, c4, c5] = COSINE;
  return 1 - 0.5 * z + z * z * (((((c0 * z + c1) * z + c2) * z + c3) * z + c4) * z + c5);
}

function tangentSeries(x: number, z: number): number {
  const [p0, p1, p2] = TANGENT_ABOVE;
  const [q1, q2, q3, q4] = TANGENT_BELOW;
  const above = (p0 * z + p1) * z + p2;
  const below = (((z + q1) * z + q2) * z + q3) * z + q4;
  return x + x * ((z * above) / below);
}
