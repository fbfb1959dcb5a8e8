// The differential test itself: it can say everything of the language, notices differences, and makes failing queries small.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionNames } from '../../../../packages/monitor/src/promql/plan/functions/index.ts';
import type { Answer } from './answers.ts';
import { differenceOf } from './compare.ts';
import { Dice } from './dice.ts';
import { isExcused } from './excused.ts';
import { FEATURE_SETS } from './features.ts';
import { ALL_FUNCTIONS } from './functions.ts';
import { query } from './generate/queries.ts';
import { shrink } from './shrink.ts';
import { print, type Tree } from './tree.ts';
import { WITH_RECORDING } from './vocabulary.ts';

const SEED = 7;

function queries(count: number): Tree[] {
  return Array.from({ length: count }, (_, index) => {
    const dice = new Dice(SEED + index);
    const metrics = dice.weighted(WITH_RECORDING);
    const features = FEATURE_SETS.experimental.ours;
    return query({ dice, features, metrics, momentsMs: [1000], depth: 4 });
  });
}

test('every function of the engine is among those generated', () => {
  const known = new Set(ALL_FUNCTIONS.map(({ name }) => name));
  assert.deepEqual(
    functionNames().filter((name) => !known.has(name)),
    [],
  );
});

test('everything of the language comes up', () => {
  const all = queries(4000).map(print).join('\n');
  const words = 'sum avg min max count group stddev stdvar topk bottomk quantile count_values limitk limit_ratio';
  const between =
    'by without on( ignoring( group_left group_right and or unless atan2 ^ % bool </ >/ @ anchored smoothed';
  const others = [
    'offset -',
    'start()',
    'end()',
    'fill(',
    'fill_left(',
    'fill_right(',
    ':]',
    '=~',
    '!~',
    '{"',
    'step()',
  ];
  const calls = ALL_FUNCTIONS.map(({ name }) => `${name}(`);
  const wanted = [...words.split(' '), ...between.split(' ').map((part) => ` ${part}`), ...others, ...calls];
  assert.deepEqual(
    wanted.filter((part) => !all.includes(part)),
    [],
  );
});

test('the same seed makes the same queries', () => {
  assert.deepEqual(queries(50).map(print), queries(50).map(print));
});

test('a failing query becomes as small as what fails', async () => {
  const failing = queries(4000).find((one) => print(one).includes('atanh(') && print(one).length > 200);
  assert.ok(failing !== undefined);
  const small = await shrink(failing, (candidate) => Promise.resolve(print(candidate).includes('atanh(')));
  assert.match(print(small), /^atanh\((?:\w+|vector\(1\))\)$/);
});

const QUESTION = { expression: 'abs(a)', timeMs: 0 };

function vector(value: number, notes: { warnings?: string[]; infos?: string[] } = {}, key = '{}'): Answer {
  return { type: 'vector', series: [{ key, points: [[0, value]] }], warnings: [], infos: [], ...notes };
}

test('answers that are the same have no difference', () => {
  assert.equal(differenceOf(QUESTION, vector(NaN), vector(NaN)), undefined);
});

test('one bit, the sign of zero, a label, a note and an error are differences', () => {
  const other = vector(1, {}, '{"a":"b"}');
  const error: Answer = { type: 'error', errorType: 'execution', message: 'x' };
  const pairs: readonly (readonly [Answer, Answer])[] = [
    [vector(1), vector(1 + Number.EPSILON)],
    [vector(0), vector(-0)],
    [vector(1), other],
    [vector(1), vector(1, { infos: ['PromQL info: x (1:1)'] })],
    [vector(1), error],
    [error, { ...error, errorType: 'bad_data' }],
  ];
  for (const [ours, theirs] of pairs) assert.notEqual(differenceOf(QUESTION, ours, theirs), undefined);
});

test('a small relative difference is allowed where the reasons name it, and only there', () => {
  const question = { expression: 'sum(a)', timeMs: 0 };
  assert.equal(differenceOf(question, vector(1), vector(1 + Number.EPSILON)), undefined);
  assert.notEqual(differenceOf(question, vector(1), vector(1 + 1e-11)), undefined);
});

test('what is excused is that and nothing around it', () => {
  const after = { startMs: 0, durationMs: 1000 };
  const before = { startMs: -1000, durationMs: 1000 };
  const excused = (expression: string, span = after) => isExcused({ expression, timeMs: 0 }, span);
  const sides: readonly (readonly [yes: string, no: string])[] = [
    ['info(last_over_time(a[7s]))', 'info(last_over_time(a[5m]))'],
    ['info(rate(a[7s]), {b="c"})', 'info(rate(a[7s])) + b'],
    ['sum(info(a offset 1m) - info(rate(b[7s] offset 2m)))', 'info(a offset 1m) - rate(b[7s] offset 6m)'],
    ['info(rate(a[7s] offset -1m))', 'info(a offset -1m)'],
    ['info(rate(a[step()]))', 'info(rate(a[1m])[4m:])'],
    ['info(rate(a[7s] @ 0))', 'info(a[7s:1s])'],
  ];
  for (const [yes, no] of sides) assert.deepEqual([excused(yes), excused(no)], [true, false], `${yes} ${no}`);
  assert.equal(excused('ts_of_last_over_time(a[1m])', before), true);
  assert.equal(excused('ts_of_last_over_time(a[1m])'), false);
  assert.equal(excused('ts_of_first_over_time(a[1m])', before), false);
});
