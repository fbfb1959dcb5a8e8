import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_QUERY_LIMITS } from '../limits.ts';
import { QueryBudget } from './budget.ts';

test('a query gives way after 8 ms of work, and after 4 ms when it has run for long', async () => {
  let nowMs = 0;
  const budget = new QueryBudget({
    limits: DEFAULT_QUERY_LIMITS,
    timeoutMs: 120_000,
    signal: undefined,
    monotonicMs: () => nowMs,
    yieldToOthers: async () => {},
  });
  const slices: number[] = [];
  let startMs = 0;
  for (; nowMs < 80; nowMs++) {
    if (!budget.isDue()) continue;
    slices.push(nowMs - startMs);
    startMs = nowMs;
    await budget.pause();
  }
  assert.deepEqual(slices, [8, 8, 8, 8, 8, 8, 8, 4, 4, 4, 4, 4]);
});

test('the clock is looked at seldom while work is quick, and each time while it is slow', () => {
  let [nowMs, looks] = [0, 0];
  const budget = new QueryBudget({
    limits: DEFAULT_QUERY_LIMITS,
    timeoutMs: 120_000,
    signal: undefined,
    monotonicMs: () => {
      looks++;
      return nowMs;
    },
    yieldToOthers: async () => {},
  });
  looks = 0;
  for (let step = 0; step < 401; step++, nowMs += 0.001) assert.equal(budget.isDue(), false);
  assert.ok(looks > 50 && looks < 110, `${looks} looks for 401 questions`);
  // What takes long all at once is noticed after three more questions at the latest.
  nowMs = 8;
  assert.ok([0, 1, 2, 3].some(() => budget.isDue()));
  looks = 0;
  for (let step = 0; step < 10; step++) {
    nowMs += 0.1;
    budget.isDue();
  }
  assert.equal(looks, 10);
});
