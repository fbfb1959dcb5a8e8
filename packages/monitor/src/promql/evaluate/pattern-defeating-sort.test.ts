import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_QUERY_LIMITS } from '../limits.ts';
import { QueryBudget } from './budget.ts';
import { sortAsGo } from './pattern-defeating-sort.ts';

const budget = new QueryBudget({
  limits: DEFAULT_QUERY_LIMITS,
  timeoutMs: 60_000,
  signal: undefined,
  monotonicMs: () => 0,
  yieldToOthers: async () => {},
});

test('the items are the same, in order', async () => {
  const few = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 400 });
  const runs = fc
    .array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 })
    .map((starts) =>
      starts.flatMap((start, index) =>
        Array.from({ length: 9 }, (_, at) => (index % 2 === 0 ? start + at : start - at)),
      ),
    );
  await fc.assert(
    fc.asyncProperty(fc.oneof(few, runs, fc.array(fc.integer())), async (items) => {
      const sorted = [...items];
      await sortAsGo(sorted, (a, b) => a < b, budget);
      assert.deepEqual(
        sorted,
        items.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('of equal items the order is that of slices.SortFunc', async () => {
  for (const [length, expected] of [
    [12, 4854],
    [13, 198_886],
    [60, 387_559],
    [200, 658_637],
  ] as const) {
    let state = length;
    const items = Array.from({ length }, (_, id) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return { key: (state >>> 16) % 5, id };
    });
    await sortAsGo(items, (a, b) => a.key < b.key, budget);
    assert.equal(
      items.reduce((hash, { id }) => (hash * 31 + id) % 1_000_003, 0),
      expected,
      `${length} items`,
    );
  }
});

test('an order that contradicts itself ends all the same', async () => {
  const items = Array.from({ length: 1000 }, (_, index) => index);
  await sortAsGo(items, () => true, budget);
  assert.equal(new Set(items).size, 1000);
});
