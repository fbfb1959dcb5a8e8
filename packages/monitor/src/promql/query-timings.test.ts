import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine } from './engine.ts';
import { QueryTimings } from './query-timings.ts';
import { storeOf } from './testing/questions.ts';

test('what is neither preparation nor sorting is evaluation', async () => {
  let nowMs = 100;
  const timings = new QueryTimings(() => nowMs);
  nowMs = 103;
  timings.prepared();
  nowMs = 110;
  const sorted = await timings.sorting(async () => {
    nowMs = 112;
    return 'sorted';
  });
  nowMs = 115;
  assert.equal(sorted, 'sorted');
  assert.deepEqual(timings.parts(), { preparationMs: 3, evaluationMs: 10, sortMs: 2 });
});

test('a query that asks for statistics is told all three, which fill the time that it took', async () => {
  // Each look at the clock takes a millisecond.
  let nowMs = 0;
  const engine = createQueryEngine({
    queryable: storeOf({ 'up job=b': [[0, 1]], 'up job=a': [[0, 1]] }),
    monotonicMs: () => nowMs++,
  });
  const { stats } = await engine.instant({ expression: 'up', timeMs: 0, wants: 'statistics' });
  assert.ok(stats !== undefined);
  const { preparationMs, evaluationMs, sortMs } = stats;
  assert.ok(preparationMs > 0 && evaluationMs > 0 && sortMs > 0, JSON.stringify(stats));
  assert.ok(preparationMs + evaluationMs + sortMs < nowMs);
  assert.equal((await engine.instant({ expression: 'up', timeMs: 0 })).stats, undefined);
});
