// Doubles that are whole numbers on a grid: of a power of ten (1.25 is 125 hundredths) or of two (differences of Unix
// times in seconds are multiples of 2^-22). Exact, tested bit for bit: a value that its whole number does not give back
// is an exception, kept beside the column, which repeats the number before at its place. Whole numbers are within ±2^51, so that
// differences of their differences are exact in a double. Format page: docs/formats/store.md.

export interface Grid {
  /** 'ten': value = number / 10^exponent; 'two': value = number · 2^exponent. */
  readonly base: 'ten' | 'two';
  readonly exponent: number;
}

export const GRID_NUMBER_MAX = 2 ** 51;
export const TEN_EXPONENT_MAX = 12;
export const TWO_EXPONENT_MAX = 64;
export const TENS = Float64Array.from({ length: TEN_EXPONENT_MAX + 1 }, (_, exponent) => Number(`1e${exponent}`));

const PROBES = 24;
const NEGATIVE_ZERO_HIGH = 0x80000000;

/** Exceptions beyond this many make a form unfit. */
export function exceptionsAllowed(length: number): number {
  return 1 + (length >>> 5);
}

/** Whether a value can take part in arithmetic that gives it back: finite and not -0. */
export function isRegular(bits: Uint32Array, index: number): boolean {
  const high = bits[2 * index + 1]!;
  if ((high & 0x7ff00000) === 0x7ff00000) return false;
  return high !== NEGATIVE_ZERO_HIGH || bits[2 * index] !== 0;
}

/** Fits the coarsest grid to the values and writes their whole numbers and the places of the exceptions. */
export function fitGrid(
  values: Float64Array,
  bits: Uint32Array,
  length: number,
  numbers: Float64Array,
  exceptions: number[],
): Grid | undefined {
  const probes = probesOf(values, bits, length);
  if (probes.length === 0) return undefined;
  const missesMax = probes.length >>> 3;
  for (let exponent = 0; exponent <= TEN_EXPONENT_MAX; exponent++) {
    const scale = TENS[exponent]!;
    let misses = 0;
    for (const probe of probes) if (Number.isNaN(tenNumber(probe, scale))) misses++;
    if (misses > missesMax) continue;
    if (fillTen(values, bits, length, scale, numbers, exceptions)) return { base: 'ten', exponent };
  }
  let exponent = TWO_EXPONENT_MAX;
  for (const probe of probes) exponent = Math.min(exponent, lowestBit(probe));
  if (exponent < -TWO_EXPONENT_MAX || exponent === TWO_EXPONENT_MAX) return undefined;
  return fillTwo(values, bits, length, 2 ** -exponent, numbers, exceptions) ? { base: 'two', exponent } : undefined;
}

function probesOf(values: Float64Array, bits: Uint32Array, length: number): number[] {
  const probes: number[] = [];
  const step = Math.max(1, Math.floor(length / PROBES));
  for (let index = 0; index < length; index += step) if (isRegular(bits, index)) probes.push(values[index]!);
  return probes;
}

/** NaN when the value is not on the grid. */
function tenNumber(value: number, scale: number): number {
  const number = Math.round(value * scale);
  return number <= GRID_NUMBER_MAX && number >= -GRID_NUMBER_MAX && number / scale === value ? number : Number.NaN;
}

function fillTen(
  values: Float64Array,
  bits: Uint32Array,
  length: number,
  scale: number,
  numbers: Float64Array,
  exceptions: number[],
): boolean {
  const allowed = exceptionsAllowed(length);
  exceptions.length = 0;
  let before = Number.NaN;
  for (let index = 0; index < length; index++) {
    const number = isRegular(bits, index) ? tenNumber(values[index]!, scale) : Number.NaN;
    if (!Number.isNaN(number)) before = number + 0;
    else if (exceptions.push(index) > allowed) return false;
    numbers[index] = before;
  }
  return fillStart(numbers, length);
}

/** The product can be rounded where the value is too small to be exact. */
function isTwoNumber(number: number, scale: number, value: number): boolean {
  return Math.abs(number) <= GRID_NUMBER_MAX && Math.floor(number) === number && number / scale === value;
}

function fillTwo(
  values: Float64Array,
  bits: Uint32Array,
  length: number,
  scale: number,
  numbers: Float64Array,
  exceptions: number[],
): boolean {
  const allowed = exceptionsAllowed(length);
  exceptions.length = 0;
  let before = Number.NaN;
  for (let index = 0; index < length; index++) {
    const number = isRegular(bits, index) ? values[index]! * scale : Number.NaN;
    if (isTwoNumber(number, scale, values[index]!)) before = number;
    else if (exceptions.push(index) > allowed) return false;
    numbers[index] = before;
  }
  return fillStart(numbers, length);
}

/** Exceptions at the start repeat the first number that there is. */
function fillStart(numbers: Float64Array, length: number): boolean {
  let first = 0;
  while (first < length && Number.isNaN(numbers[first])) first++;
  if (first === length) return false;
  numbers.fill(numbers[first]!, 0, first);
  return true;
}

const view = new Float64Array(1);
const words = new Uint32Array(view.buffer);

/** The exponent of the lowest bit that is set in a value; that of 0 is above all others. */
function lowestBit(value: number): number {
  if (value === 0) return TWO_EXPONENT_MAX;
  view[0] = value;
  const low = words[0]!;
  const high = words[1]! | 0x100000;
  const zeros = low !== 0 ? 31 - Math.clz32(low & -low) : 32 + 31 - Math.clz32(high & -high);
  return ((words[1]! >>> 20) & 0x7ff) - 1075 + zeros;
}
