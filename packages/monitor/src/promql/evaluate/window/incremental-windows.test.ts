// What is carried from window to window must be what each window gives on its own, to the bit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timeAt } from '../series.ts';
import { changes, countOverTime, firstOverTime, lastOverTime, resets } from './counts.ts';
import { extrapolation } from './extrapolation.ts';
import { maxOverTime, minOverTime, timeOfMax, timeOfMin } from './extremes.ts';
import { delta, idelta, increase, irate, rate } from './rate.ts';
import { madOverTime, quantileOverTime, stdvarOverTime } from './spread.ts';
import { avgOverTime, sumOverTime } from './sums.ts';
import { type Asked, floatResults, windows } from './testing/one-series.ts';
import {
  type PlainWindow,
  plainBest,
  plainCount,
  plainGrowth,
  plainMad,
  plainMean,
  plainQuantile,
  plainSum,
} from './testing/plain-windows.ts';
import type { Columns, WindowFunction } from './window-function.ts';

const QUANTILES = [0, 0.25, 0.5, 0.99, 1];

/** Counters, gauges, and what is hard: numbers that are none, both zeros, values too large to add exactly or at all. */
const valuesArbitrary = fc.oneof(
  fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 120 }),
  fc.array(fc.integer({ min: 0, max: 2 ** 52 }), { maxLength: 60 }),
  fc.array(fc.double(), { maxLength: 60 }),
  fc.array(fc.constantFrom(NaN, 0, -0, Infinity, -Infinity, 1, 1e308, -1e308, 0.1, 2 ** 53), { maxLength: 60 }),
  fc.array(
    fc.oneof(
      fc.constant(NaN),
      fc.integer({ min: 0, max: 9 }).map((tenths) => tenths / 10),
    ),
    { maxLength: 150 },
  ),
);

const questionArbitrary = fc.record({
  values: valuesArbitrary,
  gaps: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 150, maxLength: 150 }),
  from: fc.integer({ min: 0, max: 300 }),
  count: fc.integer({ min: 1, max: 80 }),
  stepSeconds: fc.integer({ min: 1, max: 90 }),
  rangeSeconds: fc.integer({ min: 1, max: 900 }),
});

const PLAIN: readonly (readonly [name: string, WindowFunction, (window: PlainWindow, step: number) => number])[] = [
  ['count', countOverTime, ({ values }) => values.length],
  ['first', firstOverTime, ({ values }) => values[0]!],
  ['last', lastOverTime, ({ values }) => values.at(-1)!],
  [
    'changes',
    changes,
    (window) =>
      plainCount(window, (value, previous) => value !== previous && !(Number.isNaN(value) && Number.isNaN(previous))),
  ],
  ['resets', resets, (window) => plainCount(window, (value, previous) => value < previous)],
  ['min', minOverTime, (window) => window.values[plainBest(window, (value, best) => value < best)]!],
  ['max', maxOverTime, (window) => window.values[plainBest(window, (value, best) => value > best)]!],
  [
    'time of min',
    timeOfMin,
    (window) => window.timestampsMs[plainBest(window, (value, best) => value <= best)]! / 1000,
  ],
  [
    'time of max',
    timeOfMax,
    (window) => window.timestampsMs[plainBest(window, (value, best) => value >= best)]! / 1000,
  ],
  ['sum', sumOverTime, plainSum],
  ['mean', avgOverTime, plainMean],
  ['quantile', quantileOverTime, (window, step) => plainQuantile(window, QUANTILES[step % QUANTILES.length]!)],
  ['median distance', madOverTime, plainMad],
];

for (const [name, window, plain] of PLAIN) {
  test(`${name}: carried and computed anew are the same`, async () => {
    await fc.assert(
      fc.asyncProperty(questionArbitrary, async (question) => {
        const columns = columnsOf(question);
        const asked = askedOf(question);
        assert.deepEqual(
          await floatResults(window, columns, asked),
          anew(columns, asked, (samples, step) => (samples.values.length === 0 ? undefined : plain(samples, step))),
        );
      }),
      { numRuns: 150 },
    );
  });
}

const ALL: readonly (readonly [name: string, WindowFunction])[] = [
  ...PLAIN.map(([name, window]) => [name, window] as const),
  ['rate', rate],
  ['delta', delta],
  ['irate', irate],
  ['idelta', idelta],
  ['variance', stdvarOverTime],
];

for (const [name, window] of ALL) {
  test(`${name}: computed at once and in stretches are the same`, async () => {
    await fc.assert(
      fc.asyncProperty(questionArbitrary, fc.integer({ min: 1, max: 9 }), async (question, stretch) => {
        const columns = columnsOf(question);
        const asked: Asked = { ...askedOf(question), minimumSamples: 2 };
        const atOnce = await floatResults(window, columns, asked);
        assert.deepEqual(await floatResults(window, columns, { ...asked, stretch }), atOnce);
      }),
      { numRuns: 50 },
    );
  });
}

test('delta: the growth between the first and the last sample, extrapolated', async () => {
  await fc.assert(
    fc.asyncProperty(questionArbitrary, async (question) => {
      const columns = columnsOf(question);
      const asked: Asked = { ...askedOf(question), minimumSamples: 2 };
      const plain = anew(columns, asked, ({ timestampsMs, values }, step) => {
        if (values.length < 2) return undefined;
        const endMs = timeAt(asked.times.grid, step);
        const startMs = endMs - asked.times.rangeMs;
        const factor = extrapolation(timestampsMs, 0, values.length - 1, startMs, endMs, Infinity);
        return (values.at(-1)! - values[0]!) * factor;
      });
      assert.deepEqual(await floatResults(delta, columns, asked), plain);
    }),
    { numRuns: 150 },
  );
});

test('increase: carried and computed anew are the same', async () => {
  await fc.assert(
    fc.asyncProperty(questionArbitrary, async (question) => {
      const columns = columnsOf(question);
      const asked: Asked = { ...askedOf(question), minimumSamples: 2 };
      const plain = anew(columns, asked, (samples, step) => plainIncrease(samples, asked, step));
      assert.deepEqual(await floatResults(increase, columns, asked), plain);
    }),
    { numRuns: 300 },
  );
});

function plainIncrease(samples: PlainWindow, { times }: Asked, step: number): number | undefined {
  const { timestampsMs, values } = samples;
  if (values.length < 2) return undefined;
  const growth = plainGrowth(samples);
  const first = values[0]!;
  const seconds = (timestampsMs.at(-1)! - timestampsMs[0]!) / 1000;
  const toZero = growth > 0 && first >= 0 ? seconds * (first / growth) : Infinity;
  const endMs = timeAt(times.grid, step);
  return growth * extrapolation(timestampsMs, 0, values.length - 1, endMs - times.rangeMs, endMs, toZero);
}

interface Question {
  readonly values: readonly number[];
  readonly gaps: readonly number[];
  readonly from: number;
  readonly count: number;
  readonly stepSeconds: number;
  readonly rangeSeconds: number;
}

function columnsOf({ values, gaps }: Pick<Question, 'values' | 'gaps'>): Columns {
  const timestampsMs = new Float64Array(values.length);
  let seconds = 0;
  for (let index = 0; index < values.length; index++) timestampsMs[index] = (seconds += gaps[index]!) * 1000;
  return { timestampsMs, values: Float64Array.from(values) };
}

function askedOf(question: Question): Asked {
  const times = windows(question);
  return {
    times,
    scalars: [Float64Array.from({ length: question.count }, (_, step) => QUANTILES[step % QUANTILES.length]!)],
  };
}

function anew(
  { timestampsMs, values }: Columns,
  { times }: Asked,
  compute: (samples: PlainWindow, step: number) => number | undefined,
): (number | undefined)[] {
  return Array.from({ length: times.grid.count }, (_, step) => {
    const endMs = timeAt(times.grid, step);
    const isWithin = (_value: number, index: number): boolean =>
      timestampsMs[index]! > endMs - times.rangeMs && timestampsMs[index]! <= endMs;
    return compute({ timestampsMs: timestampsMs.filter(isWithin), values: values.filter(isWithin) }, step);
  });
}
