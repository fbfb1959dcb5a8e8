// Floating point as Go has it where JavaScript differs.

/** The shortest decimal text that reads back as the value, never with an exponent (Go's format 'f', -1). */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa, exponentText] = String(value).split('e');
  if (exponentText === undefined) return mantissa!;
  const negative = mantissa!.startsWith('-');
  const [whole, fraction = ''] = mantissa!.replace('-', '').split('.');
  const exponent = Number(exponentText);
  const digits = whole! + fraction;
  const point = whole!.length + exponent;
  const unsigned = point <= 0 ? `0.${'0'.repeat(-point)}${digits}` : digits.padEnd(point, '0');
  return negative ? `-${unsigned}` : unsigned;
}

const DIGITS = '[0-9](?:_?[0-9])*';
const DECIMAL = new RegExp(`^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?$`, 'i');

/** A number as it stands in a label such as `le`; undefined when it is none, or too large for a double. */
export function parseFloatLabel(text: string): number | undefined {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  const value = DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** The larger; infinity wins over NaN. */
export function maximum(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}

/** The smaller; minus infinity wins over NaN. */
export function minimum(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
}

/**
 * Sums with the error kept beside (Neumaier's variant of Kahan's method), as Prometheus 3 does; `add` in the given
 * order, then `sum + compensation`. One instance serves a whole column without allocating.
 */
export class CompensatedSum {
  sum = 0;
  compensation = 0;

  reset(sum: number, compensation: number): void {
    this.sum = sum;
    this.compensation = compensation;
  }

  add(increment: number): void {
    const total = this.sum + increment;
    if (total === Infinity || total === -Infinity) this.compensation = 0;
    else if (Math.abs(this.sum) >= Math.abs(increment)) this.compensation += this.sum - total + increment;
    else this.compensation += increment - total + this.sum;
    this.sum = total;
  }
}

/**
 * The quantile with linear interpolation between the two nearest ranks, of the first `count` entries of `scratch`,
 * whose order it changes; NaN counts as the smallest.
 */
export function quantileOf(quantile: number, scratch: Float64Array, count: number): number {
  if (count === 0 || Number.isNaN(quantile)) return NaN;
  if (quantile < 0) return -Infinity;
  if (quantile > 1) return Infinity;
  const notANumberCount = gatherNaN(scratch, count);
  const rank = quantile * (count - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(count - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  if (lower < notANumberCount) return NaN;
  const below = selectRank(scratch, notANumberCount, count, lower);
  let above = below;
  if (upper > lower) {
    above = scratch[upper]!;
    for (let index = upper + 1; index < count; index++) if (scratch[index]! < above) above = scratch[index]!;
  }
  return below * (1 - weight) + above * weight;
}

/** Brings them to the front and counts them. */
function gatherNaN(values: Float64Array, count: number): number {
  let found = 0;
  for (let index = 0; index < count; index++) {
    if (!Number.isNaN(values[index])) continue;
    values[index] = values[found]!;
    values[found++] = NaN;
  }
  return found;
}

const SORT_BELOW = 24;

/**
 * Puts the value of a rank in its place, with none greater before it and none less behind it. Values that would make the
 * partitions too uneven are sorted instead.
 */
function selectRank(values: Float64Array, from: number, to: number, rank: number): number {
  let low = from;
  let high = to - 1;
  let partitionsLeft = 2 * (32 - Math.clz32(to - from)) + 2;
  while (high - low >= SORT_BELOW && partitionsLeft-- > 0) {
    const pivot = middleOf(values[low]!, values[(low + high) >>> 1]!, values[high]!);
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const value = values[left]!;
      values[left++] = values[right]!;
      values[right--] = value;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else return values[rank]!;
  }
  if (high > low) values.subarray(low, high + 1).sort();
  return values[rank]!;
}

function middleOf(a: number, b: number, c: number): number {
  if (a < b) return b < c ? b : Math.max(a, c);
  return a < c ? a : Math.max(b, c);
}
