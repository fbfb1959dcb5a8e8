import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../interface.ts';
import { coveredText } from './lexical.ts';
import { LENIENT_PARSE_OPTIONS, parseExpression } from './parser.ts';
import { PLAIN_PARSE_OPTIONS } from './testing/plain-options.ts';

test('what the grammar does not know is covered without a place changing', () => {
  for (const text of [
    '1. + 0X1f',
    'offset offset 5m',
    'min_of(1, 2)',
    'sum by (a:b) (x)',
    'a # b\r + c',
    'a[STEP()]',
  ]) {
    assert.equal(coveredText(text).length, text.length);
    parseExpression(text, LENIENT_PARSE_OPTIONS);
  }
});

test('numbers that the grammar does not know are read', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['1.', 1],
    ['1.e3', 1000],
    ['0X1f', 31],
    ['0x_1_f', 31],
    ['1_000.5', 1000.5],
  ];
  for (const [text, expected] of cases) {
    const syntax = parseExpression(text, PLAIN_PARSE_OPTIONS);
    assert.ok(syntax.kind === 'number' && syntax.value === expected, text);
  }
});

test('keywords are names where a name is expected', () => {
  for (const name of ['offset', 'OFFSET', 'sum', 'by', 'and', 'step', 'fill', 'without', 'end', 'anchored', 'min_of']) {
    for (const text of [name, `${name} offset 5m`, `1 + ${name}`, `a and ${name}`, `a * on (x) group_left ${name}`]) {
      const syntax = parseExpression(text, PLAIN_PARSE_OPTIONS);
      const selector = syntax.kind === 'binary' ? syntax.right : syntax;
      assert.ok(selector.kind === 'selector' && selector.name === name, text);
    }
  }
});

test('keywords are labels where a label is expected', () => {
  const syntax = parseExpression('sum by (by, on, offset, a:b, "c d") (x)', PLAIN_PARSE_OPTIONS);
  assert.ok(syntax.kind === 'aggregate');
  assert.deepEqual(syntax.grouping.labels, ['by', 'on', 'offset', 'a:b', 'c d']);
});

test('what the grammar takes and Prometheus does not is refused', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a>1or b', '1:3: parse error: bad number or duration syntax: "1or"'],
    ['0x1e+5', '1:1: parse error: bad number or duration syntax: "0x1e+5"'],
    ['1__0', '1:1: parse error: bad number or duration syntax: "1__0"'],
    ['a\u00a0+ b', "1:2: parse error: unexpected character: '\\u00a0'"],
    ['"a\nb"', '1:1: parse error: unterminated quoted string'],
    ['"\ufffd"', '1:1: parse error: invalid UTF-8 rune'],
    ['atan2', '1:1: parse error: unexpected <op:atan2>'],
    ['sum by (without) (a)', '1:9: parse error: unexpected <without> in grouping opts, expected label'],
    ['sum by ("") (a)', '1:9: parse error: invalid label name for grouping: ""'],
    ['a[step():1m]', '1:10: parse error: unexpected colon before duration in duration expression'],
    ['a[# b\n5m]', "1:3: parse error: unexpected character in duration expression: '#'"],
    ['300y', '1:1: parse error: duration out of range'],
    ['30m1h', '1:1: parse error: not a valid duration string: "30m1h"'],
    ['1hs', '1:1: parse error: unknown unit "hs" in duration "1hs"'],
    ['a{', '1:3: parse error: unexpected end of input inside braces'],
    ['a[5m', '1:5: parse error: unclosed left bracket'],
    ['"\\xzz"', "1:1: parse error: illegal character U+007A 'z' in escape sequence"],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parseExpression(text, LENIENT_PARSE_OPTIONS),
      (error) => {
        assert.ok(error instanceof QueryError, text);
        assert.equal(error.message, message, text);
        return true;
      },
    );
  }
});
