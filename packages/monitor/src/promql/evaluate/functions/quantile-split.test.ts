import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createQueryEngine } from '../../engine.ts';
import { labelText } from '../../histogram/number-text.ts';
import { DEFAULT_QUERY_LIMITS } from '../../limits.ts';
import { failure, storeOf } from '../../testing/questions.ts';
import { QueryBudget } from '../budget.ts';
import { ABSENT, FLOAT, type StepSeries } from '../series.ts';
import { splitByQuantile } from './quantile-split.ts';

const LABELS = [{ name: 'pod', value: 'a' }];

/** Each look at its clock finds that its time is up. */
function budgetOf(maxPointsHeld: number): { readonly budget: QueryBudget; readonly pauses: () => number } {
  let [nowMs, pauses] = [0, 0];
  const budget = new QueryBudget({
    limits: { ...DEFAULT_QUERY_LIMITS, maxPointsHeld },
    timeoutMs: Number.MAX_SAFE_INTEGER,
    signal: undefined,
    monotonicMs: () => (nowMs += 1000),
    yieldToOthers: async () => {
      pauses++;
    },
  });
  return { budget, pauses: () => pauses };
}

function rising(stepCount: number): { readonly series: StepSeries; readonly quantiles: Float64Array } {
  const values = Float64Array.from({ length: stepCount }, (_, step) => step);
  const series = { labels: LABELS, values, present: new Uint8Array(stepCount).fill(FLOAT) };
  return { series, quantiles: values.map((step) => step / stepCount) };
}

test('a series for each quantile, with values at its steps alone, in the order in which they come', async () => {
  const step = fc.record({ isPresent: fc.boolean(), quantile: fc.constantFrom(0.5, NaN, 0, -0, 1, Infinity) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const series = {
        labels: LABELS,
        values: Float64Array.from(steps, (_, index) => index + 1),
        present: Uint8Array.from(steps, ({ isPresent }) => (isPresent ? FLOAT : ABSENT)),
      };
      const quantiles = Float64Array.from(steps, ({ quantile }) => quantile);
      const found: [string, (number | undefined)[]][] = [];
      for await (const one of splitByQuantile(series, { label: 'q', quantiles }, budgetOf(1000).budget)) {
        assert.deepEqual(one.labels[0], LABELS[0]);
        found.push([
          one.labels[1]!.value,
          steps.map((_, at) => (one.present[at] === FLOAT ? one.values[at] : undefined)),
        ]);
      }
      const textOf = (quantile: number): string => labelText(quantile + 0);
      const texts = new Set(steps.filter(({ isPresent }) => isPresent).map(({ quantile }) => textOf(quantile)));
      const expected = Array.from(texts, (text) => [
        text,
        steps.map(({ isPresent, quantile }, at) => (isPresent && textOf(quantile) === text ? at + 1 : undefined)),
      ]);
      assert.deepEqual(found, expected);
    }),
  );
});

test('quantiles that differ at every step are refused before their columns are made', async () => {
  const { series, quantiles } = rising(5000);
  const { budget, pauses } = budgetOf(10 * 5000);
  const split = splitByQuantile(series, { label: 'q', quantiles }, budget);
  await assert.rejects(
    Promise.resolve(split[Symbol.asyncIterator]().next()),
    failure('execution', /more than 50000 points/),
  );
  assert.equal(budget.peakPoints, 11 * 5000);
  assert.ok(pauses() >= 10, `${pauses()} pauses`);
});

test('what is held is given up one by one, to whoever takes the series', async () => {
  const { series, quantiles } = rising(10);
  const { budget } = budgetOf(100);
  let taken = 0;
  for await (const one of splitByQuantile(series, { label: 'q', quantiles }, budget)) {
    budget.hold(1, one.values.length);
    taken++;
  }
  assert.equal(taken, 10);
  assert.equal(budget.peakPoints, 100);
  budget.release(10, 100);
  budget.hold(0, 100);
});

test('the columns that classic histograms are computed in are counted', async () => {
  const samples = [0, 10, 20, 30, 40].map((seconds) => [seconds, seconds] as const);
  const queryable = storeOf({ 'b le=1': samples, 'b le=+Inf': samples });
  const ask = (maxPointsHeld: number, expression: string) =>
    createQueryEngine({ queryable, limits: { maxPointsHeld }, features: { experimentalFunctions: true } }).range({
      expression,
      startMs: 0,
      endMs: 40_000,
      stepMs: 10_000,
    });
  // Quantiles, two buckets, what is computed of them, and the series that become of that.
  const one = 'histogram_quantile(0.5, b)';
  await assert.rejects(ask(24, one), failure('execution', /more than 24 points/));
  assert.equal((await ask(25, one)).type, 'matrix');
  const two = 'histogram_quantiles(b, "q", 0.5, 0.9)';
  await assert.rejects(ask(39, two), failure('execution', /more than 39 points/));
  assert.equal((await ask(40, two)).type, 'matrix');
});
