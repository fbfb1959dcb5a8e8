import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameOf, withHead } from '../chart/frame.ts';
import type { LiveAnswer } from '../live/live-query.ts';
import { withLatest } from './history.ts';
import { CHARTED_MAX, chartedPart, rowsOf, sortRows, splitLabels } from './rows.ts';

const answerOf = (
  values: readonly (readonly [name: string, value: number])[],
  past: readonly string[] = [],
): LiveAnswer => {
  const names = [...values.map(([name]) => name), ...past];
  const history = frameOf(
    names.map((pod) => ({ labels: { __name__: 'm', pod }, points: [[10, 1]] as const })),
    10,
    10,
    10,
  );
  return {
    atMs: 15_000,
    now: { type: 'vector', series: values.map(([pod, value]) => ({ labels: { __name__: 'm', pod }, value })) },
    frame: withHead(history, 15, new Map()),
    ends: new Map(),
    warnings: [],
  };
};

test('every series has a row: those of now with a value, those of the past without', () => {
  const rows = rowsOf(answerOf([['a', 0]], ['gone']));
  assert.deepEqual(
    rows.map(({ labels, value, place }) => [labels['pod'], value, place]),
    [
      ['a', 0, 0],
      ['gone', undefined, 1],
    ],
  );
});

test('only as many series are drawn as can be told apart, and the others keep their rows', () => {
  const answer = answerOf(Array.from({ length: 312 }, (_, index) => [`p${index}`, index] as const));
  const rows = rowsOf(answer);
  assert.equal(chartedPart(answer.frame).series.length, CHARTED_MAX);
  assert.equal(rows.length, 312);
  assert.equal(rows.filter(({ place }) => place !== undefined).length, CHARTED_MAX);
});

test('labels that all rows share are told once', () => {
  const { common, varying } = splitLabels(
    rowsOf(
      answerOf([
        ['a', 1],
        ['b', 2],
      ]),
    ),
  );
  assert.deepEqual(common, { __name__: 'm' });
  assert.deepEqual(varying, ['pod']);
});

test('a single series keeps its labels in its row', () => {
  assert.deepEqual(splitLabels(rowsOf(answerOf([['a', 1]]))).varying, ['__name__', 'pod']);
});

test('what has no value is last in both directions', () => {
  const rows = rowsOf(
    answerOf(
      [
        ['a', Number.NaN],
        ['b', -2],
        ['c', 5],
      ],
      ['gone'],
    ),
  );
  const order = (direction: 1 | -1) => sortRows(rows, { by: 'value', direction }).map(({ labels }) => labels['pod']);
  assert.deepEqual(order(1), ['b', 'c', 'a', 'gone']);
  assert.deepEqual(order(-1), ['c', 'b', 'a', 'gone']);
});

test('unsorted, what is there now comes before what is gone', () => {
  const rows = rowsOf(
    answerOf(
      [
        ['b', 0],
        ['a', 1],
      ],
      ['gone'],
    ),
  ).reverse();
  assert.deepEqual(
    sortRows(rows, { by: 'order', direction: 1 }).map(({ labels }) => labels['pod']),
    ['a', 'b', 'gone'],
  );
});

test('labels sort as people count', () => {
  const rows = rowsOf(
    answerOf([
      ['p10', 1],
      ['p9', 1],
    ]),
  );
  assert.deepEqual(
    sortRows(rows, { by: { label: 'pod' }, direction: 1 }).map(({ labels }) => labels['pod']),
    ['p9', 'p10'],
  );
});

test('an expression that is run again moves to the front of the recent ones', () => {
  assert.deepEqual(withLatest(['a', 'b'], ' b '), ['b', 'a']);
  assert.deepEqual(withLatest(['a'], '  '), ['a']);
  assert.equal(
    withLatest(
      Array.from({ length: 20 }, (_, index) => `e${index}`),
      'new',
    ).length,
    20,
  );
});
