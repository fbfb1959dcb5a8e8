// Whether two contenders gave the same answer: as many series and points, and how far their values lie apart. Values need not be
// equal: VictoriaMetrics looks before the window where Prometheus extrapolates, and Prometheus 2 has windows closed on the left.

import { median } from '../table.ts';

export interface ParsedAnswer {
  readonly error: string | undefined;
  readonly series: number;
  readonly points: number;
  readonly values: ByLabels;
  /** By the labels without the name, which VictoriaMetrics keeps where Prometheus drops it. */
  readonly nameless: ByLabels;
}

/** By labels, then by unix milliseconds. */
type ByLabels = ReadonlyMap<string, ReadonlyMap<number, number>>;

interface ApiAnswer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly ApiSeries[] };
}

interface ApiSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [seconds: number, text: string];
  readonly values?: readonly (readonly [seconds: number, text: string])[];
}

/** Values nearer than this are the same. */
const EQUAL_WITHIN = 1e-9;

export function parseAnswer(status: number, body: Buffer): ParsedAnswer {
  const nothing = { series: 0, points: 0, values: new Map(), nameless: new Map() };
  let answer: ApiAnswer;
  try {
    answer = JSON.parse(body.toString()) as ApiAnswer;
  } catch {
    return { error: `status ${status}: ${body.toString('utf8', 0, 200)}`, ...nothing };
  }
  if (answer.data === undefined) return { error: answer.error ?? `status ${status}`, ...nothing };
  const values = new Map<string, Map<number, number>>();
  const nameless = new Map<string, Map<number, number>>();
  let points = 0;
  for (const { metric, value, values: several } of answer.data.result) {
    const pairs = several ?? (value === undefined ? [] : [value]);
    points += pairs.length;
    const byTime = new Map(pairs.map(([seconds, text]) => [Math.round(1000 * seconds), numberOf(text)] as const));
    values.set(keyOf(Object.entries(metric)), byTime);
    nameless.set(keyOf(Object.entries(metric).filter(([name]) => name !== '__name__')), byTime);
  }
  return { error: undefined, series: answer.data.result.length, points, values, nameless };
}

/** In a few words; '' when nothing differs. */
export function difference(given: ParsedAnswer, expected: ParsedAnswer): string {
  if (given.error !== undefined) return 'refused';
  if (given.series !== expected.series) return `${given.series} of ${expected.series} series`;
  if (given.points !== expected.points) return `${given.points} of ${expected.points} points`;
  const distances: number[] = [];
  let missing = 0;
  for (const [key, byTime] of expected.values) {
    const others = given.values.get(key) ?? given.nameless.get(key);
    for (const [timeMs, value] of byTime) {
      const other = others?.get(timeMs);
      if (other === undefined) {
        missing++;
        continue;
      }
      const apart = distance(value, other);
      if (apart > EQUAL_WITHIN) distances.push(apart);
    }
  }
  if (missing > 0) return `${missing} points elsewhere`;
  if (distances.length === 0) return '';
  return `${share(distances.length / expected.points)} of values differ, half of them by less than ${share(median(distances))}`;
}

/** Relative to the greater one. */
function distance(one: number, other: number): number {
  if (Object.is(one, other) || one === other) return 0;
  if (Number.isNaN(one) || Number.isNaN(other)) return Number.POSITIVE_INFINITY;
  return Math.abs(one - other) / Math.max(Math.abs(one), Math.abs(other));
}

function share(part: number): string {
  return part >= 0.1 ? `${(100 * part).toFixed(0)} %` : `${Number((100 * part).toPrecision(2))} %`;
}

function keyOf(labels: readonly (readonly [name: string, value: string])[]): string {
  return JSON.stringify(labels.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** As Prometheus writes it. */
function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
