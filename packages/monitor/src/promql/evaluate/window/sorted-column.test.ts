import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STRETCH_STEPS } from '../stretches.ts';
import { sortedColumn } from './sorted-column.ts';
import { SortedWindow } from './sorted-window.ts';
import { madOverTime, quantileOverTime } from './spread.ts';
import { type Asked, floatResults, unboundedBudget, windows } from './testing/one-series.ts';
import { plainMad, plainQuantile } from './testing/plain-windows.ts';

const LENGTHS = [0, 1, STRETCH_STEPS, STRETCH_STEPS + 1, 5 * STRETCH_STEPS + 7];

/** The same for a seed. */
function column(length: number, seed: number, among: readonly number[] = []): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return among.length > 0 && state % 3 === 0 ? among[(state >>> 8) % among.length]! : state / 2 ** 31 - 1;
  });
}

test('a column in runs is in the order of one that is sorted at once, both zeros too', async () => {
  const seeds = fc.integer({ min: 1, max: 2 ** 31 });
  await fc.assert(
    fc.asyncProperty(seeds, fc.constantFrom(...LENGTHS), async (seed, length) => {
      const values = column(length, seed, [0, -0, Infinity, -Infinity, 0.5]);
      const sorted = await sortedColumn(values.slice(), new Float64Array(length), unboundedBudget());
      assert.deepEqual(sorted, values.toSorted());
    }),
    { numRuns: 20 },
  );
});

test('a window of very many samples is ranked as any other, however far it moves', async () => {
  for (const among of [[NaN, 0.5], [NaN, -0, 0], [Infinity]]) {
    const values = column(4 * STRETCH_STEPS, 7, among);
    const sorted = new SortedWindow(values);
    let from = 0;
    for (const far of [0, 1, 100, 900, 2500, 3 * STRETCH_STEPS, 5]) {
      from = Math.min(from + far, values.length - STRETCH_STEPS - 10);
      const to = from + STRETCH_STEPS + 9;
      await sorted.moveToLong(from, to, unboundedBudget());
      const anew = new SortedWindow(values.slice(from, to));
      anew.moveTo(0, to - from);
      for (const quantile of [0, 0.1, 0.5, 0.99, 1]) {
        assert.equal(sorted.quantile(quantile), anew.quantile(quantile), `${quantile} of ${from} to ${to}`);
      }
    }
  }
});

test('quantiles and median distances of windows longer than a stretch', async () => {
  const count = STRETCH_STEPS + 500;
  const values = column(count, 3, [0.25]);
  const timestampsMs = Float64Array.from(values, (_, index) => 1000 * (index + 1));
  const times = windows({ from: count - 400, count: 3, stepSeconds: 200, rangeSeconds: STRETCH_STEPS });
  const asked: Asked = { times, scalars: [Float64Array.of(0.1, 0.5, 0.9)] };
  const ofWindows = [0, 1, 2].map((step) => {
    const to = count - 400 + 200 * step;
    const from = Math.max(0, to - STRETCH_STEPS);
    return { timestampsMs: timestampsMs.subarray(from, to), values: values.subarray(from, to) };
  });
  assert.deepEqual(
    await floatResults(quantileOverTime, { timestampsMs, values }, asked),
    ofWindows.map((window, step) => plainQuantile(window, asked.scalars![0]![step]!)),
  );
  assert.deepEqual(await floatResults(madOverTime, { timestampsMs, values }, asked), ofWindows.map(plainMad));
});
