import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine, type QueryEngineOptions } from './engine.ts';
import { QueryError, type QueryResult } from './interface.ts';
import { InMemoryQueryable, STALE } from './testing/in-memory-queryable.ts';
import { failure, instant, range, type Samples, storeOf } from './testing/questions.ts';

const COUNTER: Samples = [
  [0, 0],
  [10, 5],
  [20, 10],
  [30, 2],
  [40, 7],
];

test('a sample exactly as old as the lookback is too old', async () => {
  const store = storeOf({ a: [[100, 1]] });
  assert.deepEqual(await instant(store, 'a', 399.999), { a: 1 });
  assert.deepEqual(await instant(store, 'a', 400), {});
  assert.deepEqual(await instant(store, 'a', 99.999), {});
});

test('a range does not hold the sample at its left edge', async () => {
  const store = storeOf({ a: COUNTER });
  assert.deepEqual(await instant(store, 'count_over_time(a[20s])', 40), { '': 2 });
  assert.deepEqual(await instant(store, 'count_over_time(a[20001ms])', 40), { '': 3 });
  assert.deepEqual(await instant(store, 'a[20s]', 40), {
    a: [
      [30, 2],
      [40, 7],
    ],
  });
});

test('a stale marker ends a series at once and counts in no window', async () => {
  const store = storeOf({
    a: [
      [10, 1],
      [20, STALE],
      [30, NaN],
    ],
  });
  assert.deepEqual(await instant(store, 'a', 19), { a: 1 });
  assert.deepEqual(await instant(store, 'a', 25), {});
  assert.deepEqual(await instant(store, 'a', 30), { a: NaN });
  assert.deepEqual(await instant(store, 'count_over_time(a[1m])', 30), { '': 2 });
  assert.deepEqual(await instant(store, 'a[1m]', 30), {
    a: [
      [10, 1],
      [30, NaN],
    ],
  });
});

test('rate extrapolates to near edges, sees resets, and never below zero', async () => {
  const store = storeOf({
    a_total: COUNTER,
    late_total: [
      [30, 1],
      [40, 3],
    ],
  });
  // 40 s sampled, growth 7 + 10; the window begins at -5 s, but the counter was zero at 0 s.
  assert.deepEqual(await instant(store, 'increase(a_total[45s])', 40), { '': 17 });
  assert.deepEqual(await instant(store, 'rate(a_total[45s])', 40), { '': 17 * (1 / 45) });
  assert.deepEqual(await instant(store, 'delta(a_total[45s])', 40), { '': 7 * (45 / 40) });
  assert.deepEqual(await instant(store, 'irate(a_total[45s])', 30), { '': 0.2 });
  // Zero was 5 s before the first sample, which is 40 s into the window: half an interval either way.
  assert.deepEqual(await instant(store, 'increase(late_total[50s])', 40), { '': 3 });
  assert.deepEqual(await instant(store, 'increase(a_total[5s])', 40), {});
});

test('a range query evaluates each step of the grid, the end only when it is on it', async () => {
  const store = storeOf({ a: COUNTER });
  assert.deepEqual(await range(store, 'a', [0, 25, 10]), {
    a: [
      [0, 0],
      [10, 5],
      [20, 10],
    ],
  });
  assert.deepEqual(await range(store, '2', [0, 10, 10]), {
    '': [
      [0, 2],
      [10, 2],
    ],
  });
  assert.deepEqual(await range(store, 'time() - 1', [0, 10, 10]), {
    '': [
      [0, -1],
      [10, 9],
    ],
  });
});

test('@ and offset move the moment, and @ fixes it for every step', async () => {
  const store = storeOf({ a: COUNTER });
  assert.deepEqual(await range(store, 'a @ 20', [30, 40, 10]), {
    a: [
      [30, 10],
      [40, 10],
    ],
  });
  assert.deepEqual(await range(store, 'a @ start() - a', [20, 30, 10]), {
    '': [
      [20, 0],
      [30, 8],
    ],
  });
  assert.deepEqual(await range(store, 'a @ end() offset 10s', [0, 40, 40]), {
    a: [
      [0, 2],
      [40, 2],
    ],
  });
  assert.deepEqual(await range(store, 'a offset -10s', [0, 10, 10]), {
    a: [
      [0, 5],
      [10, 10],
    ],
  });
  const moving = 'quantile_over_time(time() / 40, a[1m] @ 40)';
  assert.deepEqual(await range(store, moving, [0, 40, 40]), {
    '': [
      [0, 0],
      [40, 10],
    ],
  });
});

test('every selector is read once, over just what it needs', async () => {
  const store = storeOf({ a: COUNTER });
  await range(store, 'rate(a[1m] offset 10s) + a', [100, 200, 10]);
  assert.deepEqual(
    store.requests.map(({ minTimeMs, maxTimeMs }) => [minTimeMs, maxTimeMs]),
    [
      [30_001, 190_000],
      [-199_999, 200_000],
    ],
  );
});

test('a window over more values than fit compensates sums and averages', async () => {
  const store = storeOf({
    a: [
      [10, 1],
      [20, 1e100],
      [30, 1],
      [40, -1e100],
    ],
    b: [
      [10, 1.5e308],
      [20, 1.5e308],
    ],
  });
  assert.deepEqual(await instant(store, 'sum_over_time(a[1m])', 40), { '': 2 });
  assert.deepEqual(await instant(store, 'avg_over_time(a[1m])', 40), { '': 0.5 });
  assert.deepEqual(await instant(store, 'avg_over_time(b[1m])', 40), { '': 1.5e308 });
  assert.deepEqual(await instant(store, 'sum_over_time(b[1m])', 40), { '': Infinity });
});

test('aggregations compensate sums, and average what overflows', async () => {
  const store = storeOf({
    'a i=1': [[0, 1]],
    'a i=2': [[0, 1e100]],
    'a i=3': [[0, 1]],
    'a i=4': [[0, -1e100]],
    'b i=1': [[0, 1.5e308]],
    'b i=2': [[0, 1.5e308]],
  });
  assert.deepEqual(await instant(store, 'sum(a)', 0), { '': 2 });
  assert.deepEqual(await instant(store, 'avg(a)', 0), { '': 0.5 });
  assert.deepEqual(await instant(store, 'avg(b)', 0), { '': 1.5e308 });
  assert.deepEqual(await instant(store, 'stddev(a{i="1"} / 0)', 0), { '': NaN });
});

test('NaN gives way in min, max and topk, and sorts first in quantiles', async () => {
  const store = storeOf({ 'a i=1': [[0, NaN]], 'a i=2': [[0, 3]], 'a i=3': [[0, 1]] });
  assert.deepEqual(await instant(store, 'min(a)', 0), { '': 1 });
  assert.deepEqual(await instant(store, 'max(a)', 0), { '': 3 });
  assert.deepEqual(await instant(store, 'quantile(1, a)', 0), { '': 3 });
  assert.deepEqual(await instant(store, 'quantile(0, a)', 0), { '': NaN });
  assert.deepEqual(Object.keys(await instant(store, 'topk(3, a)', 0)), ['a i=2', 'a i=3', 'a i=1']);
  assert.deepEqual(Object.keys(await instant(store, 'bottomk(3, a)', 0)), ['a i=3', 'a i=2', 'a i=1']);
});

test('topk chooses at each step, and ties go to the first in the order of the store', async () => {
  const store = storeOf({
    'a i=2': [
      [0, 1],
      [10, 5],
    ],
    'a i=1': [
      [0, 1],
      [10, 3],
    ],
  });
  assert.deepEqual(await range(store, 'topk(1, a)', [0, 10, 10]), {
    'a i=2': [
      [0, 1],
      [10, 5],
    ],
  });
});

test('count_values writes values without an exponent', async () => {
  const store = storeOf({ 'a i=1': [[0, 1e21]], 'a i=2': [[0, 1.5e-7]], 'a i=3': [[0, -Infinity]] });
  assert.deepEqual(await instant(store, 'count_values("v", a)', 0), {
    'v=1000000000000000000000': 1,
    'v=0.00000015': 1,
    'v=-Inf': 1,
  });
});

test('a metric name stays with a filter and goes with a computation', async () => {
  const store = storeOf({ 'a i=1': [[0, 2]], 'b i=1': [[0, 2]] });
  const kept = [
    'a',
    '+a',
    'a > 1',
    'a == b',
    '3 > a',
    'last_over_time(a[1m])',
    'topk(1, a)',
    'max by (__name__, i) (a)',
  ];
  const dropped = ['-a', 'a + 0', 'a > bool 1', 'a == bool b', 'abs(a)', 'sum_over_time(a[1m])', 'max by (i) (a)'];
  for (const expression of kept)
    assert.deepEqual(Object.keys(await instant(store, expression, 0)), ['a i=1'], expression);
  for (const expression of dropped)
    assert.deepEqual(Object.keys(await instant(store, expression, 0)), ['i=1'], expression);
  assert.deepEqual(await instant(store, 'a == on (i) b', 0), { 'i=1': 2 });
});

test('series that become equal are an error at one moment, and one series at different moments', async () => {
  const together = storeOf({ 'a i=1': [[0, 1]], 'b i=1': [[0, 2]] });
  const apart = storeOf({
    'a i=1': [
      [0, 1],
      [5, STALE],
    ],
    'b i=1': [[10, 2]],
  });
  const both = '{__name__=~"a|b"}';
  for (const expression of [`abs(${both})`, `${both} * 2`, `-${both}`, `rate(${both}[1m])`]) {
    const rising = storeOf({
      'a i=1': [
        [0, 1],
        [1, 2],
      ],
      'b i=1': [
        [0, 2],
        [1, 3],
      ],
    });
    await assert.rejects(instant(rising, expression, 1), failure('execution', /same labelset/), expression);
  }
  await assert.rejects(instant(together, `abs(${both})`, 0), failure('execution', /same labelset/));
  assert.deepEqual(await range(apart, `abs(${both})`, [0, 10, 10]), {
    'i=1': [
      [0, 1],
      [10, 2],
    ],
  });
  assert.deepEqual(await range(apart, `-${both}`, [0, 10, 10]), {
    'i=1': [
      [0, -1],
      [10, -2],
    ],
  });
  const renamed = `label_replace(${both}, "__name__", "c", "", "")`;
  assert.deepEqual(await range(apart, renamed, [0, 10, 10]), {
    'c i=1': [
      [0, 1],
      [10, 2],
    ],
  });
  await assert.rejects(range(together, renamed, [0, 10, 10]), failure('execution', /same labelset/));
  // Of window functions Prometheus refuses equal series whatever their moments.
  await assert.rejects(
    range(apart, `count_over_time(${both}[5s])`, [0, 10, 10]),
    failure('execution', /same labelset/),
  );
});

test('matching that is not one-to-one is refused in the words of Prometheus', async () => {
  const store = storeOf({ 'a i=1 j=1': [[0, 1]], 'b i=1 k=1': [[0, 2]], 'b i=1 k=2': [[0, 3]] });
  await assert.rejects(
    instant(store, 'a * on (i) b', 0),
    failure(
      'execution',
      /^found duplicate series for the match group \{i="1"\} on the right hand-side of the operation: .*many-to-many matching not allowed/,
    ),
  );
  await assert.rejects(
    instant(store, 'b * on (i) a', 0),
    failure(
      'execution',
      /^multiple matches for labels: many-to-one matching must be explicit \(group_left\/group_right\)$/,
    ),
  );
  assert.deepEqual(await instant(store, 'b{k="1"} > on (i) a', 0), { 'i=1': 2 });
  assert.deepEqual(await instant(store, 'no_such * on (i) b', 0), {});
});

test('types are checked in the words of Prometheus', async () => {
  const cases: readonly (readonly [string, string])[] = [
    ['rate(a)', '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
    ['abs(a[5m])', '1:5: parse error: expected type instant vector in call to function "abs", got range vector'],
    ['rate()', '1:1: parse error: expected 1 argument(s) in call to "rate", got 0'],
    ['round()', '1:1: parse error: expected at least 1 argument(s) in call to "round", got 0'],
    ['round(a, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
    ['sum()', '1:1: parse error: no arguments for aggregate expression provided'],
    ['sum(1, a)', '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 1, got 2'],
    ['sum(1)', '1:5: parse error: expected type instant vector in aggregation expression, got scalar'],
    ['topk("x", a)', '1:6: parse error: expected type scalar in aggregation parameter, got string'],
    ['1 < 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['a + bool b', '1:3: parse error: bool modifier can only be used on comparison operators'],
    ['a + on (x) 1', '1:1: parse error: vector matching only allowed between instant vectors'],
    ['a[5m] + 1', '1:1: parse error: binary expression must contain only scalar and instant vector types'],
    [
      '-"x"',
      '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "string"',
    ],
    ['1 + derive(a[5m])', '1:5: parse error: unknown function with name "derive"'],
  ];
  for (const [expression, message] of cases) {
    await assert.rejects(instant(storeOf({}), expression, 0), (error) => {
      assert.ok(error instanceof QueryError);
      assert.equal(error.message, message);
      return error.type === 'bad_data';
    });
  }
});

test('a range query refuses grids and types that it cannot answer', async () => {
  const store = storeOf({ a: COUNTER });
  await assert.rejects(range(store, 'a', [0, 10, 0]), failure('bad_data', /zero or negative query resolution/));
  await assert.rejects(range(store, 'a', [10, 0, 1]), failure('bad_data', /end timestamp must not be before start/));
  await assert.rejects(
    range(store, 'a', [0, 11_001, 1]),
    failure('bad_data', /exceeded maximum resolution of 11,000 points/),
  );
  await assert.rejects(
    range(store, 'a[5m]', [0, 10, 1]),
    failure('bad_data', /invalid expression type "range vector"/),
  );
  await assert.rejects(range(store, '"a"', [0, 10, 1]), failure('bad_data', /invalid expression type "string"/));
  assert.equal(
    (
      await createQueryEngine({ queryable: store }).range({
        expression: 'a',
        startMs: 0,
        endMs: 11_000_000,
        stepMs: 1000,
      })
    ).type,
    'matrix',
  );
});

test('what a query may load and hold is bounded, and given back as it goes on', async () => {
  const store = storeOf({ 'a i=1': COUNTER, 'a i=2': COUNTER, 'a i=3': COUNTER });
  const limited = (limits: QueryEngineOptions['limits']) => createQueryEngine({ queryable: store, limits: limits! });
  const ask = (limits: QueryEngineOptions['limits'], expression: string): Promise<QueryResult> =>
    limited(limits).range({ expression, startMs: 0, endMs: 40_000, stepMs: 10_000 });
  await assert.rejects(ask({ maxSamples: 14 }, 'sum(a)'), failure('execution', /too many samples \(the limit is 14\)/));
  await assert.rejects(ask({ maxSeriesHeld: 2 }, 'a'), failure('execution', /more than 2 series/));
  await assert.rejects(ask({ maxPointsHeld: 14 }, 'a'), failure('execution', /more than 14 points/));
  assert.equal((await ask({ maxSamples: 15, maxSeriesHeld: 3, maxPointsHeld: 20 }, 'a')).type, 'matrix');
  // Points with times of their own take twice the memory: samples, and those of series with gaps.
  const samples = (maxPointsHeld: number): Promise<QueryResult> =>
    limited({ maxPointsHeld }).instant({ expression: 'a[1h]', timeMs: 40_000 });
  await assert.rejects(samples(29), failure('execution', /more than 29 points/));
  assert.equal((await samples(30)).type, 'matrix');
  // Three series of five steps that keep four points each, and the scalar.
  await assert.rejects(ask({ maxPointsHeld: 28 }, 'a != 2'), failure('execution', /more than 28 points/));
  assert.equal((await ask({ maxPointsHeld: 29 }, 'a != 2')).type, 'matrix');
  // Each aggregation holds 4 columns of 5 steps, one after the other, and the answer 5 points.
  assert.equal((await ask({ maxPointsHeld: 50 }, 'sum(a) + sum(a) + sum(a) + sum(a)')).type, 'matrix');
});

test('the engine yields while it works, and notices timeouts and cancellation there', async () => {
  const store = new InMemoryQueryable();
  for (let index = 0; index < 50; index++) store.addSeries({ __name__: 'a', i: String(index) }, COUNTER);
  let nowMs = 0;
  let yields = 0;
  const monotonicMs = (): number => (nowMs += 5);
  const yieldToOthers = async (): Promise<void> => void yields++;
  const engine = createQueryEngine({ queryable: store, monotonicMs, yieldToOthers });
  const query = { expression: 'sum(rate(a[1m]))', timeMs: 40_000 };
  await engine.instant(query);
  assert.ok(yields >= 20, `${yields} yields`);
  await assert.rejects(
    engine.instant({ ...query, timeoutMs: 100 }),
    failure('timeout', /query timed out in expression evaluation/),
  );
  const controller = new AbortController();
  const canceling = createQueryEngine({ queryable: store, monotonicMs, yieldToOthers: async () => controller.abort() });
  await assert.rejects(canceling.instant(query, controller.signal), failure('canceled', /query was canceled/));
});

test('one series with long windows does not keep the thread', async () => {
  const samples = Array.from({ length: 20_000 }, (_, index) => [index, index] as const);
  let nowMs = 0;
  let yields = 0;
  const engine = createQueryEngine({
    queryable: storeOf({ a: samples }),
    monotonicMs: () => (nowMs += 8),
    yieldToOthers: async () => void yields++,
  });
  await engine.range({ expression: 'avg_over_time(a[5h])', startMs: 15_000_000, endMs: 19_000_000, stepMs: 100_000 });
  assert.ok(yields >= 20, `${yields} yields`);
});

test('scalars, strings and conversions', async () => {
  const store = storeOf({ 'a i=1': [[0, 3]], 'b i=1': [[0, 1]], 'b i=2': [[0, 2]] });
  assert.deepEqual(await instant(store, '"x"', 0), { string: 'x' });
  assert.deepEqual(await instant(store, 'scalar(a) * 2', 0), { scalar: 6 });
  assert.deepEqual(await instant(store, 'scalar(b)', 0), { scalar: NaN });
  assert.deepEqual(await instant(store, 'vector(time())', 5), { '': 5 });
  assert.deepEqual(await instant(store, '1 ^ NaN + (-1) ^ Inf', 0), { scalar: 2 });
  assert.deepEqual(await instant(store, '-5 % 3', 0), { scalar: -2 });
  assert.deepEqual(await instant(store, 'clamp_min(a * NaN, Inf)', 0), { 'i=1': Infinity });
  assert.deepEqual(await instant(store, 'absent_over_time(no{x="1",y=~"2",z="3",z!="4"}[1m])', 0), { 'x=1': 1 });
  assert.deepEqual(await instant(store, 'absent_over_time(no{x!="1",x="2"}[1m])', 0), { 'x=2': 1 });
  assert.deepEqual(await instant(store, 'absent_over_time(no{x="1",x="1"}[1m])', 0), { '': 1 });
  assert.deepEqual(await instant(store, 'absent_over_time(a[1m])', 0), {});
});
