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

test('logarithms are those of Go', async () => {
  assert.deepEqual(await answer('ln(vector(6.66))'), { '': 1.8961194845522977 });
  assert.deepEqual(await answer('log10(vector(6.66))'), { '': 0.823474229170301 });
  assert.deepEqual(await answer('log2(vector(8))'), { '': 3 });
});
