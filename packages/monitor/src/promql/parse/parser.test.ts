import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../interface.ts';
import { DEFAULT_PARSE_OPTIONS, parseExpression } from './parser.ts';
import type { DurationSyntax, SelectorSyntax, Syntax } from './syntax-tree.ts';

function parse(text: string): Syntax {
  return parseExpression(text, DEFAULT_PARSE_OPTIONS);
}

/** The expression with every operation in brackets. */
function shape(syntax: Syntax): string {
  switch (syntax.kind) {
    case 'number':
      return String(syntax.value);
    case 'string':
      return JSON.stringify(syntax.value);
    case 'selector':
      return selectorShape(syntax);
    case 'parentheses':
      return shape(syntax.inner);
    case 'subquery':
      return `(${shape(syntax.inner)})[${durationShape(syntax.range)}:]`;
    case 'unary':
      return `(${syntax.operator}${shape(syntax.operand)})`;
    case 'binary':
      return `(${shape(syntax.left)} ${syntax.operator} ${shape(syntax.right)})`;
    case 'call':
      return `${syntax.name}(${syntax.arguments.map(shape).join(', ')})`;
    case 'aggregate': {
      const { without, labels } = syntax.grouping;
      return `${syntax.operator} ${without ? 'without' : 'by'} (${labels.join()}) (${syntax.arguments.map(shape).join(', ')})`;
    }
  }
}

function selectorShape({ matchers, range, offset, at }: SelectorSyntax): string {
  const parts = matchers.map(({ name, operator, value }) =>
    name === '__name__' ? value : `${name}${operator}${value}`,
  );
  if (range !== undefined) parts.push(`[${durationShape(range)}]`);
  if (offset !== undefined) parts.push(`offset ${durationShape(offset)}`);
  if (at !== undefined) parts.push(`@ ${at}`);
  return parts.join(' ');
}

function durationShape(duration: DurationSyntax): string {
  return duration.kind === 'milliseconds' ? String(duration.ms) : duration.kind;
}

function refusal(text: string): QueryError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`${text.slice(0, 100)} was accepted`);
}

test('operators bind as in Prometheus, signs and modifiers included', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['1 + 2 * 3 ^ 2 ^ 2 == 4', '((1 + (2 * (3 ^ (2 ^ 2)))) == 4)'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['-1 ^ 2', '(-(1 ^ 2))'],
    ['2 ^ -1 * 3', '((2 ^ (-1)) * 3)'],
    ['- -a * b', '((-(-a)) * b)'],
    ['-a offset 5m', '(-a offset 300000)'],
    ['a + b offset 5m * c', '(a + (b offset 300000 * c))'],
    ['a - b[5m] * 2', '(a - (b [300000] * 2))'],
    ['a @ 10 ^ b @ end()', '(a @ 10000 ^ b @ end)'],
    ['a < b == bool c', '((a < b) == c)'],
    ['(a + b) * c', '((a + b) * c)'],
  ];
  for (const [text, expected] of cases) assert.equal(shape(parse(text)), expected, text);
});

test('numbers are read as Prometheus reads them', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0x1F', 31],
    ['0x1d', 29],
    ['1_000', 1000],
    ['017', 15],
    ['08', 8],
    ['0x7fffffffffffffff', 2 ** 63],
    ['0777777777777777777777', 2 ** 63],
    ['01000000000000000000000', 1e21],
    ['1e308', 1e308],
    ['1.5e3', 1500],
    ['.5', 0.5],
    ['Inf', Infinity],
    ['NaN', NaN],
    ['1h30m', 5400],
    ['250ms', 0.25],
    ['0', 0],
  ];
  for (const [text, expected] of cases) {
    const syntax = parse(text);
    assert.ok(syntax.kind === 'number' && Object.is(syntax.value, expected), text);
  }
  for (const text of ['1e309', '0x8000000000000000']) {
    assert.equal(refusal(`1 + ${text}`).message, `1:5: parse error: the number ${text} is out of range`);
  }
});

test('strings take the escapes of Go', () => {
  const cases: readonly (readonly [string, string])[] = [
    [String.raw`"a\n\t\\\"\x41\102é\U0001F600"`, 'a\n\t\\"ABé😀'],
    [String.raw`'it\'s'`, "it's"],
    ['`raw \\n`', 'raw \\n'],
    [String.raw`"\xc3\xa9"`, 'é'],
    ['""', ''],
  ];
  for (const [text, expected] of cases) assert.equal(shape(parse(text)), JSON.stringify(expected), text);
});

test('selectors, ranges and modifiers are read', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a{b="c",d!="e",f=~"g.*",h!~"i|j",}', 'b=c d!=e f=~g.* h!~i|j a'],
    ['{"metric.with.dots", "label x"="y"}', 'label x=y metric.with.dots'],
    ['a[300]', 'a [300000]'],
    ['a[1.5] offset -1m @ -10.5', 'a [1500] offset -60000 @ -10500'],
    ['a @ start() offset 1w', 'a offset 604800000 @ start'],
    ['sum by (le, "x y",) (a)', 'sum by (le,x y) (a)'],
    ['SUM(a) WITHOUT (b)', 'sum without (b) (a)'],
    ['sum # comment\n (a)', 'sum by () (a)'],
  ];
  for (const [text, expected] of cases) assert.equal(shape(parse(text)), expected, text);
});

test('what is malformed is refused where it is', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', '1:1: parse error: no expression found in input'],
    ['# only a comment', '1:1: parse error: no expression found in input'],
    ['a +', '1:4: parse error: unexpected end of input'],
    ['a\n  + $', "2:5: parse error: unexpected character: '$'"],
    ['a b', '1:3: parse error: unexpected identifier "b"'],
    ['sum(a))', '1:7: parse error: unexpected right parenthesis ")"'],
    ['"é" + foo(1)', '1:7: parse error: unknown function with name "foo"'],
    ['"abc', '1:1: parse error: unterminated quoted string'],
    [String.raw`"\q"`, String.raw`1:2: parse error: unknown or invalid escape sequence starting with "\q"`],
    [String.raw`"\xff"`, '1:1: parse error: the escapes of this string do not make valid UTF-8'],
    ['{}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['1 + {a=~".*",b=""}', '1:5: parse error: vector selector must contain at least one non-empty matcher'],
    ['a{__name__="b"}', '1:1: parse error: metric name must not be set twice: "a" or "b"'],
    ['(a)[5m]', '1:1: parse error: ranges only allowed for vector selectors'],
    ['a[5m][5m]', '1:1: parse error: ranges only allowed for vector selectors'],
    ['a offset 1m [5m]', '1:1: parse error: no offset modifiers allowed before range'],
    ['a @ 1 [5m]', '1:1: parse error: no @ modifiers allowed before range'],
    ['a[0]', '1:3: parse error: duration must be greater than 0'],
    ['a[99999999999999y]', '1:3: parse error: duration out of range'],
    ['99999999999999y', '1:1: parse error: duration out of range'],
    ['a offset 1m offset 1m', '1:13: parse error: offset may not be set multiple times'],
    ['a @ 1 @ 2', '1:7: parse error: @ <timestamp> may not be set multiple times'],
    ['a @ Inf', '1:5: parse error: timestamp out of bounds for @ modifier: Inf'],
  ];
  for (const [text, message] of cases) {
    const error = refusal(text);
    assert.equal(error.message, message, text);
    assert.equal(error.type, 'bad_data');
    assert.equal(`${error.position?.line}:${error.position?.column}`, message.split(': ')[0]);
  }
  assert.match(refusal('a{b=~"("}').message, /^1:6: parse error: invalid regular expression: .*missing closing \)/);
});

test('what the language has and we do not is refused by name', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a and b', '1:3: parse error: the operator "and"'],
    ['a or b', '1:3: parse error: the operator "or"'],
    ['a unless b', '1:3: parse error: the operator "unless"'],
    ['a atan2 b', '1:3: parse error: the operator "atan2"'],
    ['a * on (x) group_left (y) b', '1:12: parse error: the modifier "group_left"'],
    ['a * ignoring (x) group_right b', '1:18: parse error: the modifier "group_right"'],
    ['rate(a[5m:1m])', '1:7: parse error: a subquery'],
    ['a[5m * 2]', '1:3: parse error: arithmetic with durations'],
    ['a[5m] smoothed', '1:7: parse error: the modifier "smoothed"'],
  ];
  for (const [text, beginning] of cases) {
    assert.equal(refusal(text).message, `${beginning} is not supported by this version of Chainpulse`, text);
  }
});

test('depth, operators and length are bounded before the grammar sees them', () => {
  const deep = `${'('.repeat(10_000)}1${')'.repeat(10_000)}`;
  assert.match(refusal(deep).message, /^1:201: parse error: brackets are nested deeper than the limit of 200/);
  assert.match(refusal(`${'abs('.repeat(10_000)}1`).message, /nested deeper/);
  assert.match(refusal(`${'-'.repeat(10_000)}1`).message, /^1:251: parse error: more operators than the limit of 250/);
  assert.match(refusal(`1${'^-1'.repeat(5000)}`).message, /more operators/);
  assert.match(refusal(`a{b="${'x'.repeat(70_000)}"}`).message, /has 70007 characters, the limit is 65536/);
  assert.equal(shape(parse(`${'('.repeat(200)}1${')'.repeat(200)}`)), '1');
  assert.equal(parse(`1${'+1'.repeat(250)}`).kind, 'binary');
  assert.equal(parse(`a{b="${'((((+-*/'.repeat(1000)}"} # ${'('.repeat(300)}`).kind, 'selector');
  assert.equal(parse(Array.from({ length: 251 }, () => '1e+5').join('+')).kind, 'binary');
});
