import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Queryable } from '../../storage/interface.ts';
import { createQueryEngine } from '../engine.ts';
import { FloatHistogram } from '../histogram/float-histogram.ts';
import { MAX_POINTS_PER_SERIES } from '../interface.ts';
import { InMemoryQueryable } from '../testing/in-memory-queryable.ts';
import { nativeHistogram } from '../testing/native-histograms.ts';
import { histogramEnds, histogramEndsUpTo, inStretches, STRETCH_STEPS } from './stretches.ts';

const DAY_SECONDS = 86_400;
const STRETCHES_OF_A_DAY = Math.ceil(DAY_SECONDS / STRETCH_STEPS);

/** How often a query lets others have the thread when each look at the clock finds that its time is up. */
async function yieldsOf(
  expression: string,
  range?: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
): Promise<number> {
  let nowMs = 0;
  let yields = 0;
  const engine = createQueryEngine({
    queryable: storeOfADay(),
    features: { experimentalFunctions: true },
    limits: { maxTimeoutMs: Number.MAX_SAFE_INTEGER },
    monotonicMs: () => (nowMs += 1000),
    yieldToOthers: async () => {
      yields++;
    },
  });
  if (range === undefined) await engine.instant({ expression, timeMs: DAY_SECONDS * 1000 });
  else await engine.range({ expression, ...range });
  return yields;
}

function storeOfADay(): InMemoryQueryable {
  const samples = Array.from({ length: DAY_SECONDS / 60 + 1 }, (_, minute) => [60 * minute, minute % 7] as const);
  const store = new InMemoryQueryable();
  for (const instance of ['0', '1'])
    for (const __name__ of ['a', 'b']) store.addSeries({ __name__, instance }, samples);
  return store;
}

const ofADay = (vector: string): string => `count_over_time((${vector})[1d:1s])`;

const TIMES = 'vector(time())';
const SERIES = 'a{instance="0"}';
const OF_SAMPLES = `count_over_time(${SERIES}[1d])`;

/** An operation over a column as long as its subquery, and the same without it. */
const OPERATIONS: readonly (readonly [expression: string, without: string])[] = [
  [ofADay('vector(time() ^ 0.3)'), ofADay(TIMES)],
  [ofADay('vector(time() > bool 3)'), ofADay(TIMES)],
  [ofADay('vector(-time())'), ofADay(TIMES)],
  [ofADay('vector(max_of(time(), 3))'), ofADay(TIMES)],
  [ofADay(`-${TIMES}`), ofADay(TIMES)],
  [ofADay(`exp(${TIMES})`), ofADay(TIMES)],
  [ofADay(`clamp(${TIMES}, 1, 2)`), ofADay(TIMES)],
  [ofADay(`day_of_year(${TIMES})`), ofADay(TIMES)],
  [ofADay(`${TIMES} atan2 2`), ofADay(TIMES)],
  [ofADay(`${TIMES} > 2`), ofADay(TIMES)],
  [ofADay(`${SERIES} ^ on (instance) b`), ofADay(SERIES)],
  [ofADay(`vector(scalar(${SERIES}))`), ofADay(SERIES)],
  [ofADay(`label_replace(${SERIES} > 3 or b{instance="0"} <= 3, "__name__", "c", "", "")`), ofADay(`${SERIES} > 3`)],
  ...['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev'].map(
    (operator) => [ofADay(`${operator}(${SERIES})`), ofADay(SERIES)] as const,
  ),
  [ofADay(`topk(1, ${SERIES})`), ofADay(SERIES)],
  [ofADay(`limitk(1, ${SERIES})`), ofADay(SERIES)],
  [ofADay(`limit_ratio(1, ${SERIES})`), ofADay(SERIES)],
  [ofADay(`count_values("value", ${SERIES})`), ofADay(SERIES)],
  [ofADay('rate(a{instance="0"}[1h])'), ofADay('vector(1)')],
  [`quantile_over_time(0.5, (${TIMES})[1d:1s])`, ofADay(TIMES)],
  [`mad_over_time((${TIMES})[1d:1s])`, ofADay(TIMES)],
  [ofADay(TIMES), OF_SAMPLES],
  [ofADay('day_of_year()'), OF_SAMPLES],
  [ofADay(SERIES), OF_SAMPLES],
];

for (const [expression, without] of OPERATIONS) {
  test(`others have the thread within ${expression}`, async () => {
    const yields = await yieldsOf(expression);
    assert.ok(yields >= (await yieldsOf(without)) + STRETCHES_OF_A_DAY - 1, `${yields} times`);
  });
}

test('a column of a range query is computed at once', async () => {
  const expression = `sum(clamp(day_of_year(${TIMES}) ^ 0.5, 1, 2) + on () ${SERIES})`;
  const atMost = { startMs: 0, endMs: MAX_POINTS_PER_SERIES * 1000, stepMs: 1000 };
  assert.equal(await yieldsOf(expression, atMost), await yieldsOf(expression, { ...atMost, endMs: 1000 }));
});

test('every step is computed once, in order', async () => {
  for (const count of [0, 1, 9, 10, 11, 25]) {
    const steps: number[] = [];
    let pauses = 0;
    const budget = {
      isDue: () => true,
      pause: async () => {
        pauses++;
      },
    };
    const take = (from: number, to: number): void => {
      for (let step = from; step < to; step++) steps.push(step);
    };
    await inStretches(count, budget, take, (from, end) => Math.min(end, from + 10));
    assert.deepEqual(steps, [...Array(count).keys()]);
    assert.equal(pauses, count > 10 ? Math.ceil(count / 10) : 0);
  }
});

const LARGE = 20_000;

function ofBuckets(buckets: number, factor = 1): FloatHistogram {
  const counts = Array.from({ length: buckets }, (_, index) => [index, factor] as const);
  return FloatHistogram.from(nativeHistogram({ schema: 8, positive: Object.fromEntries(counts), sum: 1 }));
}

test('a stretch of large histograms ends sooner, at the latest behind the one that makes it long', () => {
  const [small, large] = [ofBuckets(10), ofBuckets(LARGE)];
  const column = [...Array(100).fill(small), ...Array(3).fill(large), undefined];
  const endOf = histogramEnds(column);
  assert.equal(endOf(0, 50), 50);
  assert.equal(endOf(0, column.length), 64);
  assert.equal(endOf(64, column.length), 101);
  assert.equal(endOf(101, column.length), 102);
  assert.equal(endOf(103, column.length), 104);
  assert.equal(histogramEnds(undefined, column)(101, column.length), 102);
  assert.equal(histogramEndsUpTo(0)(0, 100), 64);
  assert.equal(histogramEndsUpTo(LARGE / 4)(0, 100), 4);
  assert.equal(histogramEndsUpTo(10 * LARGE)(5, 100), 6);
});

const SAMPLES = 12;

/** How often others have the thread while histograms of so many buckets are computed with. */
async function yieldsWith(buckets: number, expression: string): Promise<number> {
  const histograms = Array.from({ length: SAMPLES }, (_, index) => ({
    timestampMs: index * 1000,
    histogram: ofBuckets(buckets, index + 1).toNative(),
  }));
  const labels = [{ name: '__name__', value: 'h' }];
  const none = new Float64Array(0);
  const queryable = {
    async *select() {
      yield { labels, timestampsMs: none, values: none, histograms };
    },
  } as Pick<Queryable, 'select'> as Queryable;
  let [nowMs, yields] = [0, 0];
  const engine = createQueryEngine({
    queryable,
    features: { extendedRangeSelectors: true },
    limits: { maxTimeoutMs: Number.MAX_SAFE_INTEGER },
    monotonicMs: () => (nowMs += 1000),
    yieldToOthers: async () => {
      yields++;
    },
  });
  const result = await engine.range({ expression, startMs: 0, endMs: SAMPLES * 1000, stepMs: 1000 });
  assert.ok(result.type === 'matrix' && result.series.length === 1);
  return yields;
}

const OF_HISTOGRAMS = [
  'h',
  'h smoothed',
  '-h',
  'h + h',
  'sum(h)',
  'histogram_quantile(0.5, h)',
  'irate(h[5s])',
  'rate(h[1h])',
  'changes(h[1h])',
];

for (const expression of [...OF_HISTOGRAMS, 'sum_over_time(h[1h])', 'avg_over_time(h[1h])']) {
  test(`others have the thread sooner within ${expression} of large histograms`, async () => {
    const [few, many] = [await yieldsWith(10, expression), await yieldsWith(LARGE, expression)];
    assert.ok(many >= few + SAMPLES - 2, `${many} times, ${few} times with small ones`);
  });
}
