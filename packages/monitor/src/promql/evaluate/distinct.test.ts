import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure } from '../testing/questions.ts';
import { contextOf, histogramOf, streamOf, type Table, tableOf } from './binary/testing/streams.ts';
import { mergeEqual, refuseEqual } from './distinct.ts';
import { nameless, type SeriesStream, type StepSeries } from './series.ts';

const __ = undefined;

/** Names go, so that the series of a table can be equal. */
async function* withoutNames(table: Table): SeriesStream {
  const { features } = contextOf();
  for await (const series of streamOf(table)) yield { ...series, ...nameless(series, features) };
}

test('equal series that never meet are one, floats and histograms alike', async () => {
  const h = histogramOf(1);
  const table = { 'a x=1': [1, __, __], 'b x=1': [__, h, __], 'c x=1': [__, __, NaN], 'd x=2': [__, 1, __] };
  assert.deepEqual(await tableOf(mergeEqual(withoutNames(table), contextOf().budget)), {
    ' x=1': [1, h, NaN],
    ' x=2': [__, 1, __],
  });
});

test('equal series that meet at a step are refused', async () => {
  for (const entry of [1, histogramOf(1)]) {
    const stream = mergeEqual(withoutNames({ a: [1, __], b: [entry, 1] }), contextOf().budget);
    const message = /^vector cannot contain metrics with the same labelset$/;
    await assert.rejects(tableOf(stream), failure('execution', message));
  }
});

test('equal series are refused even if they never meet, where that is asked for', async () => {
  const stream = refuseEqual(withoutNames({ a: [1, __], b: [__, 1] }), contextOf().budget);
  await assert.rejects(tableOf(stream), failure('execution', /same labelset/));
});

test('whether the name goes in the end is said by what comes first in time', async () => {
  async function* stream(): SeriesStream {
    for await (const series of streamOf({ a: [__, 1] })) yield { ...series, dropsName: true };
    yield* streamOf({ a: [1, __] });
  }
  const merged: StepSeries[] = [];
  for await (const series of mergeEqual(stream(), contextOf().budget)) merged.push(series);
  assert.equal(merged.length, 1);
  assert.equal(merged[0]?.dropsName, undefined);
});

test('what is merged is a copy', async () => {
  const series: StepSeries[] = [];
  for await (const one of withoutNames({ a: [1, __], b: [__, 2] })) series.push(one);
  const before = structuredClone(series);
  async function* replay(): SeriesStream {
    yield* series;
  }
  assert.deepEqual(await tableOf(mergeEqual(replay(), contextOf().budget)), { '': [1, 2] });
  assert.deepEqual(series, before);
});
