// Values of the export's JSON that are more than numbers: what JSON has no number for, and native histograms as stored.

import type { BucketSpan, NativeHistogram } from '../model/batch.ts';

const SPECIAL: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

/** A number, or a text that stands for one. */
export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : SPECIAL.get(value);
}

/** Undefined for what is none. Whether its counts agree is for whoever stores it to check. */
export function nativeHistogramIn(value: unknown): NativeHistogram | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const json = value as Readonly<Record<string, unknown>>;
  const schema = numberIn(json['schema']);
  const zeroThreshold = numberIn(json['zeroThreshold']);
  const zeroCount = numberIn(json['zeroCount']);
  const count = numberIn(json['count']);
  const sum = numberIn(json['sum']);
  const positiveSpans = spansIn(json['positiveSpans']);
  const negativeSpans = spansIn(json['negativeSpans']);
  const positiveCounts = columnIn(json['positiveCounts']);
  const negativeCounts = columnIn(json['negativeCounts']);
  const customBounds = json['customBounds'] === undefined ? undefined : columnIn(json['customBounds']);
  if (
    schema === undefined ||
    zeroThreshold === undefined ||
    zeroCount === undefined ||
    count === undefined ||
    sum === undefined ||
    positiveSpans === undefined ||
    negativeSpans === undefined ||
    positiveCounts === undefined ||
    negativeCounts === undefined ||
    (customBounds === undefined && json['customBounds'] !== undefined)
  ) {
    return undefined;
  }
  return {
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans,
    positiveCounts,
    negativeSpans,
    negativeCounts,
    ...(customBounds === undefined ? {} : { customBounds }),
    ...(json['isGauge'] === true ? { isGauge: true } : {}),
  };
}

function columnIn(value: unknown): Float64Array | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.map(numberIn);
  return numbers.includes(undefined) ? undefined : Float64Array.from(numbers as number[]);
}

function spansIn(value: unknown): BucketSpan[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const spans: BucketSpan[] = [];
  for (const span of value as unknown[]) {
    if (!Array.isArray(span) || !Number.isInteger(span[0]) || !Number.isInteger(span[1]) || span[1] < 0)
      return undefined;
    spans.push({ offset: span[0] as number, length: span[1] as number });
  }
  return spans;
}
