// Numbers, strings and durations as Go writes them, and so Prometheus.
// https://pkg.go.dev/strconv#Quote, https://pkg.go.dev/strconv#FormatFloat

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
/** `%v` writes numbers outside of these powers of ten with an exponent. */
const PLAIN_FROM = 1e-4;
const PLAIN_BELOW = 1e21;
const UNIT_MS: readonly (readonly [unit: string, ms: number, onlyExact: boolean])[] = [
  ['y', 31_536_000_000, true],
  ['w', 604_800_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1000, false],
  ['ms', 1, false],
];

/** The character at a place, in single quotes, with an escape when it cannot be seen. */
export function quotedCharacter(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at)!);
  if (character === "'") return "'\\''";
  return character === '"' ? `'"'` : `'${quoted(character).slice(1, -1)}'`;
}

/** In double quotes, with escapes for what cannot be seen. */
export function quoted(text: string): string {
  let quotedText = '"';
  for (const character of text) {
    const simple = SIMPLE_ESCAPES[character];
    quotedText += simple ?? (PRINTABLE.test(character) ? character : numericEscape(character.codePointAt(0)!));
  }
  return `${quotedText}"`;
}

function numericEscape(code: number): string {
  const digits = code.toString(16);
  if (code < 0x80) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x1_0000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** The fewest digits that read back as the same number, never with an exponent. */
export function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const pointAt = Number(exponent) + 1;
  if (pointAt <= 0) return value === 0 ? `${sign}0` : `${sign}0.${'0'.repeat(-pointAt)}${digits}`;
  if (digits.length <= pointAt) return sign + digits.padEnd(pointAt, '0');
  return `${sign}${digits.slice(0, pointAt)}.${digits.slice(pointAt)}`;
}

/** The fewest digits, with an exponent where the number is very large or very small. */
export function generalNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (value === 0 || !Number.isFinite(value) || (magnitude >= PLAIN_FROM && magnitude < PLAIN_BELOW)) {
    return plainNumber(value);
  }
  return value.toExponential().replace(/e([-+])([0-9])$/, 'e$10$2');
}

/** `90_061_000` is `1d1h1m1s`; years and weeks only where they leave no rest. */
export function durationText(durationMs: number): string {
  if (durationMs === 0) return '0s';
  let rest = Math.abs(durationMs);
  let text = durationMs < 0 ? '-' : '';
  for (const [unit, unitMs, onlyExact] of UNIT_MS) {
    const count = Math.floor(rest / unitMs);
    if (count === 0 || (onlyExact && rest % unitMs !== 0)) continue;
    text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}
