// Floating point numbers as Go writes them: with a number of digits, rounded exactly with ties to even, or with the fewest that
// read back as the same number. https://pkg.go.dev/strconv#FormatFloat

export type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X' | 'b';

/** As precision: as many as are needed. */
export const FEWEST_DIGITS = -1;
/** From this power of ten on `g` writes an exponent, where it has as many digits as are needed. */
const FEWEST_EXPONENT = 6;
const MANTISSA_BITS = 52n;
const EXPONENT_BIAS = 1023;
const HEXADECIMAL_DIGITS = 15;

/** `0.DIGITS × 10^point`, without zeros at the ends. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

export function floatText(value: number, format: FloatFormat, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  const upper = format === 'E' || format === 'G' || format === 'X';
  const unsigned = unsignedText(magnitude, format, precision);
  return sign + (upper ? unsigned.toUpperCase() : unsigned);
}

function unsignedText(value: number, format: FloatFormat, precision: number): string {
  const isFewest = precision < 0;
  switch (format) {
    case 'e':
    case 'E': {
      const decimal = isFewest ? fewestDigits(value) : rounded(exactDigits(value), precision + 1);
      return withExponent(decimal, isFewest ? Math.max(decimal.digits.length - 1, 0) : precision);
    }
    case 'f': {
      const exact = isFewest ? fewestDigits(value) : exactDigits(value);
      const decimal = isFewest ? exact : rounded(exact, exact.point + precision);
      return withoutExponent(decimal, isFewest ? Math.max(decimal.digits.length - decimal.point, 0) : precision);
    }
    case 'g':
    case 'G':
      return generalText(value, precision);
    case 'x':
    case 'X':
      return hexadecimalText(value, precision);
    case 'b': {
      const { mantissa, exponent } = binaryParts(value);
      return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
    }
  }
}

function generalText(value: number, precision: number): string {
  const isFewest = precision < 0;
  const decimal = isFewest ? fewestDigits(value) : rounded(exactDigits(value), Math.max(precision, 1));
  const { digits, point } = decimal;
  const wanted = Math.max(precision, 1);
  const limit = isFewest ? FEWEST_EXPONENT : wanted > digits.length && digits.length >= point ? digits.length : wanted;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= limit) return withExponent(decimal, Math.max(digits.length - 1, 0));
  return withoutExponent(decimal, Math.max(digits.length - point, 0));
}

function withExponent({ digits, point }: Decimal, precision: number): string {
  const exponent = digits === '' ? 0 : point - 1;
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : '';
  const magnitude = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits[0] ?? '0'}${fraction}e${exponent < 0 ? '-' : '+'}${magnitude}`;
}

function withoutExponent({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision === 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, precision)) + digits;
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

function fewestDigits(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

function exactDigits(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const { mantissa, exponent } = binaryParts(value);
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const digits = whole.toString();
  return { digits: digits.replace(/0+$/, ''), point: digits.length + Math.min(exponent, 0) };
}

function rounded(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count < 0) return { digits: '', point: 0 };
  if (count >= digits.length) return decimal;
  const kept = digits.slice(0, count);
  const isHalf = digits[count] === '5' && digits.length === count + 1;
  const isUp = isHalf ? count > 0 && Number(digits[count - 1]) % 2 === 1 : digits[count]! >= '5';
  if (!isUp) return normalized(kept, point);
  const up = (BigInt(kept === '' ? '0' : kept) + 1n).toString();
  return normalized(up, up.length > count ? point + 1 : point);
}

function normalized(digits: string, point: number): Decimal {
  const shorter = digits.replace(/0+$/, '');
  return { digits: shorter, point: shorter === '' ? 0 : point };
}

/** `mantissa × 2^exponent`. */
function binaryParts(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const whole = bits.getBigUint64(0);
  const exponentBits = Number(whole >> MANTISSA_BITS) & 0x7ff;
  const fraction = whole & (2n ** MANTISSA_BITS - 1n);
  const exponent = Math.max(exponentBits, 1) - EXPONENT_BIAS - Number(MANTISSA_BITS);
  return { mantissa: exponentBits === 0 ? fraction : fraction | (1n << MANTISSA_BITS), exponent };
}

/** `0x1.8p+01`. */
function hexadecimalText(value: number, precision: number): string {
  let { mantissa, exponent } = binaryParts(value);
  exponent = mantissa === 0n ? 0 : exponent + Number(MANTISSA_BITS);
  mantissa <<= 8n;
  while (mantissa !== 0n && mantissa < 1n << 60n) {
    mantissa <<= 1n;
    exponent--;
  }
  if (precision >= 0 && precision < HEXADECIMAL_DIGITS) {
    const cut = BigInt(60 - precision * 4);
    const rest = mantissa & ((1n << cut) - 1n);
    mantissa >>= cut;
    const half = 1n << (cut - 1n);
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= cut;
    if (mantissa >= 1n << 61n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const all = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(HEXADECIMAL_DIGITS, '0');
  const digits = precision < 0 ? all.replace(/0+$/, '') : all.slice(0, precision).padEnd(precision, '0');
  const fraction = digits === '' ? '' : `.${digits}`;
  return `0x${mantissa >> 60n}${fraction}p${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
