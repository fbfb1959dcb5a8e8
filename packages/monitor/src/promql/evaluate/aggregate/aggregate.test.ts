import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NativeHistogram } from '../../../model/batch.ts';
import { labelsFromRecord } from '../../../model/labels.ts';
import type { Queryable, SeriesSamples } from '../../../storage/interface.ts';
import { createQueryEngine } from '../../engine.ts';
import { asRecord, failure, storeOf } from '../../testing/questions.ts';

const NO_NUMBERS = new Float64Array(0);

function histogram(sum: number, customBounds?: Float64Array): NativeHistogram {
  return {
    schema: customBounds === undefined ? 0 : -53,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 3,
    sum,
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveCounts: Float64Array.of(1, 2),
    negativeSpans: [],
    negativeCounts: NO_NUMBERS,
    ...(customBounds === undefined ? {} : { customBounds }),
  };
}

/** One series a value, `i` its number; at the time 0. */
function storeWith(values: readonly (number | NativeHistogram)[]): Queryable {
  const series = values.map((value, index): SeriesSamples => {
    const labels = labelsFromRecord({ __name__: 'm', i: String(index) });
    return typeof value === 'number'
      ? { labels, timestampsMs: Float64Array.of(0), values: Float64Array.of(value) }
      : {
          labels,
          timestampsMs: NO_NUMBERS,
          values: NO_NUMBERS,
          histograms: [{ timestampMs: 0, histogram: value }],
        };
  });
  return Object.assign(storeOf({}), {
    async *select() {
      yield* series;
    },
  });
}

async function ask(values: readonly (number | NativeHistogram)[], expression: string) {
  const engine = createQueryEngine({ queryable: storeWith(values), features: { experimentalFunctions: true } });
  const result = await engine.instant({ expression, timeMs: 0 });
  return { result, values: asRecord(result), warnings: result.warnings, infos: result.infos };
}

test('histograms are added to histograms; with floats there is no result but a warning', async () => {
  const { result } = await ask([histogram(1), histogram(2)], 'sum(m)');
  assert.ok(result.type === 'vector');
  const summed = result.samples[0]?.histogram;
  assert.ok(summed !== undefined && 'schema' in summed);
  assert.equal(summed.sum, 3);
  assert.deepEqual([...summed.positiveCounts], [2, 4]);
  const mixed = await ask([1, histogram(2)], 'avg(m)');
  assert.deepEqual(mixed.values, {});
  assert.deepEqual(mixed.warnings, [
    'PromQL warning: encountered a mix of histograms and floats for aggregation (1:5)',
  ]);
});

test('exponential and custom buckets do not go together', async () => {
  const { values, warnings } = await ask([histogram(1), histogram(2, Float64Array.of(1)), 3], 'sum(m)');
  assert.deepEqual(values, {});
  assert.deepEqual(warnings, [
    'PromQL warning: vector contains a mix of histograms with exponential and custom buckets schemas for metric name "m" (1:5)',
  ]);
});

test('what has no use for histograms leaves them out and says so once', async () => {
  for (const [expression, place] of [
    ['max(m)', '1:5'],
    ['stddev(m)', '1:8'],
    ['quantile(1, m)', '1:13'],
    ['topk(1, m)', '1:1'],
  ] as const) {
    const { result, infos } = await ask([1, histogram(2), histogram(3)], expression);
    assert.ok(result.type === 'vector' && result.samples.length === 1);
    const operator = expression.slice(0, expression.indexOf('('));
    assert.deepEqual(infos, [`PromQL info: ignored histogram in ${operator} aggregation (${place})`]);
  }
  assert.deepEqual((await ask([1, histogram(2)], 'count(m)')).values, { '': 2 });
});

test('count_values calls a histogram by its buckets', async () => {
  const { values } = await ask([histogram(2.5), histogram(2.5), -0, 0, 1e21], 'count_values("v", m)');
  assert.deepEqual(values, {
    'v={count:3, sum:2.5, (0.5,1]:1, (1,2]:2}': 2,
    'v=-0': 1,
    'v=0': 1,
    'v=1000000000000000000000': 1,
  });
});

test('topk takes NaN last, of equal values those that were first, and comes in the order of rank', async () => {
  assert.deepEqual(Object.entries((await ask([NaN, 1, 3, 1, 2], 'topk(3, m)')).values), [
    ['m i=2', 3],
    ['m i=4', 2],
    ['m i=1', 1],
  ]);
  assert.deepEqual(Object.keys((await ask([NaN, 1], 'bottomk(5, m)')).values), ['m i=1', 'm i=0']);
});

test('the number of series has to be an integer of 64 bits', async () => {
  await assert.rejects(ask([1], 'topk(NaN, m)'), failure('execution', /^Parameter value is NaN$/));
  await assert.rejects(ask([1], 'limitk(1e20, m)'), failure('execution', /^Scalar value 1e\+20 overflows int64$/));
  await assert.rejects(ask([1], 'limit_ratio(NaN, m)'), failure('execution', /^Ratio value is NaN$/));
  assert.deepEqual((await ask([1], 'topk(-1e20, m)')).values, {});
});

test('limit_ratio and its complement part the series, histograms and all', async () => {
  const all = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? index : histogram(index)));
  const taken = Object.keys((await ask(all, 'limit_ratio(0.3, m)')).values);
  const rest = Object.keys((await ask(all, 'limit_ratio(-0.7, m)')).values);
  assert.ok(taken.length > 0 && rest.length > taken.length);
  assert.equal(new Set([...taken, ...rest]).size, 40);
  assert.equal(taken.length + rest.length, 40);
});

test('a ratio and a quantile beyond their bounds are warned of in the words of Go', async () => {
  assert.deepEqual((await ask([1], 'limit_ratio(2, m)')).warnings, [
    'PromQL warning: ratio value should be between -1 and 1, got 2, capping to 1 (1:13)',
  ]);
  assert.deepEqual((await ask([1], 'quantile(1e6, m)')).warnings, [
    'PromQL warning: quantile value should be between 0 and 1, got 1e+06 (1:10)',
  ]);
});
