// What the API of Prometheus 3.14 answers for the same histograms.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NativeHistogram } from '../model/batch.ts';
import { histogramJson } from './histogram-json.ts';

function shown(more: Partial<NativeHistogram>) {
  const { native: _, ...api } = histogramJson({
    schema: 1,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 6,
    sum: 1,
    positiveSpans: [],
    positiveCounts: new Float64Array(0),
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
    ...more,
  });
  return api;
}

const side = (offset: number, length: number) => ({
  spans: [{ offset, length }],
  counts: new Float64Array(length).fill(1),
});
const up = (offset: number, length: number) => {
  const { spans, counts } = side(offset, length);
  return { positiveSpans: spans, positiveCounts: counts };
};
const down = (offset: number, length: number) => {
  const { spans, counts } = side(offset, length);
  return { negativeSpans: spans, negativeCounts: counts };
};

test('bounds are those of Prometheus to the last digit, and end where the zero bucket begins', () => {
  assert.deepEqual(shown({ ...up(-1, 4), ...down(0, 1), zeroThreshold: 0.8, zeroCount: 2 }).buckets, [
    [1, '-1', '-0.8', '1'],
    [3, '-0.8', '0.8', '2'],
    [0, '0.8', '0.7071067811865475', '1'],
    [0, '0.8', '1', '1'],
    [0, '1', '1.414213562373095', '1'],
    [0, '1.414213562373095', '2', '1'],
  ]);
  assert.deepEqual(shown({ schema: 2, ...up(1, 4) }).buckets, [
    [0, '1', '1.189207115002721', '1'],
    [0, '1.189207115002721', '1.414213562373095', '1'],
    [0, '1.414213562373095', '1.6817928305074288', '1'],
    [0, '1.6817928305074288', '2', '1'],
  ]);
});

test('buckets at the ends of what a double holds', () => {
  assert.deepEqual(shown({ schema: 3, ...up(8191, 3) }).buckets, [
    [0, '1.5116737128319336e+308', '1.6484918731100238e+308', '1'],
    [0, '1.6484918731100238e+308', '1.7976931348623157e+308', '1'],
    [0, '1.7976931348623157e+308', '+Inf', '1'],
  ]);
  assert.deepEqual(shown(up(-2150, 3)).buckets, [
    [2, '0', '0', '1'],
    [0, '0', '5e-324', '1'],
    [0, '5e-324', '5e-324', '1'],
  ]);
});

test('numbers are written as there, and what has no bucket has no list of them', () => {
  assert.deepEqual(shown({ count: 3e21, sum: 1e-9, zeroCount: 3e21 }), {
    count: '3e+21',
    sum: '1e-09',
    buckets: [[3, '-0', '0', '3e+21']],
  });
  assert.deepEqual(shown({ count: 0, sum: 0 }), { count: '0', sum: '0' });
  const customBounds = Float64Array.of(-1, 1e-7);
  assert.deepEqual(shown({ schema: -53, customBounds, ...up(0, 3) }).buckets, [
    [3, '-Inf', '-1', '1'],
    [0, '-1', '1e-07', '1'],
    [0, '1e-07', '+Inf', '1'],
  ]);
});
