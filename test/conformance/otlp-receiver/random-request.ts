// A request of random metrics, the same for the same seed: names, units, attributes, values and shapes of all kinds.

import fc from 'fast-check';
import {
  at,
  attributes,
  exponential,
  gauge,
  histogram,
  request,
  sum,
  summary,
} from '../../../packages/monitor/src/sources/push/otlp/testing/build-request.ts';
import type { OtlpObject } from '../../../packages/monitor/src/sources/push/otlp/testing/official-otlp.ts';

const METRICS = 300;

const word = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', '9', '_', '.', '-', '/', ':', 'é', ' '),
  minLength: 1,
  maxLength: 8,
});
// A letter at the end: what is all underscores is refused, and with it everything else of the request.
const name = word.map((text) => `${text}x`);
const unit = fc.oneof(fc.constantFrom('', '1', 's', 'By', 'By/s', '{x}', '1/s', '%'), word);
const labels = fc.dictionary(name, fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.boolean()), { maxKeys: 4 });
// What is sent on has no negative zero: a number that is equal to zero is not written.
const value = fc.double().map((each) => each + 0);
const counts = fc.array(fc.nat(9), { minLength: 1, maxLength: 12 });

const point = fc.oneof(
  { weight: 3, arbitrary: value.map((asDouble) => ({ kind: 'number' as const, fields: { asDouble } })) },
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((asInt) => ({ kind: 'number' as const, fields: { asInt: `${asInt}` } })),
  fc
    .tuple(counts, value)
    .map(([bucketCounts, total]) => ({ kind: 'histogram' as const, fields: histogramFields(bucketCounts, total) })),
  fc
    .record({
      scale: fc.integer({ min: -4, max: 12 }),
      offset: fc.integer({ min: -500, max: 500 }),
      counts,
      zeroCount: fc.nat(3),
    })
    .map((parts) => ({ kind: 'exponential' as const, fields: exponentialFields(parts) })),
  fc.array(value, { maxLength: 3 }).map((values) => ({ kind: 'summary' as const, fields: summaryFields(values) })),
);

export function randomRequest(seed: number, timeMs: number): OtlpObject {
  const rows = fc.sample(fc.record({ name, unit, labels, point, isMonotonic: fc.boolean() }), {
    seed,
    numRuns: METRICS,
  });
  const metrics = rows.map((row, index) => {
    // Each series by itself: two of one name and with the same labels could not both be stored.
    const points = [
      { ...at(timeMs), ...row.point.fields, attributes: [...attributes(row.labels), ...attributes({ index })] },
    ];
    const more = { unit: row.unit };
    if (row.point.kind === 'histogram') return histogram(row.name, points, more);
    if (row.point.kind === 'exponential') return exponential(row.name, points, more);
    if (row.point.kind === 'summary') return summary(row.name, points, more);
    return row.isMonotonic ? sum(row.name, points, more) : gauge(row.name, points, more);
  });
  return request(metrics);
}

function histogramFields(bucketCounts: readonly number[], sumOfAll: number): OtlpObject {
  const explicitBounds = bucketCounts.slice(1).map((_, index) => (index - 2) * 1.5);
  return { bucketCounts, explicitBounds, count: total(bucketCounts), sum: Number.isFinite(sumOfAll) ? sumOfAll : 0 };
}

function exponentialFields(parts: {
  readonly scale: number;
  readonly offset: number;
  readonly counts: readonly number[];
  readonly zeroCount: number;
}): OtlpObject {
  const { scale, offset, zeroCount } = parts;
  // Prometheus steps down wrongly what begins with empty buckets.
  const bucketCounts = [1, ...parts.counts.map((count) => (scale > 8 ? count + 1 : count))];
  return { scale, zeroCount, positive: { offset, bucketCounts }, count: total(bucketCounts) + zeroCount, sum: 1 };
}

function summaryFields(values: readonly number[]): OtlpObject {
  return {
    count: values.length,
    sum: 1.5,
    quantileValues: values.map((each, index) => ({ quantile: index / 4, value: each })),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0);
}
