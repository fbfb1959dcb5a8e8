// What all charts share: quiet axes in the colours of the theme, times in the reader's zone, values in their unit.

import type uPlot from 'uplot';
import { formatShort, formatText, type Unit } from '../format/number.ts';
import { colourOf } from '../theme/theme.ts';

const SPACE_PX = 46;
/** Marks that name seconds need more room; they come where half a minute would be wide enough for a mark. */
const SPACE_WITH_SECONDS_PX = 66;
/** Marks of large numbers are shortened, where that leaves them different: 30 M, not 30,000,000. */
const SHORTENED_FROM = 1e6;
const FONT = '11px system-ui, sans-serif';

/** uPlot's own steps down to milliseconds, with a day's date only where the day changes and hours written 00 to 23. */
const TIME_FORMATS: (string | number | null)[][] = [
  [86_400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [3600, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [0.001, '{ss}.{fff}', '\n{HH}:{mm}', null, '\n{HH}:{mm}', null, null, null, 1],
];

export function timeAxis(): uPlot.Axis {
  return {
    stroke: colourOf('--muted'),
    font: FONT,
    space: (_, __, fromS, toS, widthPx) =>
      (30 * widthPx) / (toS - fromS) >= SPACE_PX ? SPACE_WITH_SECONDS_PX : SPACE_PX,
    grid: { show: false },
    ticks: { stroke: colourOf('--line'), width: 1, size: 4 },
    values: TIME_FORMATS,
  };
}

export function valueAxis(unit: Unit, spacePx: number): uPlot.Axis {
  return {
    stroke: colourOf('--muted'),
    font: FONT,
    space: spacePx,
    gap: 6,
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
    ...(unit === 'bytes' || unit === 'bytesPerSecond' ? { incrs: BINARY_STEPS } : {}),
    values: (_, splits) => markTexts(splits, unit),
    size: (_, values) => 14 + 6.6 * Math.max(2, ...(values ?? []).map((text) => text.length)),
  };
}

export function markTexts(marks: readonly (number | null)[], unit: Unit): string[] {
  const isLarge = marks.some((mark) => mark !== null && Math.abs(mark) >= SHORTENED_FROM);
  if (isLarge && (unit === 'count' || unit === 'none')) {
    const short = marks.map((mark) => (mark === null ? '' : formatShort(mark)));
    if (new Set(short).size === new Set(marks).size) return short;
  }
  return marks.map((mark) => (mark === null ? '' : mark === 0 ? '0' : formatText(mark, unit)));
}

/** Round numbers of bytes are round in powers of two: 256 MiB, not 268.4. */
const BINARY_STEPS = Array.from({ length: 50 }, (_, exponent) => 2 ** exponent);
