// Figures as people read them: a number and its unit apart, so that a card can set them in different sizes. Invariant:
// at most four significant digits, except counts, which are written out in full (a block height is never rounded).

export type Unit = 'none' | 'count' | 'bytes' | 'bytesPerSecond' | 'seconds' | 'ratio' | 'wei' | 'perSecond';

export interface Figure {
  readonly text: string;
  /** '' when the number stands alone. */
  readonly unit: string;
}

const LOCALE = 'en-GB';
const WHOLE = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const COUNT = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const SHORT_SCALE: readonly [factor: number, suffix: string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];
const WEI_PER_GWEI = 1e9;

/** The value in the unit that suits its size. Not-a-number and infinities are written as PromQL writes them. */
export function formatFigure(value: number, unit: Unit): Figure {
  if (!Number.isFinite(value)) return { text: formatSpecial(value), unit: '' };
  switch (unit) {
    case 'none':
      return { text: formatPlain(value), unit: '' };
    case 'count':
      return { text: COUNT.format(value), unit: '' };
    case 'bytes':
      return formatBytes(value);
    case 'bytesPerSecond': {
      const { text, unit: scaled } = formatBytes(value);
      return { text, unit: `${scaled}/s` };
    }
    case 'seconds':
      return formatSeconds(value);
    case 'ratio':
      return { text: significant(value * 100, 3), unit: '%' };
    case 'wei':
      return Math.abs(value) > 0 && Math.abs(value) < WEI_PER_GWEI / 1000
        ? { text: formatPlain(value), unit: 'wei' }
        : { text: significant(value / WEI_PER_GWEI, 4), unit: 'gwei' };
    case 'perSecond':
      return { text: significant(value, 3), unit: '/s' };
  }
}

/** Number and unit in one string, as axes, tables and tooltips want it. */
export function formatText(value: number, unit: Unit): string {
  const figure = formatFigure(value, unit);
  return figure.unit === '' || figure.unit.startsWith('/')
    ? figure.text + figure.unit
    : `${figure.text} ${figure.unit}`;
}

/** A large number in few characters (30,000,000 → 30 M), for a second line beside an exact one. */
export function formatShort(value: number): string {
  for (const [factor, suffix] of SHORT_SCALE) {
    if (Math.abs(value) >= factor) return `${significant(value / factor, 3)} ${suffix}`;
  }
  return formatPlain(value);
}

function formatSpecial(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function formatBytes(value: number): Figure {
  let scaled = value;
  let index = 0;
  while (Math.abs(scaled) >= 1024 && index < BYTE_UNITS.length - 1) {
    scaled /= 1024;
    index++;
  }
  return { text: index === 0 ? WHOLE.format(scaled) : significant(scaled, 3), unit: BYTE_UNITS[index] ?? 'B' };
}

function formatSeconds(value: number): Figure {
  // Three digits round 0.9996 s up to one second, not to 1,000 ms.
  const size = Math.abs(value) * 1.0005;
  if (size === 0) return { text: '0', unit: 's' };
  if (size < 1e-6) return { text: significant(value * 1e9, 3), unit: 'ns' };
  if (size < 1e-3) return { text: significant(value * 1e6, 3), unit: 'µs' };
  if (size < 1) return { text: significant(value * 1e3, 3), unit: 'ms' };
  if (size < 120) return { text: significant(value, 3), unit: 's' };
  if (size < 7200) return { text: significant(value / 60, 3), unit: 'min' };
  if (size < 172_800) return { text: significant(value / 3600, 3), unit: 'h' };
  return { text: significant(value / 86_400, 3), unit: 'd' };
}

function formatPlain(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return WHOLE.format(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(3);
  return significant(value, size >= 1000 ? 6 : 4);
}

/** Rounds to so many significant digits but keeps every digit before the point; trailing zeros go. */
function significant(value: number, digits: number): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(Math.max(0, digits - 1 - magnitude), 8);
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: decimals }).format(value);
}
