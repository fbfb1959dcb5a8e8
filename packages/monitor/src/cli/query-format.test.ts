import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAnswer } from './query-format.ts';

const HISTOGRAM = {
  count: '5',
  sum: '4.5',
  buckets: [
    [3, '-0.1', '0.1', '2'],
    [0, '1', '2', '3'],
  ],
} as const;

test('a native histogram is written with its buckets, between the floats of its series', () => {
  const series = [
    {
      metric: { __name__: 'h' },
      values: [
        [10, '1'],
        [30, '2'],
      ],
      histograms: [[20, HISTOGRAM]],
    },
  ] as const;
  assert.equal(
    formatAnswer({ resultType: 'matrix', result: series, warnings: [], infos: [] }, 'table', 80),
    'h\n  1970-01-01T00:00:10.000Z  1\n  1970-01-01T00:00:20.000Z  {count:5, sum:4.5, [-0.1,0.1]:2, (1,2]:3}\n  1970-01-01T00:00:30.000Z  2\n',
  );
});

test('a sample that is a histogram without buckets has its count and sum', () => {
  const result = [{ metric: { pod: 'a' }, histogram: [10, { count: '0', sum: '0' }] }] as const;
  assert.equal(
    formatAnswer({ resultType: 'vector', result, warnings: [], infos: [] }, 'table', 80),
    '{pod="a"}  {count:0, sum:0}\n',
  );
});

test('names that PromQL takes only in quotes are quoted', () => {
  const metric = { __name__: 'http.server "dur"é', 'a.b': 'x\ny', ü: '1', plain: 'z' };
  const result = [{ metric, value: [10, '1'] }] as const;
  assert.equal(
    formatAnswer({ resultType: 'vector', result, warnings: [], infos: [] }, 'table', 80),
    '{"http.server \\"dur\\"é", "a.b"="x\\ny", "ü"="1", plain="z"}  1\n',
  );
});
