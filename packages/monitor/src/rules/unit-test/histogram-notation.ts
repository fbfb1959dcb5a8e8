// Native histograms as tests write them: `{{schema:0 sum:3 count:3 buckets:[1 2]}}`. Keys may come in any order; what is left out is 0.
// https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series

import type { BucketSpan, NativeHistogram } from '../../model/batch.ts';
import { ChainpulseError } from '../../model/errors.ts';
import { generalNumber } from '../../promql/go-text.ts';

const ITEM = /^([a-z_]+):(\[[^\]]*\]|[^\s[\]]+)(?:\s+|$)/;
const NUMBER = /^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|nan)$/i;
const NUMBERS = ['sum', 'count', 'z_bucket', 'z_bucket_w'];
const WHOLE_NUMBERS = ['schema', 'offset', 'n_offset'];
const LISTS = ['buckets', 'n_buckets', 'custom_values'];
const HINTS = ['unknown', 'reset', 'not_reset', 'gauge'];
const CUSTOM_SCHEMA = -53;
const MOST_BUCKETS = 10_000;

/** What stands between the braces. @throws {ChainpulseError} `unit_test_notation` */
export function parseHistogram(text: string): NativeHistogram {
  const fields = fieldsOf(text);
  const number = (key: string) => (fields.has(key) ? numberOf(key, fields.get(key)!) : 0);
  const list = (key: string) => listOf(key, fields.get(key));
  const hint = fields.get('counter_reset_hint') ?? 'unknown';
  if (!HINTS.includes(hint)) throw wrong(`counter_reset_hint:${hint} is none of ${HINTS.join(', ')}`);
  const customBounds = list('custom_values');
  const positiveCounts = list('buckets') ?? new Float64Array();
  const negativeCounts = list('n_buckets') ?? new Float64Array();
  return {
    schema: number('schema'),
    zeroThreshold: number('z_bucket_w'),
    zeroCount: number('z_bucket'),
    count: number('count'),
    sum: number('sum'),
    positiveSpans: spansOf(number('offset'), positiveCounts),
    positiveCounts,
    negativeSpans: spansOf(number('n_offset'), negativeCounts),
    negativeCounts,
    ...(customBounds === undefined ? {} : { customBounds }),
    ...(hint === 'gauge' ? { isGauge: true } : {}),
  };
}

/** The same histogram is always the same text. Whether a counter was reset is not part of it. */
export function histogramText(histogram: NativeHistogram): string {
  const { schema, count, sum, zeroCount, zeroThreshold, customBounds } = histogram;
  const parts: string[] = [];
  const add = (key: string, value: number) => {
    if (value !== 0) parts.push(`${key}:${generalNumber(value)}`);
  };
  add('schema', schema);
  add('count', count);
  add('sum', sum);
  add('z_bucket', zeroCount);
  add('z_bucket_w', zeroThreshold);
  if (schema === CUSTOM_SCHEMA) parts.push(`custom_values:[${numbersText(customBounds ?? [])}]`);
  if (histogram.isGauge === true) parts.push('counter_reset_hint:gauge');
  for (const [prefix, spans, counts] of [
    ['', histogram.positiveSpans, histogram.positiveCounts],
    ['n_', histogram.negativeSpans, histogram.negativeCounts],
  ] as const) {
    const side = withoutEmptyEnds(spans, counts);
    if (side.counts.length === 0) continue;
    add(`${prefix}offset`, side.offset);
    parts.push(`${prefix}buckets:[${numbersText(side.counts)}]`);
  }
  return `{{${parts.join(' ')}}}`;
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  let rest = text.trim();
  while (rest !== '') {
    const item = ITEM.exec(rest);
    if (item === null) throw wrong(`write "key:value" where it says ${JSON.stringify(rest.slice(0, 40))}`);
    const [whole, key = '', value = ''] = item;
    if (![...NUMBERS, ...WHOLE_NUMBERS, ...LISTS, 'counter_reset_hint'].includes(key)) {
      throw wrong(`"${key}" is not known: write schema, sum, count, z_bucket, z_bucket_w, buckets, offset, …`);
    }
    if (fields.has(key)) throw wrong(`"${key}" comes twice`);
    fields.set(key, value);
    rest = rest.slice(whole.length);
  }
  return fields;
}

function numberOf(key: string, text: string): number {
  const isNumber = WHOLE_NUMBERS.includes(key) ? /^-?[0-9]{1,9}$/.test(text) : NUMBER.test(text);
  if (!isNumber) throw wrong(`${key}:${text} is no ${WHOLE_NUMBERS.includes(key) ? 'whole number' : 'number'}`);
  return plainNumberOf(text);
}

/** A number that has the form of one. */
export function plainNumberOf(text: string): number {
  const lower = text.toLowerCase();
  if (lower.endsWith('inf')) return lower.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

function listOf(key: string, text: string | undefined): Float64Array | undefined {
  if (text === undefined) return undefined;
  const items = /^\[(.*)\]$/s.exec(text)?.[1]?.trim();
  if (items === undefined || items === '') throw wrong(`${key}: write a list such as [1 2 3]`);
  const numbers = items.split(/\s+/);
  if (numbers.length > MOST_BUCKETS) throw wrong(`${key} has more than ${MOST_BUCKETS} buckets`);
  return Float64Array.from(numbers, (number) => numberOf(key, number));
}

function spansOf(offset: number, counts: Float64Array): readonly BucketSpan[] {
  return counts.length === 0 ? [] : [{ offset, length: counts.length }];
}

interface DenseBuckets {
  readonly offset: number;
  readonly counts: readonly number[];
}

function withoutEmptyEnds(spans: readonly BucketSpan[], counts: Float64Array): DenseBuckets {
  const dense: number[] = [];
  let at = 0;
  let offset = 0;
  for (const [index, span] of spans.entries()) {
    if (index === 0) offset = span.offset;
    else for (let gap = 0; gap < span.offset; gap++) dense.push(0);
    for (let bucket = 0; bucket < span.length; bucket++) dense.push(counts[at++] ?? 0);
  }
  const first = dense.findIndex((count) => count !== 0);
  if (first === -1) return { offset: 0, counts: [] };
  const last = dense.findLastIndex((count) => count !== 0);
  return { offset: offset + first, counts: dense.slice(first, last + 1) };
}

function numbersText(numbers: Iterable<number>): string {
  return Array.from(numbers, generalNumber).join(' ');
}

function wrong(message: string): ChainpulseError {
  return new ChainpulseError('unit_test_notation', `a histogram is written wrong: ${message}`);
}
