import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine } from './engine.ts';
import { asRecord, failure, storeOf } from './testing/questions.ts';

const GRID = { startMs: 0, endMs: 60_000, stepMs: 60_000 };

/** Labels of type and unit are there although nothing was said about them. */
const SAME = { 't i=a __type__=gauge': [[0, 1]], 't i=a __type__=counter': [[0, 2]] } as const;
const AFTER_ANOTHER = {
  't i=a': [[0, 1]],
  't i=a __unit__=bytes': [[60, 2]],
} as const;

const DROPPING = [
  'sum(exp(t))',
  'max(max_over_time(t[1m]))',
  'count(hour(t))',
  'sum(-t)',
  'sum(t * 2)',
  'sum(abs(sum by(__type__, i) (t)))',
  'sum(abs(sum without(job) (t)))',
  'count_values("x", timestamp(t))',
  'vector(1) unless -t',
];

test('series that only their types tell apart are refused where those go', async () => {
  for (const expression of DROPPING) {
    // Whether others come before or not.
    for (const others of [{}, { 't i=b': [[0, 1]] } as const]) {
      const engine = createQueryEngine({ queryable: storeOf({ ...others, ...SAME }) });
      await assert.rejects(
        engine.instant({ expression, timeMs: 0 }),
        failure('execution', /same labelset/),
        expression,
      );
    }
  }
});

test('series that become equal are one where they do not meet', async () => {
  const engine = createQueryEngine({ queryable: storeOf(AFTER_ANOTHER), lookbackMs: 30_000 });
  const answer = asRecord(await engine.range({ expression: 'max_over_time(abs(t)[90s:1m])', ...GRID }));
  assert.deepEqual(answer, {
    'i=a': [
      [0, 1],
      [60, 2],
    ],
  });
});

test('what is met once is expected ever after', async () => {
  const queryable = storeOf(SAME);
  const engine = createQueryEngine({ queryable });
  const reads: number[] = [];
  for (const _ of [1, 2]) {
    const before = queryable.requests.length;
    assert.deepEqual(asRecord(await engine.instant({ expression: 'count(t)', timeMs: 0 })), { '': 2 });
    reads.push(queryable.requests.length - before);
  }
  assert.deepEqual(reads, [2, 1]);
});
