import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_QUERY_LIMITS } from '../limits.ts';
import { QueryBudget } from './budget.ts';
import { sortInSlices } from './sort.ts';

test('any list comes out in order, equal items as they came', async () => {
  const budget = new QueryBudget({
    limits: DEFAULT_QUERY_LIMITS,
    timeoutMs: Number.POSITIVE_INFINITY,
    signal: undefined,
    monotonicMs: () => 0,
    yieldToOthers: async () => {},
  });
  const lists = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 5000, size: 'max' });
  await fc.assert(
    fc.asyncProperty(lists, async (numbers) => {
      const items = numbers.map((number, index) => ({ number, index }));
      const byNumber = (a: { number: number }, b: { number: number }): number => a.number - b.number;
      assert.deepEqual(await sortInSlices(items, byNumber, budget), items.toSorted(byNumber));
    }),
    { numRuns: 30 },
  );
});

test('a long list is sorted in many slices', async () => {
  let nowMs = 0;
  let yields = 0;
  const budget = new QueryBudget({
    limits: DEFAULT_QUERY_LIMITS,
    timeoutMs: Number.POSITIVE_INFINITY,
    signal: undefined,
    monotonicMs: () => (nowMs += 8),
    yieldToOthers: async () => void yields++,
  });
  await sortInSlices(
    Array.from({ length: 10_000 }, (_, index) => -index),
    (a, b) => a - b,
    budget,
  );
  assert.ok(yields > 50, `${yields} yields`);
});
