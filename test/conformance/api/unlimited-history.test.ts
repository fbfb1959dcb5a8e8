// With retention unlimited, samples of any time from 1970 on, in any order, answer as any other: four eras between 1970 and 2100, written
// through remote write in requests that mix them, late ones last, and asked for through the API while they are in memory, when they
// are sealed on the disk, and after a restart. What has to be answered is computed from the list of what was written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sortedTexts } from '../../../packages/monitor/src/model/label-order.ts';
import { labelsFromRecord, labelsKey } from '../../../packages/monitor/src/model/labels.ts';
import { engineOver } from '../../../packages/monitor/src/server/testing/real-engine.ts';
import { startTestServer, temporaryDirectory } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { openEmbeddedStore } from '../../../packages/monitor/src/storage/embedded/open.ts';
import { Dice } from '../promql/differential/dice.ts';
import type { RawSeries } from '../promql/remote-write.ts';
import { ask } from './both-sides.ts';
import { writeTo } from './prometheus-3.ts';

const STEP_MS = 15_000;
const SAMPLES_AN_ERA = 240;
const LOOKBACK_MS = 300_000;
const REQUESTS = 60;
/** Each begins here; the last but one goes over the end of 32 bits of seconds. */
const ERAS_MS: readonly number[] = [
  0,
  Date.parse('1999-12-31T23:30:00Z'),
  2 ** 31 * 1000 - 1_800_000,
  Date.parse('2100-02-28T23:30:00Z'),
];
const CLOCK = { nowMs: () => Date.parse('2101-01-01T00:00:00Z') };
/** The last has no samples in the first era and in the third. */
const SERIES: readonly Readonly<Record<string, string>>[] = [
  { __name__: 'aged', series: 'a' },
  { __name__: 'aged', series: 'b' },
  { __name__: 'sparse', only: 'even' },
];

interface Sample {
  readonly series: number;
  readonly timeMs: number;
  readonly value: number;
}

test('samples from 1970 to 2100, in any order, answer from memory, from the disk and after a restart', async (t) => {
  const seed = 20_261_121;
  t.diagnostic(`seed ${seed}`);
  const directory = temporaryDirectory(t);
  const open = () =>
    openEmbeddedStore({
      directory,
      retentionMs: undefined,
      durability: 'normal',
      clock: CLOCK,
      limits: { headAgeMaxMs: 0 },
    });
  let store = await open();
  t.after(() => store.close());
  const { url } = await startTestServer(t, {
    engine: engineOver(store, CLOCK),
    clock: { ...CLOCK, speed: 1, continueFrom: () => {} },
  });
  const dice = new Dice(seed);
  const samples = shuffled(allSamples(), dice);
  const perRequest = Math.ceil(samples.length / REQUESTS);
  for (let from = 0; from < samples.length; from += perRequest) {
    await writeTo(url, seriesOf(samples.slice(from, from + perRequest)));
    // Some eras are sealed while later requests still bring samples of them.
    if (from === perRequest * (REQUESTS / 2)) await store.maintain(CLOCK.nowMs());
  }
  await compareAll(url, samples);

  await store.maintain(CLOCK.nowMs());
  const sealed = store.stats();
  assert.ok(sealed.chunks > ERAS_MS.length, `${sealed.chunks} chunks are on the disk`);
  await compareAll(url, samples);

  await store.close();
  store = await open();
  const again = await startTestServer(t, { engine: engineOver(store, CLOCK) });
  await compareAll(again.url, samples);
});

function allSamples(): Sample[] {
  return SERIES.flatMap((_, series) =>
    ERAS_MS.flatMap((startMs, era) =>
      series === 2 && era % 2 === 0
        ? []
        : Array.from({ length: SAMPLES_AN_ERA }, (__, index) => ({
            series,
            timeMs: startMs + index * STEP_MS + series,
            value: era * 10_000 + index + series / 10,
          })),
    ),
  );
}

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = dice.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** In the order in which they are given, which is any. */
function seriesOf(samples: readonly Sample[]): readonly RawSeries[] {
  return [...Map.groupBy(samples, ({ series }) => series)].map(([series, own]) => ({
    labels: labelsFromRecord(SERIES[series]!),
    timestampsMs: Float64Array.from(own, ({ timeMs }) => timeMs),
    values: Float64Array.from(own, ({ value }) => value),
  }));
}

async function compareAll(url: string, samples: readonly Sample[]): Promise<void> {
  const inOrder = samples.toSorted((a, b) => a.series - b.series || a.timeMs - b.timeMs);
  const bySeries = SERIES.map((_, series) => inOrder.filter((sample) => sample.series === series));
  for (const startMs of ERAS_MS) {
    const endMs = startMs + SAMPLES_AN_ERA * STEP_MS;
    await compareWindow(url, bySeries, endMs);
    await compareSteps(url, bySeries, startMs, endMs);
    await compareNames(url, bySeries, startMs, endMs);
  }
  await compareWhole(url, bySeries);
}

/** Every sample of an hour, as it was written. */
async function compareWindow(url: string, bySeries: readonly (readonly Sample[])[], endMs: number): Promise<void> {
  const expected = bySeries.flatMap((own, series) => {
    const values = own
      .filter(({ timeMs }) => timeMs > endMs - 3_600_000 && timeMs <= endMs)
      .map(({ timeMs, value }) => [timeMs / 1000, `${value}`]);
    return values.length === 0 ? [] : [{ metric: SERIES[series], values }];
  });
  assert.ok(expected.length >= 2);
  const answer = await data(url, 'query', { query: '{__name__=~"aged|sparse"}[1h]', time: seconds(endMs) });
  assert.deepEqual(answer, { resultType: 'matrix', result: expected });
}

/** Of each step the latest sample within the lookback: also before the era and behind it. */
async function compareSteps(
  url: string,
  bySeries: readonly (readonly Sample[])[],
  startMs: number,
  endMs: number,
): Promise<void> {
  const [fromMs, toMs, stepMs] = [startMs - 600_000, endMs + 600_000, 97_000];
  const expected = bySeries.flatMap((own, series) => {
    const values: [number, string][] = [];
    for (let atMs = fromMs; atMs <= toMs; atMs += stepMs) {
      const latest = own.findLast(({ timeMs }) => timeMs <= atMs && timeMs > atMs - LOOKBACK_MS);
      if (latest !== undefined) values.push([atMs / 1000, `${latest.value}`]);
    }
    return values.length === 0 ? [] : [{ metric: SERIES[series], values }];
  });
  const range = { start: seconds(fromMs), end: seconds(toMs), step: seconds(stepMs) };
  const answer = await data(url, 'query_range', { query: '{__name__=~"aged|sparse"}', ...range });
  assert.deepEqual(answer, { resultType: 'matrix', result: expected });
}

/** Which series, names and values there are in an era, and that there are none shortly before and behind it. */
async function compareNames(
  url: string,
  bySeries: readonly (readonly Sample[])[],
  startMs: number,
  endMs: number,
): Promise<void> {
  const years = 366 * 86_400_000;
  for (const [fromMs, toMs] of [
    [startMs, endMs],
    [endMs + years, endMs + 2 * years],
    [startMs - 2 * years, startMs - years],
  ] as const) {
    const range = { start: seconds(fromMs), end: seconds(toMs) };
    const there = SERIES.filter((_, series) =>
      bySeries[series]!.some(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs),
    );
    const series = (await data(url, 'series', { 'match[]': '{__name__=~".+"}', ...range })) as object[];
    assert.deepEqual(asTexts(series), asTexts(there));
    assert.deepEqual(await data(url, 'labels', range), inTextOrder(there.flatMap((one) => Object.keys(one))));
    const names = await data(url, 'label/__name__/values', range);
    assert.deepEqual(names, inTextOrder(there.map(({ __name__ }) => __name__!)));
  }
}

/** All 130 years in one window, and what lies hours apart in one range. */
async function compareWhole(url: string, bySeries: readonly (readonly Sample[])[]): Promise<void> {
  const endMs = ERAS_MS.at(-1)! + SAMPLES_AN_ERA * STEP_MS;
  for (const [query, of] of [
    ['count_over_time', (own: readonly Sample[]) => own.length],
    ['max_over_time', (own: readonly Sample[]) => Math.max(...own.map(({ value }) => value))],
    ['min_over_time', (own: readonly Sample[]) => Math.min(...own.map(({ value }) => value))],
    ['last_over_time', (own: readonly Sample[]) => own.at(-1)!.value],
  ] as const) {
    const answer = await data(url, 'query', {
      query: `sort(${query}({__name__=~"aged|sparse"}[140y]))`,
      time: seconds(endMs),
    });
    const { result } = answer as { result: readonly { value: readonly [number, string] }[] };
    const expected = bySeries.map(of).sort((a, b) => a - b);
    assert.deepEqual(
      result.map(({ value }) => Number(value[1])),
      expected,
      query,
    );
  }
}

async function data(url: string, path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
  const { status, body } = await ask(url, { path: `${path}?${new URLSearchParams(parameters).toString()}` });
  assert.equal(status, 200, body);
  return (JSON.parse(body) as { data: unknown }).data;
}

function seconds(timeMs: number): string {
  return `${timeMs / 1000}`;
}

function inTextOrder(texts: readonly string[]): string[] {
  return sortedTexts(new Set(texts));
}

/** Whatever the order of the objects and of their members. */
function asTexts(objects: readonly object[]): string[] {
  return sortedTexts(objects.map((one) => labelsKey(labelsFromRecord(one as Record<string, string>))));
}
