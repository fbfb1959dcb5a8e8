import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FEATURES, type QueryFeatures } from '../features.ts';
import { QueryError } from '../interface.ts';
import { LENIENT_PARSE_OPTIONS, parseExpression } from '../parse/parser.ts';
import type { PlanNode } from './nodes.ts';
import { planExpression, typeOf } from './plan.ts';

const FEATURES = LENIENT_PARSE_OPTIONS.features;
const TIMES = { stepMs: 30_000, spanMs: 600_000 };

function plan(text: string, features: QueryFeatures = FEATURES, times = TIMES): PlanNode {
  return planExpression(text, parseExpression(text, LENIENT_PARSE_OPTIONS), { features, ...times });
}

function refusal(text: string, features = FEATURES, times = TIMES): string {
  try {
    plan(text, features, times);
  } catch (error) {
    assert.ok(error instanceof QueryError && error.type === 'bad_data', text);
    return error.message;
  }
  throw new Error(`${text} was accepted`);
}

test('types are checked in the words of Prometheus', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['1 == 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['a + bool b', '1:3: parse error: bool modifier can only be used on comparison operators'],
    ['a + "b"', '1:5: parse error: binary expression must contain only scalar and instant vector types'],
    ['a and 1', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
    ['a or on (x) group_left b', '1:1: parse error: no grouping allowed for "or" operation'],
    ['a unless fill(1) b', '1:1: parse error: filling in missing series not allowed for set operators'],
    ['a + fill(1) 2', '1:1: parse error: filling in missing series only allowed between instant vectors'],
    ['a + on (x) 2', '1:1: parse error: vector matching only allowed between instant vectors'],
    ['a + on (x) group_left (x) b', '1:3: parse error: label "x" must not occur in ON and GROUP clause at once'],
    [
      '-a[5m]',
      '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"',
    ],
    ['1[5m:]', '1:1: parse error: subquery is only allowed on instant vector, got scalar instead'],
    ['a[5m][5m:]', '1:1: parse error: subquery is only allowed on instant vector, got matrix instead'],
    ['sum(a[5m])', '1:5: parse error: expected type instant vector in aggregation expression, got range vector'],
    ['topk("x", a)', '1:6: parse error: expected type scalar in aggregation parameter, got string'],
    ['abs(1)', '1:5: parse error: expected type instant vector in call to function "abs", got scalar'],
    ['abs()', '1:1: parse error: expected 1 argument(s) in call to "abs", got 0'],
    ['round(a, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
    ['round()', '1:1: parse error: expected at least 1 argument(s) in call to "round", got 0'],
    ['{}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['1 + {a=~".*",b=""}', '1:5: parse error: vector selector must contain at least one non-empty matcher'],
    ['a{__name__="b"}', '1:1: parse error: metric name must not be set twice: "a" or "b"'],
    ['a{"b"}', '1:1: parse error: metric name must not be set twice: "a" or "b"'],
  ];
  for (const [text, message] of cases) assert.equal(refusal(text), message, text);
  for (const text of ['a + on () 2', 'a and on () b', '1 == bool 2', '{"a", "b"}', 'a </ 1', 'max_over_time(a[5m:])'])
    plan(text);
});

test('subqueries, set operations and matching are planned as they are written', () => {
  const subquery = plan('(a + 1)[1h:5m] offset 5m @ 7');
  assert.ok(subquery.kind === 'subquery');
  const { rangeMs, stepMs, offsetMs, at, vector } = subquery;
  assert.deepEqual(
    { rangeMs, stepMs, offsetMs, at },
    { rangeMs: 3_600_000, stepMs: 300_000, offsetMs: 300_000, at: 7000 },
  );
  assert.equal(vector.kind, 'vector-scalar');
  assert.equal(typeOf(subquery), 'range vector');
  const set = plan('a unless on (x) b');
  assert.ok(set.kind === 'set-operation');
  assert.deepEqual([set.operator, set.matching], ['unless', { on: true, labels: ['x'] }]);
  const joined = plan('a * on (x) group_right (y) b');
  assert.ok(joined.kind === 'vectors');
  assert.deepEqual(joined.matching, { on: true, labels: ['x'], many: 'right', include: ['y'] });
});

test('arithmetic with durations is computed from the step and the range of the query', () => {
  const rangeOf = (text: string): number => {
    const node = plan(text);
    assert.ok(node.kind === 'range-selector' || node.kind === 'subquery');
    return node.rangeMs;
  };
  const cases: readonly (readonly [string, number])[] = [
    ['a[step() * 2]', 60_000],
    ['a[range() + 1m]', 660_000],
    ['a[min_of(step(), 10s)]', 10_000],
    ['a[2 ^ 3 ^ 0.5 % 3]', 321],
    ['a[5m - 1.0005]', 298_999],
    ['a[max_of(1m, -range()):step()]', 60_000],
  ];
  for (const [text, expected] of cases) assert.equal(rangeOf(text), expected, text);
  const selector = plan('a offset -(step() / 4)');
  assert.ok(selector.kind === 'selector' && selector.offsetMs === -7500);
});

test('a duration that is none is refused with its place in bytes', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a[step() - 1m]', '2:13: duration must be greater than 0'],
    ['{a="é"}[1m / (1 - 1)]', '9:20: division by zero'],
    ['a[1m % (step() - 30)]', '2:19: modulo by zero'],
    ['a[10 ^ 400]', '2:10: duration is NaN or infinite'],
    ['a[10 ^ 30]', '2:9: duration is out of range'],
    ['a[1m:max_of(-1, -2) * 1]', '12:23: duration must be greater than 0'],
  ];
  for (const [text, message] of cases) assert.equal(refusal(text), message, text);
  assert.equal(refusal('a[step()]', FEATURES, { stepMs: 0, spanMs: 0 }), '2:8: duration must be greater than 0');
});

test('what does not depend on the step is known', () => {
  const same = [
    '1 + 2',
    'a @ 5',
    'rate(a[5m] @ end())',
    'max_over_time(a[1h:] @ 5)',
    'sum(a @ 1) and b @ 2',
    'topk(scalar(a), a @ 1)',
    'vector(1)',
    'timestamp(a @ 5)',
  ];
  const moving = [
    'a',
    'a @ 5 + b',
    'time()',
    'vector(time())',
    'max_over_time((a @ 5)[1h:])',
    'sum(a)',
    'timestamp(abs(a @ 5))',
    'predict_linear(a[5m] @ 5, 60)',
    'hour()',
  ];
  for (const text of same) assert.ok(plan(text).stepInvariant, text);
  for (const text of moving) assert.ok(!plan(text).stepInvariant, text);
});

test('it is known what may hold series that differ in their names alone', () => {
  const mixes = (text: string): boolean => {
    const node = plan(text, { ...FEATURES, typeAndUnitLabels: false });
    return 'mixesNames' in node && node.mixesNames;
  };
  const all = '{x="y"}';
  for (const text of [
    all,
    `${all} > 1`,
    `${all} > on (x) a`,
    'a or b',
    `${all} and a`,
    `last_over_time(${all}[5m])`,
    `topk(1, ${all})`,
    `a </ 1 or b`,
    `${all} </ 1`,
    'a * on (x) group_left (__name__) b',
    'sum by (__name__) (a)',
    `limitk(1, ${all})`,
    `${all}[5m:]`,
  ]) {
    assert.ok(mixes(text), text);
  }
  for (const text of [
    'a',
    `-${all}`,
    `${all} + 1`,
    `${all} > bool 1`,
    `a and ${all}`,
    `rate(${all}[5m])`,
    `sum by (x) (${all})`,
    `a > on (x) ${all}`,
    `a + ${all}`,
  ]) {
    assert.ok(!mixes(text), text);
  }
});

test('experimental functions are refused where they are not enabled', () => {
  assert.match(
    refusal('mad_over_time(a[5m])', NO_FEATURES),
    /^1:1: parse error: function "mad_over_time" is not enabled: promql-experimental-functions .* query\.features .* --feature$/,
  );
  assert.equal(plan('mad_over_time(a[5m])').kind, 'over-window');
});
