import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NativeHistogram } from '../../model/batch.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import { renderResult } from './render.ts';

const NOTES = { warnings: [], infos: [] };
const EMPTY: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0.25,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positiveSpans: [],
  positiveCounts: new Float64Array(0),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
};
const FULL: NativeHistogram = {
  ...EMPTY,
  zeroCount: 3,
  count: 42.5,
  sum: -1e21,
  positiveSpans: [
    { offset: -1, length: 2 },
    { offset: 1, length: 1 },
  ],
  positiveCounts: Float64Array.of(12, 0, 6),
  negativeSpans: [{ offset: -1, length: 1 }],
  negativeCounts: Float64Array.of(1.5),
};
const FULL_TEXT =
  '{"count":"42.5","sum":"-1e+21","buckets":[[1,"-0.5","-0.25","1.5"],[3,"-0.25","0.25","3"],[0,"0.25","0.5","12"],[0,"2","4","6"]]}';
const LABELS = labelsFromRecord({ __name__: 'h' });

function text(result: Parameters<typeof renderResult>[0]): string {
  return [...renderResult(result)].join('');
}

test('a sample that is a histogram stands in place of a value, without the empty buckets', () => {
  const samples = [
    { labels: LABELS, value: 0, histogram: FULL },
    { labels: [], value: 0, histogram: EMPTY },
    { labels: [], value: 1.5 },
  ];
  assert.equal(
    text({ type: 'vector', timeMs: 1500, samples, ...NOTES }),
    `{"resultType":"vector","result":[{"metric":{"__name__":"h"},"histogram":[1.500,${FULL_TEXT}]},{"metric":{},"histogram":[1.500,{"count":"0","sum":"0"}]},{"metric":{},"value":[1.500,"1.5"]}]}`,
  );
});

test('a series has its floats, its histograms, or both', () => {
  const none = { timestampsMs: new Float64Array(0), values: new Float64Array(0) };
  const floats = { timestampsMs: Float64Array.of(1000), values: Float64Array.of(7) };
  const histograms = { timestampsMs: Float64Array.of(2000, 3000), histograms: [FULL, EMPTY] };
  const list = `"histograms":[[2,${FULL_TEXT}],[3,{"count":"0","sum":"0"}]]`;
  const series = [
    { labels: LABELS, ...none, histograms },
    { labels: [], ...floats, histograms },
    { labels: [], ...floats },
  ];
  assert.equal(
    text({ type: 'matrix', series, ...NOTES }),
    `{"resultType":"matrix","result":[{"metric":{"__name__":"h"},${list}},{"metric":{},"values":[[1,"7"]],${list}},{"metric":{},"values":[[1,"7"]]}]}`,
  );
});

test('custom buckets end where their bounds are', () => {
  const histogram: NativeHistogram = {
    ...EMPTY,
    schema: -53,
    zeroThreshold: 0,
    positiveSpans: [{ offset: 0, length: 3 }],
    positiveCounts: Float64Array.of(1, 2, 3),
    customBounds: Float64Array.of(0.5, 1),
    count: 6,
  };
  const samples = [{ labels: [], value: 0, histogram }];
  assert.match(
    text({ type: 'vector', timeMs: 0, samples, ...NOTES }),
    /"buckets":\[\[3,"-Inf","0.5","1"\],\[0,"0.5","1","2"\],\[0,"1","\+Inf","3"\]\]/,
  );
});

test('a long list of histograms comes in pieces', () => {
  const histograms = Array.from({ length: 1000 }, () => FULL);
  const timestampsMs = Float64Array.from(histograms, (_, index) => index * 1000);
  const none = { timestampsMs: new Float64Array(0), values: new Float64Array(0) };
  const series = [{ labels: LABELS, ...none, histograms: { timestampsMs, histograms } }];
  const pieces = [...renderResult({ type: 'matrix', series, ...NOTES })];
  assert.ok(pieces.every((piece) => piece.length < 20_000));
  assert.equal(JSON.parse(pieces.join('')).result[0].histograms.length, 1000);
});
