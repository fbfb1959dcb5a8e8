// A line chart in braille dots for the terminal: two dots a column and four a row of text, a gap where there is no value.
// All series share the axes; each is drawn, and named below with its latest value.

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly { readonly timeSeconds: number; readonly value: number }[];
}

const ROWS = 12;
const MIN_COLUMNS = 20;
const MAX_COLUMNS = 160;
const MAX_NAMED = 20;
const MIN_DIGITS = 5;
const MAX_DIGITS = 15;
/** The bit of each dot in a braille character, [column][row]. */
const DOT_BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

interface Extent {
  readonly min: number;
  readonly max: number;
}

export function drawChart(series: readonly ChartSeries[], columns: number): string {
  const points = series.flatMap(({ points }) => points).filter(({ value }) => Number.isFinite(value));
  if (points.length === 0) return 'The series have no finite values to draw.\n';
  const values = extentOf(points.map(({ value }) => value));
  const times = extentOf(points.map(({ timeSeconds }) => timeSeconds));
  const short = (value: number) => shortNumber(value, values.max - values.min);
  const labels = [short(values.max), short((values.min + values.max) / 2), short(values.min)];
  const margin = Math.max(...labels.map(({ length }) => length));
  const width = Math.min(Math.max(columns - margin - 3, MIN_COLUMNS), MAX_COLUMNS);
  const dots = new Uint8Array(width * ROWS);
  for (const { points } of series) plot(dots, width, points, times, values);

  const lines = Array.from({ length: ROWS }, (_, row) => {
    const label = row === 0 ? labels[0] : row === ROWS - 1 ? labels[2] : row === Math.floor(ROWS / 2) ? labels[1] : '';
    const cells = Array.from(dots.subarray(row * width, (row + 1) * width), (bits) =>
      String.fromCharCode(0x2800 + bits),
    );
    return `${(label ?? '').padStart(margin)} ┤${cells.join('')}`;
  });
  return `${lines.join('\n')}\n${timeAxis(margin, width, times)}\n${legend(series, short)}`;
}

function extentOf(numbers: readonly number[]): Extent {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const number of numbers) {
    if (number < min) min = number;
    if (number > max) max = number;
  }
  return { min, max };
}

function plot(dots: Uint8Array, width: number, points: ChartSeries['points'], times: Extent, values: Extent): void {
  const last = { x: width * 2 - 1, y: ROWS * 4 - 1 };
  for (const { timeSeconds, value } of points) {
    if (!Number.isFinite(value)) continue;
    const x = Math.round(share(timeSeconds, times) * last.x);
    const y = last.y - Math.round(share(value, values) * last.y);
    const cell = (y >> 2) * width + (x >> 1);
    dots[cell]! |= DOT_BITS[x & 1]![y & 3]!;
  }
}

/** Where a number lies between the ends, 0 to 1; in the middle when there is no distance. */
function share(number: number, { min, max }: Extent): number {
  return max === min ? 0.5 : (number - min) / (max - min);
}

function timeAxis(margin: number, width: number, times: Extent): string {
  const [from, to] = [clockTime(times.min), clockTime(times.max)];
  const space = ' '.repeat(Math.max(1, width - from.length - to.length));
  return `${' '.repeat(margin + 2)}${from}${space}${to}`;
}

function clockTime(timeSeconds: number): string {
  return `${new Date(timeSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

function legend(series: readonly ChartSeries[], short: (value: number) => string): string {
  const named = series
    .slice(0, MAX_NAMED)
    .map(({ name, points }) => `  ${name}  ${short(points.at(-1)?.value ?? Number.NaN)}\n`);
  const rest = series.length - named.length;
  return named.join('') + (rest > 0 ? `  and ${rest} more series\n` : '');
}

/** With as many digits as tell apart what lies a hundredth of the chart's height apart, and at least five. */
function shortNumber(value: number, span: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const needed = span > 0 ? Math.ceil(Math.log10(Math.abs(value) / span)) + 3 : 0;
  return String(Number(value.toPrecision(Math.min(Math.max(needed, MIN_DIGITS), MAX_DIGITS))));
}
