import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine } from '../engine.ts';
import { STALE } from '../testing/in-memory-queryable.ts';
import { asRecord, failure, instant, range, storeOf } from '../testing/questions.ts';

/** A sample every 10 s from 0 to 600 s; the value is the time. */
const RISING = storeOf({ rising: Array.from({ length: 61 }, (_, index) => [index * 10, index * 10] as const) });

test('a subquery is evaluated at multiples of its step, whatever the time of the query', async () => {
  assert.deepEqual(await instant(RISING, 'rising[2m:1m]', 299), {
    rising: [
      [180, 180],
      [240, 240],
    ],
  });
  assert.deepEqual(await instant(RISING, 'rising[2m:1m] offset 1m', 300), {
    rising: [
      [180, 180],
      [240, 240],
    ],
  });
  assert.deepEqual(await instant(RISING, 'rising[2m:1m] @ 180', 600), {
    rising: [
      [120, 120],
      [180, 180],
    ],
  });
  assert.deepEqual(await instant(RISING, 'rising[10s:1m]', 299), {});
  // A minute is the default.
  assert.deepEqual(await instant(RISING, 'sum_over_time(rising[2m:])', 299), { '': 420 });
});

test('windows over a subquery move with the steps of the query', async () => {
  assert.deepEqual(await range(RISING, 'sum_over_time(rising[1m:20s])', [120, 180, 30]), {
    '': [
      [120, 80 + 100 + 120],
      [150, 100 + 120 + 140],
      [180, 140 + 160 + 180],
    ],
  });
});

test('subqueries lie inside of one another', async () => {
  assert.deepEqual(await instant(RISING, 'max_over_time(sum_over_time(rising[1m:20s])[2m:1m])', 300), { '': 840 });
  assert.deepEqual(await instant(RISING, 'max_over_time(rate(rising[1m])[3m:1m])', 300), { '': 1 });
});

test('inside of a subquery start() and end() are those of the query', async () => {
  assert.deepEqual(await range(RISING, 'sum_over_time((rising @ end())[1m:30s])', [120, 180, 60]), {
    '': [
      [120, 360],
      [180, 360],
    ],
  });
  assert.deepEqual(await range(RISING, 'sum_over_time((rising @ start())[1m:30s])', [120, 180, 60]), {
    '': [
      [120, 240],
      [180, 240],
    ],
  });
});

test('the steps of a subquery are bounded by what a query may hold', async () => {
  const engine = createQueryEngine({ queryable: RISING, limits: { maxPointsHeld: 1000 } });
  const query = { expression: 'sum_over_time(rising[1d:1s])', timeMs: 600_000 };
  await assert.rejects(engine.instant(query), failure('execution', /holds more than 1000 points/));
  assert.deepEqual(asRecord(await engine.instant({ ...query, expression: 'count_over_time(rising[1m:1s])' })), {
    '': 60,
  });
});

test('a subquery with @ has no result where the function depends on the step, as in Prometheus', async () => {
  assert.deepEqual(await instant(RISING, 'predict_linear(rising[1m:10s] @ 180, 10)', 300), {});
  assert.deepEqual(await instant(RISING, 'predict_linear(rising[1m] @ 180, 10)', 300), { '': 310 });
});

test('timestamp tells the time of the sample of a selector and that of the step for anything else', async () => {
  const store = storeOf({
    a: [
      [10, 1],
      [25, 2],
      [40, STALE],
    ],
  });
  assert.deepEqual(await range(store, 'timestamp(a)', [12, 42, 15]), {
    '': [
      [12, 10],
      [27, 25],
    ],
  });
  assert.deepEqual(await range(store, 'timestamp(a offset 5s)', [12, 42, 15]), {
    '': [
      [27, 10],
      [42, 25],
    ],
  });
  assert.deepEqual(await range(store, 'timestamp(a + 0)', [12, 42, 15]), {
    '': [
      [12, 12],
      [27, 27],
    ],
  });
  assert.deepEqual(await range(store, 'timestamp(a @ 30)', [12, 42, 15]), {
    '': [
      [12, 25],
      [27, 25],
      [42, 25],
    ],
  });
});

test('anchored and smoothed windows take values at their edges', async () => {
  const store = storeOf({
    c_total: [
      [0, 0],
      [50, 10],
      [110, 40],
      [170, 46],
    ],
  });
  const features = { extendedRangeSelectors: true };
  const engine = createQueryEngine({ queryable: store, features });
  const at = async (expression: string, seconds: number) =>
    asRecord(await engine.instant({ expression, timeMs: seconds * 1000 }));
  assert.deepEqual(await at('increase(c_total[1m] anchored)', 120), { '': 30 });
  // From 10 + 30 / 6 at 60 s to 40 + 1 at 120 s.
  assert.deepEqual(await at('increase(c_total[1m] smoothed)', 120), { '': 26 });
  assert.deepEqual(await at('changes(c_total[1m] anchored)', 120), { '': 1 });
  assert.deepEqual(await at('c_total smoothed', 80), { c_total: 25 });
  assert.deepEqual(await at('c_total[1m] smoothed', 120), {
    c_total: [
      [60, 15],
      [110, 40],
      [120, 41],
    ],
  });
  const refused = failure(
    'execution',
    /^anchored modifier can only be used with: changes, .* - not with sum_over_time$/,
  );
  await assert.rejects(at('sum_over_time(c_total[1m] anchored)', 120), refused);
});
