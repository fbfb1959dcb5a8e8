import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LENIENT_PARSE_OPTIONS, parseExpression } from '../parse/parser.ts';
import { selectorsWithoutBuckets } from './without-buckets.ts';

function namesOf(expression: string): string[] {
  return Array.from(selectorsWithoutBuckets(parseExpression(expression, LENIENT_PARSE_OPTIONS)), ({ name }) => name);
}

test('buckets are left out where counts and sums alone are asked for', () => {
  const cases: readonly (readonly [expression: string, names: readonly string[]])[] = [
    ['a', []],
    ['histogram_count(a)', ['a']],
    ['histogram_sum(rate(a[5m])) / histogram_avg(b) + c', ['a', 'b']],
    ['sum(histogram_count((sum by(x) (a offset 1m))))', ['a']],
    ['histogram_stddev(a)', []],
  ];
  for (const [expression, names] of cases) assert.deepEqual(namesOf(expression), names, expression);
});

test('buckets are not left out where anything around needs them', () => {
  const expressions = [
    'max_over_time(histogram_count(a)[5m:])',
    'histogram_count(rate(a[5m:]))',
    'histogram_quantile(0.5, histogram_sum(a))',
    'histogram_count(vector(scalar(histogram_fraction(0, 1, a))))',
    'histogram_quantiles(histogram_count(a), "q", 1)',
    'histogram_count(a </ 2)',
    'histogram_count(a) >/ 2',
  ];
  for (const expression of expressions) assert.deepEqual(namesOf(expression), [], expression);
});
