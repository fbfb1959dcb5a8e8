import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Scale, scaledText } from './scaled-rules.ts';

const SCALE: Scale = { divisor: 60, leastWindowMs: 10_000, evaluationMs: 1000 };

for (const [text, expected] of [
  ['increase(errors_total[1h]) > 0', 'increase(errors_total[1m]) > 0'],
  ['increase(errors_total[5m]) > 0', 'increase(errors_total[10s]) > 0'],
  ['max_over_time(x[20m:15s])', 'max_over_time(x[20s:1s])'],
  ['max_over_time(x[20m:])', 'max_over_time(x[20s:])'],
  ['(a unless a offset 30m) and up offset 1h30m == 1', '(a unless a offset 30s) and up offset 1m30s == 1'],
  ['x_bucket{le=~"1|1[.]0"} > 600', 'x_bucket{le=~"1|1[.]0"} > 600'],
  ['        for: 15m\n        labels:', '        for: 15s\n        labels:'],
  ['        for: 30s', '        for: 1s'],
] as const) {
  test(`${JSON.stringify(text)} is scaled down`, () => assert.equal(scaledText(text, SCALE), expected));
}
