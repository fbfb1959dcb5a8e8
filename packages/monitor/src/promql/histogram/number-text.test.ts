import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generalText, labelText } from './number-text.ts';

test('numbers are written as %g and %.2g write them', () => {
  const general = [0, 0.5, 1e6, 999999, 1234567, 1e-4, 1e-5, 1e21, NaN, Infinity, -0.25].map((value) =>
    generalText(value),
  );
  assert.deepEqual(general, [
    '0',
    '0.5',
    '1e+06',
    '999999',
    '1.234567e+06',
    '0.0001',
    '1e-05',
    '1e+21',
    'NaN',
    '+Inf',
    '-0.25',
  ]);
  const short = [0.125, 35, 99.5, 100, 12.5, 0.00025, 123456].map((value) => generalText(value, 2));
  assert.deepEqual(short, ['0.12', '35', '1e+02', '1e+02', '12', '0.00025', '1.2e+05']);
});

test('as the value of a label a whole number has a fraction', () => {
  assert.deepEqual([0, -0, 1, 0.5, 1e6, 20, NaN, -Infinity].map(labelText), [
    '0.0',
    '0.0',
    '1.0',
    '0.5',
    '1e+06',
    '20.0',
    'NaN',
    '-Inf',
  ]);
});
