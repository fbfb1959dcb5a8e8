// Arcs of tangents, sines and cosines as Go computes them, operation by operation (the methods are those of Cephes).
// https://go.dev/src/math/atan.go, https://go.dev/src/math/atan2.go, https://go.dev/src/math/asin.go

const P0 = -0.8750608600031904;
const P1 = -16.157537187333652;
const P2 = -75.00855792314705;
const P3 = -122.88666844901361;
const P4 = -64.85021904942025;
const Q0 = 24.858464901423062;
const Q1 = 165.02700983169885;
const Q2 = 432.88106049129027;
const Q3 = 485.3903996359137;
const Q4 = 194.5506571482614;
const HALF_PI = Math.PI / 2;
/** What half of pi has behind its digits. */
const HALF_PI_REST = 6.123233995736766e-17;
const TANGENT_OF_3_EIGHTHS = 2.414213562373095;
const SERIES_TO = 0.66;

export function arcTangent(x: number): number {
  if (x === 0 || Number.isNaN(x)) return x;
  return x > 0 ? ofPositive(x) : -ofPositive(-x);
}

/** The quadrant is decided after the division: where `y / x` underflows, the sign of y is lost. */
export function arcTangentOfQuotient(y: number, x: number): number {
  if (y === 0 || x === 0 || !Number.isFinite(y) || !Number.isFinite(x)) return Math.atan2(y, x);
  const arc = arcTangent(y / x);
  if (x > 0) return arc;
  return arc <= 0 ? arc + Math.PI : arc - Math.PI;
}

export function arcSine(x: number): number {
  if (x === 0) return x;
  const magnitude = Math.abs(x);
  if (!(magnitude <= 1)) return NaN;
  const cosine = Math.sqrt(1 - magnitude * magnitude);
  const arc = magnitude > 0.7 ? HALF_PI - ofPositive(cosine / magnitude) : ofPositive(magnitude / cosine);
  return x < 0 ? -arc : arc;
}

export function arcCosine(x: number): number {
  return HALF_PI - arcSine(x);
}

function ofPositive(x: number): number {
  if (x <= SERIES_TO) return series(x);
  if (x > TANGENT_OF_3_EIGHTHS) return HALF_PI - series(1 / x) + HALF_PI_REST;
  return Math.PI / 4 + series((x - 1) / (x + 1)) + 0.5 * HALF_PI_REST;
}

function series(x: number): number {
  const z = x * x;
  const above = (((P0 * z + P1) * z + P2) * z + P3) * z + P4;
  const below = ((((z + Q0) * z + Q1) * z + Q2) * z + Q3) * z + Q4;
  return x * ((z * above) / below) + x;
}
