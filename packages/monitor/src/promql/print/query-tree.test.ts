import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LENIENT_PARSE_OPTIONS } from '../parse/parser.ts';
import { queryTree } from './query-tree.ts';

const { features } = LENIENT_PARSE_OPTIONS;

test('a selector has all of its fields, in the order of their names', () => {
  const expected =
    '{"anchored":false,"matchers":[{"name":"b","type":"!=","value":"c"},{"name":"__name__","type":"=","value":"a"}],' +
    '"name":"a","offset":-60000,"offsetExpr":null,"range":300000,"rangeExpr":null,"smoothed":true,"startOrEnd":null,' +
    '"timestamp":1500,"type":"matrixSelector"}';
  assert.equal(JSON.stringify(queryTree('a{b!="c"}[5m] smoothed @ 1.5 offset -1m', features)), expected);
});

test('durations that are arithmetic are not computed', () => {
  const tree = queryTree('a[1h:step() * (2m + 1)] offset -range()', features);
  const number = (val: string, duration: boolean) => ({ duration, type: 'numberLiteral', val });
  const operation = (op: string, lhs: unknown, rhs: unknown, wrapped = false) => {
    return { lhs, op, rhs, type: 'durationExpr', wrapped };
  };
  assert.deepEqual(
    tree['stepExpr'],
    operation('*', operation('step', null, null), operation('+', number('120', true), number('1', false), true)),
  );
  assert.deepEqual(tree['offsetExpr'], operation('-', null, operation('range', null, null)));
  assert.deepEqual([tree['range'], tree['step'], tree['offset']], [3_600_000, 0, 0]);
});

test('the matching of an operation is told where both sides are vectors', () => {
  const matching = (text: string) => queryTree(text, features)['matching'];
  const fillValues = { lhs: null, rhs: null };
  assert.deepEqual(matching('a + b'), { card: 'one-to-one', fillValues, include: [], labels: [], on: false });
  assert.deepEqual(matching('a and b'), { card: 'many-to-many', fillValues, include: [], labels: [], on: false });
  assert.deepEqual(matching('a + on (x) group_right (y) fill_left (0) b'), {
    card: 'one-to-many',
    fillValues: { lhs: 0, rhs: null },
    include: ['y'],
    labels: ['x'],
    on: true,
  });
  assert.equal(matching('a + 1'), null);
  assert.equal(matching('a + -(time())'), null);
});

test('a function has its signature', () => {
  const signature = (text: string) => queryTree(text, features)['func'];
  assert.deepEqual(signature('round(a)'), {
    argTypes: ['vector', 'scalar'],
    name: 'round',
    returnType: 'vector',
    variadic: 1,
  });
  assert.deepEqual(signature('time()'), { argTypes: [], name: 'time', returnType: 'scalar', variadic: 0 });
  assert.deepEqual(signature('rate(a[5m])'), { argTypes: ['matrix'], name: 'rate', returnType: 'vector', variadic: 0 });
});

test('an aggregation has its parameter and a number its digits', () => {
  assert.deepEqual(queryTree('count_values without (x) ("y", a)')['param'], { type: 'stringLiteral', val: 'y' });
  assert.deepEqual(queryTree('-1e-7'), { type: 'numberLiteral', val: '-0.0000001' });
});
