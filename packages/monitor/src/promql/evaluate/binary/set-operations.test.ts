import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Matching } from '../../parse/syntax-tree.ts';
import { setOperation } from './set-operations.ts';
import { ALL_LABELS, contextOf, histogramOf, streamOf, type Table, tableOf } from './testing/streams.ts';

function ask(
  operator: 'and' | 'or' | 'unless',
  left: Table,
  right: Table,
  matching: Matching = ALL_LABELS,
): Promise<Table> {
  const stepCount = Object.values({ ...left, ...right })[0]!.length;
  const operands = {
    node: { operator, matching },
    left: () => streamOf(left),
    right: () => streamOf(right),
    stepCount,
  };
  return tableOf(setOperation(operands, contextOf()));
}

const __ = undefined;
const LEFT = { 'a x=1': [1, 2, __], 'a x=2': [3, histogramOf(1), 5], 'a x=3': [6, 6, 6] };
const RIGHT = { 'b x=1': [10, __, 10], 'b x=2': [__, 10, 10], 'b x=4': [10, 10, __] };

test('`and` keeps the left where something matches it, step by step', async () => {
  const expected = { 'a x=1': [1, __, __], 'a x=2': [__, histogramOf(1), 5] };
  assert.deepEqual(await ask('and', LEFT, RIGHT), expected);
  assert.deepEqual(await ask('and', LEFT, {}), {});
});

test('`unless` keeps the left where nothing matches it', async () => {
  const expected = { 'a x=1': [__, 2, __], 'a x=2': [3, __, __], 'a x=3': [6, 6, 6] };
  assert.deepEqual(await ask('unless', LEFT, RIGHT), expected);
  assert.deepEqual(await ask('unless', LEFT, {}), LEFT);
});

test('`or` adds of the right what nothing on the left matches', async () => {
  assert.deepEqual(await ask('or', LEFT, RIGHT), {
    ...LEFT,
    'b x=1': [__, __, 10],
    'b x=4': [10, 10, __],
  });
});

test('`or` makes one series of equal ones', async () => {
  const left = { 'a x=1': [1, __, 1], 'a x=2': [__, __, 1] };
  assert.deepEqual(await ask('or', left, { 'a x=1': [2, 2, __], 'a x=2': [7, __, 7] }), {
    'a x=1': [1, 2, 1],
    'a x=2': [7, __, 1],
  });
});

test('on and ignoring say what matches; all matches all on nothing', async () => {
  const right = { 'b y=1': [1, __, __] };
  assert.deepEqual(await ask('and', LEFT, right, { on: true, labels: [] }), {
    'a x=1': [1, __, __],
    'a x=2': [3, __, __],
    'a x=3': [6, __, __],
  });
  assert.deepEqual(await ask('unless', LEFT, right, { on: false, labels: ['x', 'y'] }), {
    'a x=1': [__, 2, __],
    'a x=2': [__, histogramOf(1), 5],
    'a x=3': [__, 6, 6],
  });
});
