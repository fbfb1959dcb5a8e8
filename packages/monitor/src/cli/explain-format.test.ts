import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine } from '../promql/engine.ts';
import type { ExplainedOperation, QueryExplanation } from '../promql/interface.ts';
import { storeOf } from '../promql/testing/questions.ts';
import { formatExplanation } from './explain-format.ts';

const OPERATION: ExplainedOperation = {
  text: 'up',
  does: 'select the latest sample of each step',
  series: 0,
  points: 0,
  totalMs: 0,
  ownMs: 0,
  isComputedOnce: false,
  isAnsweredFromBefore: false,
  inner: [],
};

function explanationOf(root: Partial<ExplainedOperation>, totalMs = 0): QueryExplanation {
  return {
    root: { ...OPERATION, ...root },
    totalMs,
    seriesRead: 0,
    samplesRead: 0,
    seriesReturned: 0,
    pointsReturned: 0,
    warnings: [],
    infos: [],
  };
}

function linesOf(root: Partial<ExplainedOperation>): readonly string[] {
  return formatExplanation(explanationOf(root)).split('\n');
}

test('what an engine did is a line an operation, what it is computed from below it', async () => {
  const samples = Array.from({ length: 21 }, (_, at) => [at * 15, at] as const);
  const queryable = storeOf({ 'a_total job=x': samples, 'a_total job=y': samples });
  // A clock that stands still: nothing took any time.
  const engine = createQueryEngine({ queryable, monotonicMs: () => 0 });
  const explanation = await engine.explain({
    expression: 'sum(rate(a_total[1m]))\n  / sum(rate(a_total[1m])) + a_total @ end()',
    startMs: 60_000,
    endMs: 300_000,
    stepMs: 60_000,
  });
  assert.deepEqual(formatExplanation(explanation).split('\n'), [
    'sum(rate(a_total[1m])) / sum(rate(a_total[1m])) + a_total @ end()  match series, operator +',
    '  sum(rate(a_total[1m])) / sum(rate(a_total[1m]))                  match series, operator /: 1 series, 5 points',
    '    sum(rate(a_total[1m]))                                         aggregate sum: 1 series, 5 points',
    '      rate(a_total[1m])                                            function rate: 2 series, 10 points',
    '        a_total[1m]                                                select windows of 60 s; read 40 samples of 2 series, 1970-01-01T00:00:00.001Z to 1970-01-01T00:05:00.000Z',
    '    sum(rate(a_total[1m]))                                         aggregate sum: the same as before, not computed again',
    '  a_total @ end()                                                  select the latest sample of each step: 2 series, 2 points, once for all steps; read 40 samples of 2 series, 1970-01-01T00:00:00.001Z to 1970-01-01T00:05:00.000Z',
    '',
    'Read 80 samples of 4 series in 0.00 ms; the answer has 0 points of 0 series.',
    '',
  ]);
});

test('times are told as exactly as they matter', () => {
  assert.match(formatExplanation(explanationOf({ ownMs: 0.123 }, 12_345.6)), /step, 0\.12 ms\n\nRead .* in 12,346 ms;/);
});

test('a long part of an expression is cut, and what is left is text', () => {
  const [line = ''] = linesOf({ text: `up{a="${'x'.repeat(62)}😀"}` });
  assert.match(line, /^up\{a="x{62}\ufffd… {2}select/);
  assert.ok(line.isWellFormed());
});

test('all of time has edges that are no dates', () => {
  const read = { minTimeMs: -9e15, maxTimeMs: 9e15, series: 0, samples: 0 };
  assert.match(linesOf({ read })[0]!, /-9000000000000000 to 9000000000000000$/);
});
