import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameOf, keyOf, withHead } from '../chart/frame.ts';
import type { LiveAnswer } from '../live/live-query.ts';
import { linesOf, selectorOf, sumOf, withoutEmptyStart } from './figures.ts';
import { wireTarget as targetOf } from './testing/wire-target.ts';

const NODE = targetOf('a:1');
const INBOUND = { __name__: 'peers', job: 'node', instance: 'a:1', direction: 'inbound' };
const OUTBOUND = { ...INBOUND, direction: 'outbound' };
const ELSEWHERE = { ...INBOUND, instance: 'b:1' };

function answerOf(present: readonly (readonly [labels: Record<string, string>, value: number])[]): LiveAnswer {
  const history = frameOf(
    [INBOUND, OUTBOUND, ELSEWHERE].map((labels) => ({ labels, points: [[20, 1] as const, [30, 4] as const] })),
    10,
    30,
    10,
  );
  const values = new Map(present.map(([labels, value]) => [keyOf(labels), value]));
  return {
    atMs: 35_000,
    now: { type: 'vector', series: [] },
    frame: withHead(history, 35, values),
    ends: new Map(),
    warnings: [],
  };
}

test('a target has its own series and no other', () => {
  const lines = linesOf(answerOf([[INBOUND, 0]]), NODE, 'peers');
  assert.deepEqual(
    lines.map(({ labels }) => labels['direction']),
    ['inbound', 'outbound'],
  );
  assert.deepEqual(linesOf(answerOf([]), NODE, 'other'), []);
  assert.deepEqual(linesOf(undefined, NODE), []);
});

test('what is reported now is current, even when it is zero; what is not is history with its time', () => {
  const [inbound, outbound] = linesOf(answerOf([[INBOUND, 0]]), NODE);
  assert.deepEqual(inbound?.reading, { value: 0, timeS: 35, isCurrent: true });
  assert.deepEqual(outbound?.reading, { value: 4, timeS: 30, isCurrent: false });
});

test('a sample between the last time on the grid and the end of the series is the one that was last known', () => {
  const ends = new Map([
    [keyOf(INBOUND), { timeS: 33, value: 6 }],
    [keyOf(OUTBOUND), { timeS: 33, value: 9 }],
  ]);
  const [inbound, outbound] = linesOf({ ...answerOf([[INBOUND, 0]]), ends }, NODE);
  assert.deepEqual(inbound?.reading, { value: 0, timeS: 35, isCurrent: true });
  assert.deepEqual(outbound?.reading, { value: 9, timeS: 33, isCurrent: false });
});

test('a sum counts what is current, and a gap in all lines stays a gap', () => {
  const sum = sumOf(linesOf(answerOf([[INBOUND, 2]]), NODE));
  assert.deepEqual(sum?.values, [null, 2, 8, 2]);
  assert.deepEqual(sum?.reading, { value: 2, timeS: 35, isCurrent: true });
});

test('a young history begins with its first sample, but spans the least that is wanted', () => {
  const answers = new Map([['x', answerOf([])]]);
  assert.deepEqual(withoutEmptyStart(answers, 5).get('x')?.frame.timesS, [20, 30, 35]);
  assert.deepEqual(withoutEmptyStart(answers, 25).get('x')?.frame.timesS, [10, 20, 30, 35]);
});

test('the selector of a target quotes what needs quoting', () => {
  assert.equal(selectorOf(targetOf('a"b\\')), '{job="node",instance="a\\"b\\\\"}');
});
