// Prints answers of the Prometheus API for a terminal (table, chart) or another program (json, csv).

import { quoted } from '../promql/go-text.ts';
import { drawChart } from './chart.ts';

export const FORMATS = ['table', 'json', 'csv', 'chart'] as const;
export type Format = (typeof FORMATS)[number];

type Point = readonly [timeSeconds: number, value: string];
type Metric = Readonly<Record<string, string>>;

/** Which ends belong to a bucket is the rule's number: the upper, the lower, neither, both. */
const OPENING = ['(', '[', '(', '['];
const CLOSING = [']', ')', ')', ']'];

interface Histogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [rule: number, lower: string, upper: string, count: string])[];
}

type HistogramPoint = readonly [timeSeconds: number, histogram: Histogram];

interface VectorSample {
  readonly metric: Metric;
  readonly value?: Point;
  readonly histogram?: HistogramPoint;
}

interface MatrixSeries {
  readonly metric: Metric;
  readonly values?: readonly Point[];
  readonly histograms?: readonly HistogramPoint[];
}

export type Answer = { readonly warnings: readonly string[]; readonly infos: readonly string[] } & (
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point }
  | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
);

interface Line {
  readonly metric: Metric;
  readonly points: readonly Point[];
}

export function formatAnswer(answer: Answer, format: Format, columns: number): string {
  if (format === 'json') return `${JSON.stringify(answer.result)}\n`;
  const lines = linesOf(answer);
  if (format === 'csv') return csv(lines);
  if (lines.length === 0) return 'No series answers this query.\n';
  if (format === 'chart' && answer.resultType === 'matrix') {
    return drawChart(
      lines.map(({ metric, points }) => ({
        name: seriesName(metric),
        // Of a histogram there is no one number to draw: a gap.
        points: points.map(([timeSeconds, value]) => ({ timeSeconds, value: Number(value) })),
      })),
      columns,
    );
  }
  return answer.resultType === 'matrix' ? matrixTable(lines) : instantTable(lines);
}

function linesOf(answer: Answer): Line[] {
  switch (answer.resultType) {
    case 'scalar':
    case 'string':
      return [{ metric: {}, points: [answer.result] }];
    case 'vector':
      return answer.result.map(({ metric, value, histogram }) => ({
        metric,
        points: pointsOf(value === undefined ? [] : [value], histogram === undefined ? [] : [histogram]),
      }));
    case 'matrix':
      return answer.result.map(({ metric, values, histograms }) => ({ metric, points: pointsOf(values, histograms) }));
  }
}

/** In order of time. */
function pointsOf(values: readonly Point[] = [], histograms: readonly HistogramPoint[] = []): readonly Point[] {
  if (histograms.length === 0) return values;
  const points = histograms.map(([timeSeconds, histogram]): Point => [timeSeconds, histogramText(histogram)]);
  return [...values, ...points].sort(([a], [b]) => a - b);
}

/** As Prometheus writes it for people: `{count:3, sum:4.5, (1,2]:3}`. */
function histogramText({ count, sum, buckets = [] }: Histogram): string {
  const counted = buckets.map(
    ([rule, lower, upper, inBucket]) => `, ${OPENING[rule]}${lower},${upper}${CLOSING[rule]}:${inBucket}`,
  );
  return `{count:${count}, sum:${sum}${counted.join('')}}`;
}

/** A series as PromQL writes it: `name{label="value"}`. */
function seriesName({ __name__ = '', ...labels }: Metric): string {
  const inside = Object.entries(labels).map(([name, value]) => `${nameText(name)}=${quoted(value)}`);
  if (!isPlainName(__name__) && __name__ !== '') return `{${[quoted(__name__), ...inside].join(', ')}}`;
  return inside.length === 0 && __name__ !== '' ? __name__ : `${__name__}{${inside.join(', ')}}`;
}

/** What needs no quotes in PromQL. */
function isPlainName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

function nameText(name: string): string {
  return isPlainName(name) && !name.includes(':') ? name : quoted(name);
}

function instantTable(lines: readonly Line[]): string {
  const rows = lines.map(({ metric, points }) => [seriesName(metric), points[0]?.[1] ?? '']);
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return rows.map(([name = '', value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function matrixTable(lines: readonly Line[]): string {
  return lines
    .map(({ metric, points }) => {
      const rows = points.map(([timeSeconds, value]) => `  ${isoTime(timeSeconds)}  ${value}\n`);
      return `${seriesName(metric)}\n${rows.join('')}`;
    })
    .join('\n');
}

function csv(lines: readonly Line[]): string {
  const names = [...new Set(lines.flatMap(({ metric }) => Object.keys(metric)))].sort();
  const rows = lines.flatMap(({ metric, points }) =>
    points.map(([timeSeconds, value]) => [isoTime(timeSeconds), ...names.map((name) => metric[name] ?? ''), value]),
  );
  return [['time', ...names, 'value'], ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function isoTime(timeSeconds: number): string {
  return new Date(timeSeconds * 1000).toISOString();
}
