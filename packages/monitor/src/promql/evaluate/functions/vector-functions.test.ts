import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryEngine } from '../../engine.ts';
import type { QueryFeatures } from '../../features.ts';
import { asRecord, failure, storeOf } from '../../testing/questions.ts';

const STORE = storeOf({
  'm instance=i1 job=j': [[0, 2.5]],
  'm instance=i2 job=j': [[0, NaN]],
  'm instance=i10 job=j': [[0, 0.5]],
  'target_info instance=i1 job=j version=old': [[0, 1]],
  'target_info instance=i1 job=j version=new': [[1, 1]],
  'target_info instance=i10 job=j version=v': [[0, 1]],
});

async function answer(expression: string, features: Partial<QueryFeatures> = {}): Promise<Record<string, unknown>> {
  const engine = createQueryEngine({ queryable: STORE, features: { experimentalFunctions: true, ...features } });
  return asRecord(await engine.instant({ expression, timeMs: 2000 }));
}

test('sort orders by value with NaN last, sort_by_label by numbers in the label', async () => {
  const order = async (expression: string): Promise<string[]> => Object.keys(await answer(expression));
  const [i1, i2, i10] = ['m instance=i1 job=j', 'm instance=i2 job=j', 'm instance=i10 job=j'];
  assert.deepEqual(await order('sort(m)'), [i10, i1, i2]);
  assert.deepEqual(await order('sort_desc(m)'), [i1, i10, i2]);
  assert.deepEqual(await order('sort_by_label(m, "instance")'), [i1, i2, i10]);
  assert.deepEqual(await order('sort_by_label_desc(m, "instance")'), [i10, i2, i1]);
});

test('sort in a range query does nothing and says so', async () => {
  const engine = createQueryEngine({ queryable: STORE });
  const { warnings } = await engine.range({ expression: 'sort(m)', startMs: 0, endMs: 2000, stepMs: 1000 });
  assert.deepEqual(warnings, [
    'PromQL warning: sort is ineffective for range queries since results are always ordered by labels (1:1)',
  ]);
});

test('a subquery of a single step is a range where it ends behind that step', async () => {
  const engine = createQueryEngine({ queryable: STORE });
  const warningsAt = async (timeMs: number, expression: string): Promise<number> =>
    (await engine.instant({ expression, timeMs })).warnings.length;
  assert.equal(await warningsAt(2500, 'count_over_time(sort(m)[1s:1s])'), 1);
  assert.equal(await warningsAt(2000, 'count_over_time(sort(m)[1s:1s])'), 0);
  assert.equal(await warningsAt(2500, 'count_over_time(sort(m @ 1)[1s:1s])'), 0);
});

test('a plus leaves a vector as it is, but not a selector', async () => {
  assert.deepEqual(await answer('timestamp(m{instance="i1"})'), { 'instance=i1 job=j': 0 });
  assert.deepEqual(await answer('timestamp(+m{instance="i1"})'), { 'instance=i1 job=j': 2 });
  assert.deepEqual(await answer('absent(+nope{a="1"})'), { '': 1 });
  assert.deepEqual(Object.keys(await answer('+sort(m > 0)')), ['m instance=i10 job=j', 'm instance=i1 job=j']);
  const engine = createQueryEngine({ queryable: STORE });
  const { warnings } = await engine.instant({ expression: 'histogram_fraction(1, 1, +m)', timeMs: 0 });
  assert.match(warnings[0]!, / \(1:26\)$/);
});

test('timestamp forgets the offset of a selector with @, but not which samples it leads to', async () => {
  const store = storeOf({ s: [0, 10, 20, 30, 40].map((seconds) => [seconds, 1] as const) });
  const engine = createQueryEngine({ queryable: store, lookbackMs: 15_000 });
  const timeOf = async (expression: string): Promise<unknown> =>
    asRecord(await engine.instant({ expression, timeMs: 0 }))[''];
  assert.equal(await timeOf('timestamp(s @ 22)'), 20);
  assert.equal(await timeOf('timestamp(s offset 10s @ 22)'), 10);
  assert.equal(await timeOf('timestamp(s offset -10s @ 22)'), 20);
  assert.equal(await timeOf('timestamp(s offset -14s @ 22)'), undefined);
  assert.equal(await timeOf('timestamp(s offset 14s @ 22)'), undefined);
});

test('info adds the labels of the newest info series of the same target', async () => {
  assert.deepEqual(await answer('info(m > 0)'), {
    'm instance=i1 job=j version=new': 2.5,
    'm instance=i10 job=j version=v': 0.5,
  });
  assert.deepEqual(await answer('info(m, {version="v"})'), { 'm instance=i10 job=j version=v': 0.5 });
  assert.deepEqual(Object.keys(await answer('info(m, {nope=""})')).length, 3);
});

test('label_join joins what is there, and refuses what is no label name', async () => {
  assert.deepEqual(await answer('label_join(m{instance="i1"}, "to", "-", "job", "nope", "instance")'), {
    'm instance=i1 job=j to=j--i1': 2.5,
  });
  await assert.rejects(answer('label_join(m, "", "-", "job")'), failure('execution', /invalid destination label name/));
});

test('a name that label_replace gives stays where names go at the end', async () => {
  const expression = 'label_replace(abs(m{instance="i1"}), "__name__", "n", "", "")';
  assert.deepEqual(await answer(expression, { delayedNameRemoval: true }), { 'n instance=i1 job=j': 2.5 });
  assert.deepEqual(await answer('abs(m{instance="i1"})', { delayedNameRemoval: true }), { 'instance=i1 job=j': 2.5 });
});

test('absent has the labels that the selector fixes', async () => {
  assert.deepEqual(await answer('absent(nope{a="1",b=~"x",c="2",c="3"})'), { 'a=1': 1 });
  assert.deepEqual(await answer('absent(m)'), {});
});

test('what is computed of values is to the bit what Go computes', async () => {
  assert.deepEqual(await answer('exp(vector(1))'), { '': Math.E });
  assert.deepEqual(await answer('exp(vector(0.5))'), { '': 1.6487212707001282 });
  assert.deepEqual(await answer('tanh(vector(0.7))'), { '': 0.6043677771171635 });
  assert.deepEqual(await answer('vector(3) ^ 0.625'), { '': 1.9870133464215778 });
  assert.deepEqual(await answer('vector(-1e-300) atan2 vector(-1e300)'), { '': Math.PI });
  assert.deepEqual(await answer('ln(vector(6.66))'), { '': 1.8961194845522977 });
  assert.deepEqual(await answer('log10(vector(6.66))'), { '': 0.823474229170301 });
  assert.deepEqual(await answer('log2(vector(8))'), { '': 3 });
});
