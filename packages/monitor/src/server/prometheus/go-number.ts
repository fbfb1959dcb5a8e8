// Numbers as Go's `strconv.ParseFloat` reads them: decimal, or hexadecimal with an exponent of two, with underscores between digits.
// What is not finite is left to whoever asks.

const DIGITS = String.raw`\d(?:_?\d)*`;
const HEX_DIGITS = String.raw`[\da-f](?:_?[\da-f])*`;
const DECIMAL = new RegExp(`^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?$`, 'i');
const HEXADECIMAL = new RegExp(
  `^([+-]?)0x(?:_?(${HEX_DIGITS})(?:\\.(${HEX_DIGITS})?)?|\\.(${HEX_DIGITS}))p([+-]?${DIGITS})$`,
  'i',
);

/** Undefined for what is no finite number. */
export function parseGoNumber(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : hexadecimalOf(text);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function hexadecimalOf(text: string): number | undefined {
  const parts = HEXADECIMAL.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = '', after = '', fraction = after, exponent = ''] = parts.map((part) =>
    part?.replaceAll('_', ''),
  );
  const magnitude = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -magnitude : magnitude;
}
