import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGoNumber } from './go-number.ts';

test('numbers are read as Go reads them', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['-0', -0],
    ['+1.5e3', 1500],
    ['.5', 0.5],
    ['5.', 5],
    ['1_000.2_5', 1000.25],
    ['0x10p0', 16],
    ['0X1.8P+1', 3],
    ['-0x.8p-1', -0.25],
    ['0x_1_0p1_0', 16_384],
    ['0x1p-1080', 0],
  ];
  for (const [text, expected] of cases) assert.equal(parseGoNumber(text), expected, text);
});

test('what is no finite number is none, however long it is', () => {
  const none = [
    '',
    '.',
    '-',
    'e1',
    '1e',
    '1__0',
    '0x__1p0',
    '_1',
    '1_',
    '1_.5',
    '1._5',
    '0x10',
    '0x1p',
    '0xp1',
    '1e999',
    '0x1p9999',
    'Inf',
    'NaN',
  ];
  for (const text of [...none, `${'1'.repeat(1e6)}x`, `0x${'a'.repeat(1e6)}`]) {
    assert.equal(parseGoNumber(text), undefined, text.slice(0, 20));
  }
});
