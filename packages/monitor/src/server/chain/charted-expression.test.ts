import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartedExpression } from './charted-expression.ts';

for (const [expression, charted, operator, value] of [
  ['up == 0', 'up', '==', 0],
  ['0.9 < a / b', 'a / b', '>', 0.9],
  ['rate(a[5m]) >= 2 * (60 + -1)', 'rate(a[5m])', '>=', 118],
  ['((a - b) > 5)', '(a - b)', '>', 5],
  ['a > 100 and rate(b[10m]) == 0', 'a', '>', 100],
  ['(a{x="1"} > 1 unless on (job) b) or c < 2', 'a{x="1"}', '>', 1],
] as const) {
  test(`of ${expression} the chart has ${charted}, ${operator} ${value}`, () => {
    assert.deepEqual(chartedExpression(expression), { expression: charted, threshold: { value, operator } });
  });
}

for (const expression of [
  'vector(1)',
  'a > b',
  'a > bool 1',
  'a > scalar(b)',
  'absent(a) or b > 1',
  'a > 2 ^ 10',
  'sum(a > 1)',
]) {
  test(`${expression} is drawn as it is`, () => {
    assert.deepEqual(chartedExpression(expression), { expression, threshold: undefined });
  });
}
