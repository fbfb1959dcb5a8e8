import assert from 'node:assert/strict';
import { test } from 'node:test';
import { histogramText, parseHistogram } from './histogram-notation.ts';
import type { SeriesValue } from './interface.ts';
import { parseSeriesValues } from './series-notation.ts';

const read = (text: string): readonly SeriesValue[] =>
  parseSeriesValues(text, () => {
    throw new Error('no histograms here');
  });

test('a list of values', () => {
  assert.deepEqual(read('1 -2 .5 1e3 stale _ -Inf NaN'), [1, -2, 0.5, 1000, 'stale', undefined, -Infinity, NaN]);
  assert.deepEqual(read('  '), []);
});

test('a+bxn is n more than one value', () => {
  assert.deepEqual(read('1+2x3'), [1, 3, 5, 7]);
  assert.deepEqual(read('1-2x2'), [1, -1, -3]);
  assert.deepEqual(read('-1-2x1'), [-1, -3]);
  assert.deepEqual(read('5x2 _x2 6x0'), [5, 5, 5, undefined, undefined, 6]);
});

test('histograms stay whole, repeat, and grow by what is added', () => {
  const one = '{{schema:0 sum:1 count:1 buckets:[1]}}';
  const [first, second] = parseSeriesValues(`${one}x1`, (each) => each);
  assert.deepEqual(first, parseHistogram('schema:0 sum:1 count:1 buckets:[1]'));
  assert.deepEqual(second, first);
  const added: string[] = [];
  const grown = parseSeriesValues(`${one}+${one}x2 7`, (each, operator) => {
    added.push(operator);
    return each;
  });
  assert.equal(grown.length, 4);
  assert.deepEqual(added, ['+', '+']);
});

test('the text of a histogram has one form', () => {
  const parsed = parseHistogram(
    ' buckets:[0 1 2 0] offset:-1 sum:3 count:3 schema:2 n_buckets:[1] counter_reset_hint:gauge',
  );
  assert.equal(
    histogramText(parsed),
    '{{schema:2 count:3 sum:3 counter_reset_hint:gauge buckets:[1 2] n_buckets:[1]}}',
  );
});

for (const [text, message] of [
  ['1 two', /"two" is no value/],
  ['1+2', /is no value/],
  ['0x10x', /is no value/],
  ['stalex3', /is no value/],
  ['1 2\n3', /one line/],
  ['{{schem:1}}', /"schem" is not known/],
  ['{{schema:1 schema:2}}', /comes twice/],
  ['{{buckets:[]}}', /write a list/],
  ['{{sum:many}}', /no number/],
  ['{{schema:0}}+{{schema:0}}', /number of steps/],
  ['1x99999999999', /more than 10000000 samples/],
] as const) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => read(text), message);
  });
}
