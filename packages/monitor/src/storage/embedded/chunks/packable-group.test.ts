import assert from 'node:assert/strict';
import { it } from 'node:test';
import { labelsFromRecord } from '../../../model/labels.ts';
import type { HistogramSample } from '../../interface.ts';
import { PackableGroupBuilder, seriesOf } from './packable-group.ts';
import { columnsOf } from './testing/columns-of.ts';

const histogram: HistogramSample = {
  timestampMs: 7,
  histogram: {
    schema: 3,
    zeroThreshold: 1e-128,
    zeroCount: 2,
    count: 5,
    sum: 1.5,
    positiveSpans: [{ offset: -2, length: 2 }],
    positiveCounts: Float64Array.of(1, 2),
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
    isGauge: true,
  },
};
const exemplar = { labels: labelsFromRecord({ trace: 'ä' }), value: -0, timestampMs: 7 };

it('gives back the series that were added, cut to their stretch', () => {
  const builder = new PackableGroupBuilder();
  const staleBits = new Uint32Array([0x00000002, 0x7ff00000]);
  builder.add(
    128,
    columnsOf([
      [1, 10],
      [2, 20],
      [3, 30],
    ]),
    1,
    3,
  );
  builder.add(130, { timesMs: Float64Array.of(5), bits: staleBits }, 0, 1, [histogram], [exemplar]);
  builder.add(131, columnsOf([]), 0, 0, [], [exemplar]);
  assert.equal(builder.samples, 4);
  const series = [...seriesOf(builder.build())];
  assert.deepEqual(
    series.map(({ ref, timesMs, bits }) => [ref, [...timesMs], [...bits]]),
    [
      [
        128,
        [2, 3],
        [
          ...columnsOf([
            [2, 20],
            [3, 30],
          ]).bits,
        ],
      ],
      [130, [5], [...staleBits]],
      [131, [], []],
    ],
  );
  assert.deepEqual(
    series.map(({ histograms, exemplars }) => [histograms, exemplars]),
    [
      [[], []],
      [[histogram], [exemplar]],
      [[], [exemplar]],
    ],
  );
});

it('starts anew after each group, in buffers of their own', () => {
  const builder = new PackableGroupBuilder();
  builder.add(1, columnsOf([[1, 10]]), 0, 1, [], [exemplar]);
  const first = builder.build();
  assert.ok(builder.isEmpty);
  builder.add(2, columnsOf([[2, 20]]), 0, 1);
  const second = builder.build();
  assert.deepEqual([...first.timesMs], [1]);
  assert.deepEqual([...second.timesMs], [2]);
  assert.equal(second.extras.length, 0, 'no bytes are spent on what no series has');
  assert.deepEqual(
    [...seriesOf(second)].map(({ ref }) => ref),
    [2],
  );
});
