import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine } from './engine.ts';
import type { QueryResult } from './interface.ts';
import { asRecord, failure, instant, range, type Samples, storeOf } from './testing/questions.ts';

test('histogram_quantile interpolates, evens out rounding, and tells of real falls', async () => {
  const buckets = (counts: readonly number[]): Record<string, Samples> =>
    Object.fromEntries(['0.1', '1', '10', '+Inf'].map((le, index) => [`h_bucket le=${le}`, [[0, counts[index]!]]]));
  assert.deepEqual(await instant(storeOf(buckets([0, 10, 20, 20])), 'histogram_quantile(0.75, h_bucket)', 0), {
    '': 5.5,
  });
  assert.deepEqual(await instant(storeOf(buckets([0, 0, 0, 0])), 'histogram_quantile(0.5, h_bucket)', 0), { '': NaN });
  assert.deepEqual(await instant(storeOf(buckets([0, 0, 0, 5])), 'histogram_quantile(0.5, h_bucket)', 0), { '': 10 });
  const engine = (counts: readonly number[]) => createQueryEngine({ queryable: storeOf(buckets(counts)) });
  const expression = 'histogram_quantile(0.5, h_bucket)';
  const rounded = await engine([1, 1 - 1e-15, 2, 2]).instant({ expression, timeMs: 0 });
  assert.deepEqual(rounded.infos, []);
  const falling = await engine([3, 1, 4, 4]).instant({ expression, timeMs: 0 });
  assert.match(
    falling.infos[0]!,
    /^PromQL info: input to histogram_quantile needed to be fixed for monotonicity .*\(1:25\)$/,
  );
});

test('histograms of different names are not added up', async () => {
  const bucketsOf = (name: string, low: number): Record<string, Samples> => ({
    [`${name} le=1`]: [[0, low]],
    [`${name} le=2`]: [[0, 10]],
    [`${name} le=+Inf`]: [[0, 10]],
  });
  const store = storeOf({ ...bucketsOf('a_bucket', 10), ...bucketsOf('b_bucket', 0) });
  const both = 'histogram_quantile(0.5, {__name__=~"[ab]_bucket"})';
  for (const expression of [both, `count(${both})`]) {
    await assert.rejects(instant(store, expression, 0), failure('execution', /same labelset/), expression);
  }
  const apart = `histogram_quantile(0.5, label_replace({__name__=~"[ab]_bucket"}, "of", "$1", "__name__", "(.).*"))`;
  assert.deepEqual(await instant(store, apart, 0), { 'of=a': 0.5, 'of=b': 1.5 });
});

test('bounds of buckets are numbers as Go reads them', async () => {
  const store = storeOf({
    'h_bucket le=1_0': [[0, 4]],
    'h_bucket le=2e1': [[0, 8]],
    'h_bucket le=1__5': [[0, 0]],
    'h_bucket le=1e400': [[0, 0]],
    'h_bucket le=+Inf': [[0, 8]],
  });
  const engine = createQueryEngine({ queryable: store });
  const { warnings, ...answer } = await engine.instant({ expression: 'histogram_quantile(0.75, h_bucket)', timeMs: 0 });
  assert.deepEqual(asRecord({ ...answer, warnings }), { '': 15 });
  const malformed = new Set(warnings.map((warning) => /value of "(\S+)"/.exec(warning)?.[1]));
  assert.deepEqual(malformed, new Set(['1__5', '1e400']));
});

test('names that count_values makes are names to whatever drops them', async () => {
  const store = storeOf({ 'a i=1': [[0, 3]], 'a i=2': [[0, 4]] });
  const counted = 'count_values("__name__", a)';
  assert.deepEqual(await instant(store, counted, 0), { '3': 1, '4': 1 });
  for (const expression of [`count(abs(${counted}))`, `sum(-${counted})`, `sum(${counted} * 2)`]) {
    await assert.rejects(instant(store, expression, 0), failure('execution', /same labelset/), expression);
  }
});

test('the parameter of an aggregation over a fixed moment is that of the first step', async () => {
  const store = storeOf({ a: [[0, 3]], b: [[0, 4]] });
  const expression = 'topk(time(), label_replace({__name__=~"a|b"} @ 0, "__name__", "c$1", "__name__", "(.)"))';
  assert.deepEqual(await range(store, expression, [1, 2, 1]), {
    cb: [
      [1, 4],
      [2, 4],
    ],
  });
});

test('topk takes what fits into 64 bits', async () => {
  const store = storeOf({ a: [[0, 3]] });
  assert.deepEqual(await instant(store, 'topk(-9223372036854775808, a)', 0), {});
  await assert.rejects(instant(store, 'topk(9223372036854775808, a)', 0), failure('execution', /overflows int64/));
});

test('warnings and infos say what and where', async () => {
  const store = storeOf({
    gauge: [
      [0, 1],
      [10, 2],
    ],
    'b_bucket le=half': [[10, 1]],
  });
  const engine = createQueryEngine({ queryable: store });
  const ask = (expression: string): Promise<QueryResult> => engine.instant({ expression, timeMs: 10_000 });
  assert.deepEqual((await ask('rate(gauge[1m])')).infos, [
    'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "gauge" (1:6)',
  ]);
  assert.deepEqual((await ask('quantile(\n1.5, gauge)')).warnings, [
    'PromQL warning: quantile value should be between 0 and 1, got 1.5 (2:1)',
  ]);
  assert.deepEqual((await ask('histogram_quantile(0.5, b_bucket)')).warnings, [
    'PromQL warning: bucket label "le" is missing or has a malformed value of "half" (1:25)',
  ]);
  assert.deepEqual((await ask('irate(gauge[1m])')).infos, []);
  // Nothing is said of a series that has no result.
  assert.deepEqual((await ask('rate(gauge[5s])')).infos, []);
});

test('label_replace fills in groups as Go does', async () => {
  const store = storeOf({ 'a host=node-7:80': [[0, 1]] });
  const replaced = async (replacement: string, expression: string): Promise<string[]> =>
    Object.keys(await instant(store, `label_replace(a, "x", "${replacement}", "host", "${expression}")`, 0));
  assert.deepEqual(await replaced('$1', '(.*):.*'), ['a host=node-7:80 x=node-7']);
  assert.deepEqual(await replaced('$1x', '(.*):.*'), ['a host=node-7:80']);
  assert.deepEqual(await replaced('$' + '{1}x$$$', '(.*):.*'), ['a host=node-7:80 x=node-7x$$']);
  assert.deepEqual(await replaced('$n-$' + '{n}', '.*-(?P<n>[0-9]).*'), ['a host=node-7:80 x=7-7']);
  assert.deepEqual(await replaced('y', 'node'), ['a host=node-7:80']);
  assert.deepEqual(await replaced('<$0>$01', 'n(.*)'), ['a host=node-7:80 x=<node-7:80>']);
  assert.deepEqual(await instant(store, 'label_replace(a, "host", "", "host", ".*")', 0), { a: 1 });
  await assert.rejects(replaced('y', '.{0,1000}'.repeat(12)), failure('execution', /add more than 10000 characters/));
});

test('what Prometheus computes and then loses is noted and refused all the same', async () => {
  const samples: Samples = [
    [0, 1],
    [5, 2],
  ];
  const store = storeOf({ 'a i=1': samples, 'b i=1': samples });
  const lost = (inner: string) => `predict_linear((${inner})[1m:1s] @ 10, 1)`;
  const engine = createQueryEngine({ queryable: store });
  const answer = await engine.instant({ expression: lost('rate(a[1m])'), timeMs: 20_000 });
  assert.deepEqual(asRecord(answer), {});
  assert.equal(answer.infos.length, 1);
  await assert.rejects(instant(store, lost('-{i="1"}'), 20), failure('execution', /same labelset/));
});
