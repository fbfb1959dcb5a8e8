import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine } from './engine.ts';
import { asRecord, storeOf } from './testing/questions.ts';

const samples = Array.from({ length: 21 }, (_, at) => [at * 15, at * at] as const);

function store() {
  return storeOf({ 'a job=x': samples, 'a job=y': samples, 'b job=x': samples });
}

const GRID = { startMs: 60_000, endMs: 300_000, stepMs: 30_000 };

test('what stands in an expression twice is read once', async () => {
  const cases: readonly (readonly [expression: string, reads: number])[] = [
    ['rate(a[1m]) / rate(a[1m])', 1],
    ['sum(a) / count(a)', 1],
    ['sum(rate(a[1m])) + sum(rate(a[1m])) * sum(rate(a[1m]))', 1],
    ['a + b', 2],
    // Written otherwise, or of another time.
    ['rate(a[1m]) / rate(a[60s])', 2],
    ['a - a offset 1m', 2],
    ['sum(a @ start()) + sum(a @ start())', 1],
  ];
  for (const [expression, reads] of cases) {
    const queryable = store();
    await createQueryEngine({ queryable }).range({ expression, ...GRID });
    assert.equal(queryable.requests.length, reads, expression);
  }
});

test('what is read once answers as if it were read each time', async () => {
  const pairs: readonly (readonly [shared: string, apart: string])[] = [
    ['rate(a[1m]) * 2 + rate(a[1m])', 'rate(a[1m]) * 2 + rate(a[60s])'],
    ['sum(a) / count(a)', 'sum(a) / count(a{})'],
    ['-a + a', '-a + a{}'],
  ];
  for (const [shared, apart] of pairs) {
    const engine = createQueryEngine({ queryable: store() });
    assert.deepEqual(
      asRecord(await engine.range({ expression: shared, ...GRID })),
      asRecord(await engine.range({ expression: apart, ...GRID })),
    );
  }
});

test('a note stands at the last place of what is computed once, as if it were computed each time', async () => {
  const engine = createQueryEngine({ queryable: store() });
  const message = 'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "a"';
  for (const expression of ['rate(a[1m]) - rate(a[1m])', 'rate(a[1m]) - rate(a[60s])']) {
    assert.deepEqual((await engine.range({ expression, ...GRID })).infos, [`${message} (1:20)`]);
  }
});

test('what is noted of a shared part from outside of it stays where it is', async () => {
  const engine = createQueryEngine({ queryable: store() });
  const { warnings } = await engine.range({ expression: 'histogram_quantile(0.5, a) + a', ...GRID });
  assert.deepEqual(warnings, ['PromQL warning: bucket label "le" is missing or has a malformed value of "" (1:25)']);
});

test('what is noted of a shared part is noted of what contains it, too', async () => {
  const engine = createQueryEngine({ queryable: store() });
  const rate = 'abs(rate(a[1m]))';
  const { infos } = await engine.range({ expression: `rate(a[1m]) + ${rate} + ${rate}`, ...GRID });
  assert.deepEqual(
    infos.map((info) => info.slice(-6)),
    ['(1:43)'],
  );
});

test('over a subquery a note is told of the beginning, but has its place among others', async () => {
  const engine = createQueryEngine({ queryable: store() });
  const cases: readonly (readonly [expression: string, place: string])[] = [
    ['0 + rate(a[1m:15s]) + rate(a[1m:15s])', '(1:1)'],
    ['rate(a[1m]) + rate(a[1m:15s])', '(1:1)'],
    ['rate(a[1m:15s]) + rate(a[1m])', '(1:24)'],
    ['rate(last_over_time(a[1m])[1m:15s]) + rate(last_over_time(a[1m])[1m:15s])', '(1:1)'],
  ];
  for (const [expression, place] of cases) {
    const { infos } = await engine.range({ expression, ...GRID });
    assert.deepEqual(
      infos.map((info) => info.slice(-place.length)),
      [place],
      expression,
    );
  }
});

test('a selector is another one with its edges', async () => {
  const queryable = store();
  const engine = createQueryEngine({ queryable, features: { extendedRangeSelectors: true } });
  await engine.range({ expression: '(1 + a smoothed) / (1 + a)', ...GRID });
  assert.equal(queryable.requests.length, 2);
});
