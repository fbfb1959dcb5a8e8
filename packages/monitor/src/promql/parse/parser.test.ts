import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../interface.ts';
import { LENIENT_PARSE_OPTIONS, parseExpression } from './parser.ts';
import type {
  BinarySyntax,
  DurationSyntax,
  SelectorSyntax,
  SubquerySyntax,
  Syntax,
  TimeModifiers,
} from './syntax-tree.ts';
import { PLAIN_PARSE_OPTIONS } from './testing/plain-options.ts';

const PLAIN = PLAIN_PARSE_OPTIONS;

function parse(text: string, options = PLAIN): Syntax {
  return parseExpression(text, options);
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
      return subqueryShape(syntax);
    case 'unary':
      return `(${syntax.operator}${shape(syntax.operand)})`;
    case 'binary':
      return `(${shape(syntax.left)} ${operatorShape(syntax)} ${shape(syntax.right)})`;
    case 'call':
      return `${syntax.name}(${syntax.arguments.map(shape).join(', ')})`;
    case 'aggregate': {
      const { without, labels } = syntax.grouping;
      return `${syntax.operator} ${without ? 'without' : 'by'} (${labels.join()}) (${syntax.arguments.map(shape).join(', ')})`;
    }
  }
}

function operatorShape({ operator, bool, matching }: BinarySyntax): string {
  const { on, labels = [], many, include = [], fillLeft, fillRight } = matching ?? {};
  const parts = [operator];
  if (bool) parts.push('bool');
  if (matching !== undefined) parts.push(`${on === true ? 'on' : 'ignoring'}[${labels.join()}]`);
  if (many !== undefined) parts.push(`${many}[${include.join()}]`);
  if (fillLeft !== undefined || fillRight !== undefined) parts.push(`fill[${fillLeft},${fillRight}]`);
  return parts.join(' ');
}

function selectorShape(syntax: SelectorSyntax): string {
  const { matchers, range, edges } = syntax;
  const parts = matchers.map(({ name, operator, value }) =>
    name === '__name__' ? value : `${name}${operator}${value}`,
  );
  if (range !== undefined) parts.push(`[${durationShape(range)}]`);
  if (edges !== 'plain') parts.push(edges);
  return [...parts, ...timeShape(syntax)].join(' ');
}

function subqueryShape(syntax: SubquerySyntax): string {
  const { inner, range, step } = syntax;
  const steps = step === undefined ? '' : durationShape(step);
  return [`(${shape(inner)})[${durationShape(range)}:${steps}]`, ...timeShape(syntax)].join(' ');
}

function timeShape({ offset, at }: TimeModifiers): string[] {
  const parts: string[] = [];
  if (offset !== undefined) parts.push(`offset ${durationShape(offset)}`);
  if (at !== undefined) parts.push(`@ ${at}`);
  return parts;
}

/** Seconds, or arithmetic with every operation in brackets. */
function durationShape(duration: DurationSyntax): string {
  switch (duration.kind) {
    case 'duration-number':
      return String(duration.seconds);
    case 'duration-call':
      return `${duration.name}(${duration.arguments.map(durationShape).join()})`;
    case 'duration-unary':
      return `(${duration.operator}${durationShape(duration.operand)})`;
    case 'duration-binary':
      return `(${durationShape(duration.left)}${duration.operator}${durationShape(duration.right)})`;
  }
}

function refusal(text: string, options = PLAIN): QueryError {
  try {
    parse(text, options);
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
    ['2 ^ -1 * 3', '((2 ^ -1) * 3)'],
    ['- -1', '1'],
    ['-(1)', '(-1)'],
    ['- -a * b', '((-(-a)) * b)'],
    ['-a offset 5m', '(-a offset 300)'],
    ['a + b offset 5m * c', '(a + (b offset 300 * c))'],
    ['a - b[5m] * 2', '(a - (b [300] * 2))'],
    ['a @ 10 ^ b @ end()', '(a @ 10000 ^ b @ end)'],
    ['a < b == bool c', '((a < b) == bool c)'],
    ['(a + b) * c', '((a + b) * c)'],
    ['a or b and c unless d == 1', '(a or ((b and c) unless (d == 1)))'],
    ['a atan2 b * c ^ d', '((a atan2 b) * (c ^ d))'],
    ['a </ b >/ c', '((a </ b) >/ c)'],
    ['a AND b', '(a and b)'],
    ['a == bool (b) atan2 c', '(a == bool (b atan2 c))'],
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
    ['{"metric.with.dots", "label x"="y"}', 'metric.with.dots label x=y'],
    ['a @ start() [5m]', 'a [300] @ start'],
    ['a offset 0s [5m] offset -1m', 'a [300] offset -60'],
    ['a offset -(1m)', 'a offset -60'],
    ['a[300]', 'a [300]'],
    ['a[1.5] offset -1m @ -10.5', 'a [1.5] offset -60 @ -10500'],
    ['a @ start() offset 1w', 'a offset 604800 @ start'],
    ['sum by (le, "x y",) (a)', 'sum by (le,x y) (a)'],
    ['SUM(a) WITHOUT (b)', 'sum without (b) (a)'],
    ['sum # comment\n (a)', 'sum by () (a)'],
  ];
  for (const [text, expected] of cases) assert.equal(shape(parse(text)), expected, text);
});

test('what is malformed is refused where it is', () => {
  const cases: readonly (readonly [string, string])[] = [
    [' ', '1:1: parse error: no expression found in input'],
    ['# only a comment', '1:1: parse error: no expression found in input'],
    ['a +', '1:4: parse error: unexpected end of input'],
    ['a\n  + $', "2:5: parse error: unexpected character: '$'"],
    ['a b', '1:3: parse error: unexpected identifier "b"'],
    ['a longer_than_ten', '1:3: parse error: unexpected identifier "longer_than_ten"'],
    ['sum(a))', "1:8: parse error: unexpected right parenthesis ')'"],
    ['sum(a', '1:6: parse error: unclosed left parenthesis'],
    ['a * * b', '1:5: parse error: unexpected <op:*>'],
    ['a by (b)', '1:3: parse error: unexpected <by>'],
    ['"é" + foo(1)', '1:8: parse error: unknown function with name "foo"'],
    ['"abc', '1:1: parse error: unterminated quoted string'],
    [String.raw`"\q"`, "1:1: parse error: unknown escape sequence U+0071 'q'"],
    [String.raw`"\xff"`, '1:1: parse error: the escapes of this string do not make valid UTF-8'],
    ['(a)[5m]', '1:4: parse error: ranges only allowed for vector selectors'],
    ['a[5m][5m]', '1:6: parse error: ranges only allowed for vector selectors'],
    ['a offset 1m [5m]', '1:13: parse error: no offset modifiers allowed before range'],
    ['a @ 1 [5m]', '1:7: parse error: no @ modifiers allowed before range'],
    ['a[0]', '1:3: parse error: duration must be greater than 0'],
    ['a[99999999999999y]', '1:3: parse error: duration out of range'],
    ['99999999999999y', '1:1: parse error: duration out of range'],
    ['a offset 1m offset 1m', '1:1: parse error: offset may not be set multiple times'],
    ['a @ 1 @ 2', '1:1: parse error: @ <timestamp> may not be set multiple times'],
    ['a @ Inf', '1:1: parse error: timestamp out of bounds for @ modifier: Inf'],
  ];
  for (const [text, message] of cases) {
    const error = refusal(text);
    assert.equal(error.message, message, text);
    assert.equal(error.type, 'bad_data');
    assert.equal(`${error.position?.line}:${error.position?.column}`, message.split(': ')[0]);
  }
  const { message: ofNothing, position } = refusal('');
  assert.equal(ofNothing, 'unknown position: parse error: no expression found in input');
  assert.equal(position, undefined);
  assert.match(refusal('a{b=~"("}').message, /^1:3: parse error: error parsing regexp: missing closing \): `\(`$/);
});

test('subqueries and what may stand behind them are read', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a[1h:5m]', '(a)[3600:300]'],
    ['a[1h:] offset 5m @ end()', '(a)[3600:] offset 300 @ end'],
    ['-sum(a)[10m : 1m]', '(-(sum by () (a))[600:60])'],
    ['a offset 1m [1h:5m] @ 7', '(a offset 60)[3600:300] @ 7000'],
    ['rate(a[5m:1m])[1h:] offset -1m', '(rate((a)[300:60]))[3600:] offset -60'],
    ['(a + b)[1h:]', '((a + b))[3600:]'],
  ];
  for (const [text, expected] of cases) assert.equal(shape(parse(text)), expected, text);
});

test('the modifiers of operators are read', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a == bool on (x, "y z") b', '(a == bool on[x,y z] b)'],
    ['a * on () group_left b', '(a * on[] left[] b)'],
    ['a * IGNORING (x) GROUP_RIGHT (y, z) b', '(a * ignoring[x] right[y,z] b)'],
    ['a * on (x) group_left (b) c', '(a * on[x] left[b] c)'],
    ['a + fill (-1.5) b', '(a + ignoring[] fill[-1.5,-1.5] b)'],
    ['a + on (x) fill_right (1) fill_left (2m) b', '(a + on[x] fill[120,1] b)'],
    ['a and on (x) fill', '(a and on[x] fill)'],
  ];
  for (const [text, expected] of cases) assert.equal(shape(parse(text, LENIENT_PARSE_OPTIONS)), expected, text);
});

test('durations can be arithmetic, ranked like numbers', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a[5m * 2 + 1]', 'a [((300*2)+1)]'],
    ['a[-2 ^ 2]', 'a [(-(2^2))]'],
    ['a[2 ^ 3 ^ 2 - 1 - 2]', 'a [(((2^(3^2))-1)-2)]'],
    ['a[STEP() * 2:range() / 3]', '(a)[(step()*2):(range()/3)]'],
    ['a[min_of(1h, Max_Of(step(), 1m))]', 'a [min_of(3600,max_of(step(),60))]'],
    ['a offset -step()', 'a offset (-step())'],
    ['a offset (1h) * 2', 'a offset (3600*2)'],
    ['a offset -(1h) * 2', '(a offset -3600 * 2)'],
    ['a offset 1h * 2', '(a offset 3600 * 2)'],
    ['a offset (1h) * -step() > 2', '(a offset (3600*(-step())) > 2)'],
    ['a offset --1h * 2', 'a offset (3600*2)'],
    ['a[(5m)]', 'a [300]'],
  ];
  for (const [text, expected] of cases) assert.equal(shape(parse(text, LENIENT_PARSE_OPTIONS)), expected, text);
  const refused: readonly (readonly [string, string])[] = [
    [
      'a offset (1h) + b',
      '1:17: parse error: unexpected identifier "b" in offset, expected number, duration, step(), or range()',
    ],
    ['a[5m / 0]', '1:6: parse error: division by zero'],
    ['a[5m % 0]', '1:6: parse error: modulo by zero'],
    ['a[-(5m)]', '1:3: parse error: duration must be greater than 0'],
    ['a[inf]', "1:3: parse error: unexpected character in duration expression: 'i'"],
  ];
  for (const [text, message] of refused) assert.equal(refusal(text, LENIENT_PARSE_OPTIONS).message, message, text);
});

test('anchored and smoothed belong to a selector', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a[5m] anchored offset 1m', 'a [300] anchored offset 60'],
    ['a + b smoothed', '(a + b smoothed)'],
    ['a anchored [5m]', 'a [300] anchored'],
    ['anchored anchored', 'anchored anchored'],
  ];
  for (const [text, expected] of cases) assert.equal(shape(parse(text, LENIENT_PARSE_OPTIONS)), expected, text);
  const refused: readonly (readonly [string, string])[] = [
    ['a[5m] anchored smoothed', '1:1: parse error: anchored and smoothed modifiers cannot be used together'],
    ['a[5m:] smoothed', '1:1: parse error: smoothed modifier is not supported for subqueries'],
    ['1 + sum(a) anchored', '1:5: parse error: anchored modifier not implemented'],
  ];
  for (const [text, message] of refused) assert.equal(refusal(text, LENIENT_PARSE_OPTIONS).message, message, text);
});

test('what is behind a feature is refused without it', () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      'a[5m] smoothed',
      '1:1: parse error: smoothed modifier is experimental and not enabled: promql-extended-range-selectors',
    ],
    [
      '1 + a + fill(0) b',
      '1:1: parse error: binop fill modifiers are experimental and not enabled: promql-binop-fill-modifiers',
    ],
    ['limitk(1, a)', '1:1: parse error: limitk() is experimental and not enabled: promql-experimental-functions'],
  ];
  const where =
    " has to be among query.features of the monitor's configuration, or be given to chainpulse query --data as --feature";
  for (const [text, message] of cases) {
    assert.equal(refusal(text, PLAIN).message, message + where, text);
    parse(text, LENIENT_PARSE_OPTIONS);
  }
});

test('aggregations take as many arguments as they need', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['sum()', 'no arguments for aggregate expression provided'],
    ['sum(a, b)', 'wrong number of arguments for aggregate expression provided, expected 1, got 2'],
    ['topk(a)', 'wrong number of arguments for aggregate expression provided, expected 2, got 1'],
  ];
  for (const [text, message] of cases) assert.equal(refusal(text).message, `1:1: parse error: ${message}`);
});

test('depth, operators and length are bounded before the grammar sees them', () => {
  const deep = `${'('.repeat(10_000)}1${')'.repeat(10_000)}`;
  assert.match(refusal(deep).message, /^1:201: parse error: brackets are nested deeper than the limit of 200/);
  assert.match(refusal(`${'abs('.repeat(10_000)}1`).message, /nested deeper/);
  assert.match(refusal(`${'-'.repeat(10_000)}1`).message, /^1:251: parse error: more operators than the limit of 250/);
  assert.match(refusal(`1${'^-1'.repeat(5000)}`).message, /more operators/);
  for (const modifier of [' offset 0s', ' @ 1', '[5m:]', ' anchored']) {
    const error = refusal(`a${modifier.repeat(5000)}`, LENIENT_PARSE_OPTIONS);
    assert.match(error.message, /more modifiers behind one another than the limit of 32$/);
  }
  assert.match(refusal(`a{b="${'x'.repeat(70_000)}"}`).message, /has 70007 characters, the limit is 65536/);
  assert.equal(shape(parse(`${'('.repeat(200)}1${')'.repeat(200)}`)), '1');
  assert.equal(parse(`1${'+1'.repeat(250)}`).kind, 'binary');
  assert.equal(parse(`a{b="${'((((+-*/'.repeat(1000)}"} # ${'('.repeat(300)}`).kind, 'selector');
  assert.equal(parse(Array.from({ length: 251 }, () => '1e+5').join('+')).kind, 'binary');
});
