import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../interface.ts';
import { LENIENT_PARSE_OPTIONS } from '../parse/parser.ts';
import { formatQuery } from './format-query.ts';

const { features } = LENIENT_PARSE_OPTIONS;

test('an expression is written in one form', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['sum(a)by(b,"c d")', 'sum by (b, "c d") (a)'],
    ['SUM WITHOUT()(a)', 'sum without () (a)'],
    ['avg by () (a)', 'avg(a)'],
    ['a{z="1",b=~\'x"y\'}', 'a{b=~"x\\"y",z="1"}'],
    ['{"a"}', '{__name__="a"}'],
    ['a[90d]offset -5m@1.5', 'a[90d] @ 1.500 offset -5m'],
    ['a[14d:] @ end()', 'a[2w:] @ end()'],
    ['a offset 0s', 'a'],
    ['a[1.5]', 'a[1s500ms]'],
    ['a[5m] offset 1m anchored', 'a[5m] anchored offset 1m'],
    ['a smoothed offset 1m @ 5', 'a @ 5.000 smoothed offset 1m'],
    ['1e21 + 1e-7 + 0X1f + 1h30m', '1000000000000000000000 + 0.0000001 + 31 + 1h30m'],
    ['-inf', '-Inf'],
    ['a ==BOOL on(x)group_left b', 'a == bool on (x) group_left () b'],
    ['a*ignoring(x,y)group_right(z)b', 'a * ignoring (x, y) group_right (z) b'],
    ['a*ignoring()b', 'a * b'],
    ['a*on()2', 'a * 2'],
    ['a+fill_left(1e21)fill_right(2)b', 'a + fill_left (1e+21) fill_right (2) b'],
    ['a+fill_left(1)fill_right(1)b', 'a + fill (1) b'],
    ['a[(5m)*(2+STEP())] offset -max_of(1,2m)', 'a[5m * (2 + step())] offset -max_of(1, 2m)'],
    ['`\u00a0\u200b\u0007é`', '"\\u00a0\\u200b\\aé"'],
    ['topk( 5 , a)', 'topk(5, a)'],
  ];
  for (const [text, expected] of cases) {
    const formatted = formatQuery(text, features);
    assert.equal(formatted, expected, text);
    assert.equal(formatQuery(formatted, features), expected, 'formatted again');
  }
});

test('what is longer than a line is laid out on several', () => {
  const long = 'a_metric_with_a_name_that_is_long_total{first="one value",second=~"another.*"}';
  assert.equal(
    formatQuery(
      `sum by (x) (rate(${long}[5m])) / on (x) topk(5, -(${long} + ${long})) > bool max_over_time((${long} + ${long})[1h:5m])`,
    ),
    [
      '    sum by (x) (',
      `      rate(${long}[5m])`,
      '    )',
      '  / on (x)',
      '    topk(',
      '      5,',
      '      -(',
      `          ${long}`,
      '        +',
      `          ${long}`,
      '      )',
      '    )',
      '> bool',
      '  max_over_time(',
      '    (',
      `        ${long}`,
      '      +',
      `        ${long}`,
      '    )[1h:5m]',
      '  )',
    ].join('\n'),
  );
});

test('what is no query is refused', () => {
  for (const text of ['sum(', '1 + "a"', 'a[5m * 2', 'sum("x")']) assert.throws(() => formatQuery(text), QueryError);
});
