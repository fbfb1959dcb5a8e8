import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectFormat } from './detect-format.ts';
import type { ImportFormat } from './interface.ts';

const CASES: readonly [string, ImportFormat | undefined][] = [
  ['#@ 1700000000000 node 4\na 1\n\n', 'recording'],
  ['{__name__="up", job="a"} 1 1700000000000\n', 'tsdb-dump'],
  ['{"metric":{"__name__":"up"},"values":[1],"timestamps":[1]}\n', 'json'],
  ['{"metric":{"__name__":"a line that is cut', 'json'],
  ['__name__,job,timestamp,value\nup,a,1,1\n', 'csv'],
  ['__name__,timestamp,value\r\n', 'csv'],
  ['up,job=a value=1 1700000000000000000\n', 'influx'],
  ['cpu usage=1,idle=2\n', 'influx'],
  ['# of line protocol, a comment\ncpu,host=a\\ b usage=1i 1\n', 'influx'],
  ['up,job=a\tb value=1 1700000000000000000\n', 'influx'],
  ['up,job=a\\\u2028\u00a0b value=1 1700000000000000000\n', 'influx'],
  ['a\u2003b,job=c d\te=1\n', 'influx'],
  ['up{job="a,b c=d"} 1\n', 'text'],
  ['up{job="a\u2028b"} 1\n', 'text'],
  ['up{job="a=b"} 1 1700000000000\n', 'text'],
  ['# HELP up Whether\n# TYPE up gauge\nup 1 1700000000000\n', 'text'],
  ['up 1\nother 2\n', 'text'],
  ['# HELP up nothing else\n', 'text'],
  ['up{job="a"} 1 1700000000\n', 'openmetrics'],
  ['up{job="a"} 1 1700000000.5\n', 'openmetrics'],
  ['{"a name",job="a"} 1 1700000000.5\n', 'openmetrics'],
  ['{"a name",job="a"} 1 1700000000000\n', 'text'],
  ['# TYPE up unknown\nup 1\n', 'openmetrics'],
  ['# TYPE up gauge\n# UNIT up_seconds seconds\n', 'openmetrics'],
  ['up 1\n# EOF\n', 'openmetrics'],
  ['up_total 1 # {trace_id="a"} 1\n', 'openmetrics'],
  ['\ufeffup 1 1700000000000\n', undefined],
  ['PK\x03\x04 something else', undefined],
  ['<html>\n', undefined],
  ['\n\n', undefined],
  ['', undefined],
];

test('a format is told by the lines that a file begins with', () => {
  for (const [text, format] of CASES) assert.equal(detectFormat(Buffer.from(text)), format, JSON.stringify(text));
});
