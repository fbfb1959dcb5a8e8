import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine } from './engine.ts';
import type { ExplainedOperation } from './interface.ts';
import { failure, storeOf } from './testing/questions.ts';

const samples = Array.from({ length: 21 }, (_, at) => [at * 15, at] as const);

function engine() {
  return createQueryEngine({
    queryable: storeOf({ 'a_total job=x zone=1': samples, 'a_total job=x zone=2': samples, 'b job=x': samples }),
  });
}

function shape({ text, series, points, inner }: ExplainedOperation): unknown {
  return inner.length === 0 ? [text, series, points] : [text, series, points, inner.map(shape)];
}

test('a query is explained by what each operation gave and what was read for it', async () => {
  const explanation = await engine().explain({
    expression: 'sum by (job) (rate(a_total[1m])) > 0',
    startMs: 60_000,
    endMs: 300_000,
    stepMs: 60_000,
  });
  assert.deepEqual(shape(explanation.root), [
    'sum by (job) (rate(a_total[1m])) > 0',
    1,
    5,
    [['sum by (job) (rate(a_total[1m]))', 1, 5, [['rate(a_total[1m])', 2, 10, [['a_total[1m]', 0, 0]]]]]],
  ]);
  const selector = explanation.root.inner[0]!.inner[0]!.inner[0]!;
  assert.deepEqual(selector.read, { minTimeMs: 1, maxTimeMs: 300_000, series: 2, samples: 40 });
  assert.equal(explanation.seriesRead, 2);
  assert.equal(explanation.samplesRead, 40);
  assert.equal(explanation.seriesReturned, 1);
  assert.equal(explanation.pointsReturned, 5);
  assert.ok(explanation.totalMs >= explanation.root.totalMs);
});

test('an instant query is explained too, with what was not computed again', async () => {
  const { root } = await engine().explain({ expression: 'sum(b) / sum(b)', timeMs: 300_000 });
  assert.deepEqual(
    root.inner.map(({ isAnsweredFromBefore }) => isAnsweredFromBefore),
    [false, true],
  );
});

test('what cannot be answered cannot be explained', async () => {
  await assert.rejects(engine().explain({ expression: 'sum(', timeMs: 0 }), failure('bad_data', /parse error/));
});
