import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../../../model/labels.ts';
import { labelsPredicate } from '../../../model/matcher.ts';
import type { Queryable, SelectRequest, SeriesSamples } from '../../../storage/interface.ts';
import { createQueryEngine } from '../../engine.ts';
import type { QueryFeatures } from '../../features.ts';
import { InMemoryQueryable } from '../../testing/in-memory-queryable.ts';
import { nativeHistogram, type WrittenHistogram } from '../../testing/native-histograms.ts';

const TIME_MS = 100_000;
const BUCKETS = { positive: { 1: 2, 2: 2 }, sum: 9 };

interface Metric {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | WrittenHistogram;
}

/** A store whose series each have one sample, a float or a histogram. */
function storeOf(metrics: readonly Metric[]): Queryable {
  const series = metrics.map(({ labels, value }): SeriesSamples => {
    const isFloat = typeof value === 'number';
    const columns = {
      labels: labelsFromRecord(labels),
      timestampsMs: Float64Array.from(isFloat ? [TIME_MS] : []),
      values: Float64Array.from(isFloat ? [value] : []),
    };
    return isFloat
      ? columns
      : { ...columns, histograms: [{ timestampMs: TIME_MS, histogram: nativeHistogram(value) }] };
  });
  return Object.assign(new InMemoryQueryable(), {
    async *select({ matchers }: SelectRequest) {
      const matches = labelsPredicate(matchers);
      yield* series.filter(({ labels }) => matches(labels));
    },
  });
}

async function ask(metrics: readonly Metric[], expression: string, features: Partial<QueryFeatures> = {}) {
  const engine = createQueryEngine({ queryable: storeOf(metrics), features });
  const result = await engine.instant({ expression, timeMs: TIME_MS });
  assert.ok(result.type === 'vector');
  const values = result.samples.map(({ labels, value }) => [
    labels.map((label) => `${label.name}=${label.value}`).join(' '),
    value,
  ]);
  return { values: Object.fromEntries(values), warnings: result.warnings, infos: result.infos };
}

function classic(name: string, counts: Readonly<Record<string, number>>): Metric[] {
  return Object.entries(counts).map(([le, value]) => ({ labels: { __name__: name, le }, value }));
}

const NATIVE: Metric = { labels: { __name__: 'h', pod: 'a' }, value: BUCKETS };

test('what a native histogram says as a whole', async () => {
  const metrics = [NATIVE, { labels: { __name__: 'h', pod: 'b' }, value: 7 }];
  const expected = { histogram_count: 4, histogram_sum: 9, histogram_avg: 2.25, histogram_stdvar: 0.5165584539816084 };
  for (const [name, value] of Object.entries(expected)) {
    assert.deepEqual((await ask(metrics, `${name}(h)`)).values, { 'pod=a': value }, name);
  }
});

test('quantiles and fractions of classic and of native histograms', async () => {
  const metrics = [NATIVE, ...classic('c_bucket', { '1': 2, '2': 6, '+Inf': 6 })];
  assert.deepEqual((await ask(metrics, 'histogram_quantile(0.5, h)')).values, { 'pod=a': 2 });
  assert.deepEqual((await ask(metrics, 'histogram_quantile(0.5, c_bucket)')).values, { '': 1.25 });
  assert.deepEqual((await ask(metrics, 'histogram_fraction(2, 4, h)')).values, { 'pod=a': 0.5 });
  assert.deepEqual((await ask(metrics, 'histogram_fraction(0.5, 1.5, c_bucket)')).values, { '': 0.5 });
});

test('where both kinds of histogram have the same labels neither has a result', async () => {
  const both = [{ labels: { __name__: 'c' }, value: BUCKETS }, ...classic('c', { '1': 2, '+Inf': 6 })];
  const answer = await ask(both, 'histogram_quantile(0.5, c)');
  assert.deepEqual(answer.values, {});
  assert.deepEqual(answer.warnings, ['PromQL warning: vector contains a mix of classic and native histograms (1:25)']);
  const delayed = await ask(both, 'histogram_quantile(0.5, c)', { delayedNameRemoval: true });
  assert.deepEqual(delayed.warnings, [
    'PromQL warning: vector contains a mix of classic and native histograms for metric name "c" (1:25)',
  ]);
});

test('a bucket without its bound is left out with a warning', async () => {
  const metrics = [...classic('c', { '1': 2, '+Inf': 6, x: 9 })];
  const answer = await ask(metrics, 'histogram_quantile(0.25, c)');
  assert.deepEqual(answer.values, { '': 0.75 });
  assert.deepEqual(answer.warnings, [
    'PromQL warning: bucket label "le" is missing or has a malformed value of "x" (1:26)',
  ]);
});

test('counts that fall from bucket to bucket are forced up, with an info that says where', async () => {
  const answer = await ask(classic('c', { '1': 5, '2': 3, '4': 10, '+Inf': 9 }), 'histogram_quantile(0.5, c)');
  assert.deepEqual(answer.values, { '': 1 });
  assert.deepEqual(answer.infos, [
    'PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile), from buckets 2 to +Inf, with a max diff of 2, over 1 samples from 1970-01-01T00:01:40Z to 1970-01-01T00:01:40Z (1:25)',
  ]);
});

test('NaN among the observations is told', async () => {
  const metrics = [{ labels: { __name__: 'h' }, value: { ...BUCKETS, count: 8, sum: NaN } }];
  const ofQuantile = await ask(metrics, 'histogram_quantile(0.9, h)');
  assert.deepEqual(ofQuantile.values, { '': NaN });
  assert.deepEqual(ofQuantile.infos, [
    'PromQL info: input to histogram_quantile has NaN observations, result is NaN (1:20)',
  ]);
  const ofFraction = await ask(metrics, 'histogram_fraction(0, 9, h)');
  assert.deepEqual(ofFraction.infos, [
    'PromQL info: input to histogram_fraction has NaN observations, which are excluded from all fractions (1:20)',
  ]);
});

test('several quantiles at once are told apart by a label', async () => {
  const features = { experimentalFunctions: true };
  const metrics = [NATIVE, ...classic('c_bucket', { '1': 2, '2': 6, '+Inf': 6 })];
  const { values } = await ask(metrics, 'histogram_quantiles({__name__=~"h|c_bucket"}, "q", 0.5, 1)', features);
  assert.deepEqual(values, { 'pod=a q=0.5': 2, 'pod=a q=1.0': 4, 'q=0.5': 1.25, 'q=1.0': 2 });
});

test('equal series of several quantiles are refused at once over several steps, at the end at one', async () => {
  const features = { experimentalFunctions: true, delayedNameRemoval: true };
  const engine = createQueryEngine({ queryable: storeOf([NATIVE]), features });
  const expression = 'max(histogram_quantiles(h, "q", 1, 1))';
  const grid = { startMs: TIME_MS, endMs: TIME_MS + 15_000, stepMs: 15_000 };
  await assert.rejects(engine.range({ expression, ...grid }), /same labelset/);
  assert.deepEqual((await ask([NATIVE], expression, features)).values, { '': 4 });
});

test('what had to be forced up in several places is told together, of the first place', async () => {
  const metrics = classic('c', { '1': 5, '2': 3, '4': 10, '+Inf': 9 });
  for (const other of ['c', 'c{}']) {
    const { infos } = await ask(metrics, `histogram_quantile(0.5, c) + histogram_quantile(0.5, ${other})`);
    assert.equal(infos.length, 1);
    assert.match(infos[0]!, /, over 2 samples from .* \(1:25\)$/, other);
  }
});
