// Numbers as Go reads them from text. https://pkg.go.dev/strconv#ParseFloat

const SPECIAL = /^(?:([-+]?)inf(?:inity)?|nan)$/i;
const DECIMAL = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?$/i;
const HEXADECIMAL = /^([-+]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([-+]?[0-9]+)$/i;
const MISPLACED_UNDERSCORE = /(?:^|[^0-9a-f])_|_(?:$|[^0-9a-f])/i;
const WHOLE: readonly (readonly [form: RegExp, prefix: string])[] = [
  [/^0x([0-9a-f]+)$/i, '0x'],
  [/^0b([01]+)$/i, '0b'],
  [/^0o?([0-7]+)$/i, '0o'],
  [/^(0|[1-9][0-9]*)$/, ''],
];

/** Undefined where the text is no number; infinite where it is too large. */
export function floatFrom(text: string): number | undefined {
  const special = SPECIAL.exec(text);
  if (special !== null) return special[1] === undefined ? NaN : special[1] === '-' ? -Infinity : Infinity;
  const digits = withoutUnderscores(text);
  if (digits === undefined) return undefined;
  if (DECIMAL.test(digits)) return Number(digits);
  const hexadecimal = HEXADECIMAL.exec(digits);
  if (hexadecimal === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent] = hexadecimal;
  if (whole + fraction === '') return undefined;
  const magnitude = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -magnitude : magnitude;
}

/** Of any size, with the prefixes of Go and a sign. Undefined where the text is no whole number. */
export function integerFrom(text: string): bigint | undefined {
  const digits = withoutUnderscores(text)?.replace(/^[-+]/, '');
  if (digits === undefined) return undefined;
  for (const [form, prefix] of WHOLE) {
    const found = form.exec(digits);
    if (found === null) continue;
    const magnitude = BigInt(prefix + found[1]!);
    return text.startsWith('-') ? -magnitude : magnitude;
  }
  return undefined;
}

/** They stand between digits, or between the prefix and one. */
function withoutUnderscores(text: string): string | undefined {
  if (!text.includes('_')) return text;
  const body = text.replace(/^[-+]/, '').replace(/^0[xbo]/i, '0');
  return body.includes('__') || MISPLACED_UNDERSCORE.test(body) ? undefined : text.replaceAll('_', '');
}

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

export function isInt64(value: bigint): boolean {
  return value >= MIN_INTEGER && value <= MAX_INTEGER;
}

/** Towards zero; what does not fit in 64 bits becomes the least integer, as on the processors that Prometheus runs on. */
export function int64Of(value: number): bigint {
  return Number.isFinite(value) && Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : MIN_INTEGER;
}
