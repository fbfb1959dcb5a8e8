import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '../registry.ts';
import type { MetricReader } from '../snapshot/collection.ts';
import type { FamilySnapshot } from '../snapshot/snapshot.ts';
import { DerivedGrowth, observedSum, ratio, SeriesRise, share, show, total } from './derive.ts';

function readerOf(...families: FamilySnapshot[]): MetricReader {
  return { family: (name) => families.find((family) => family.name === name) };
}

const HEAD = { help: 'Help.', unit: '' };
const label = (name: string, value: string) => [{ name, value }];

const VOTES: FamilySnapshot = {
  ...HEAD,
  name: 'votes_total',
  type: 'counter',
  points: [
    { labels: label('type', 'commit'), value: 3 },
    { labels: label('type', 'prepare'), value: 4 },
  ],
};

const TIMES: FamilySnapshot = {
  ...HEAD,
  name: 'time_seconds',
  type: 'histogram',
  bounds: [1, 2],
  points: [
    { labels: label('stage', 'vote'), counts: [1, 2, 3], sum: 10 },
    { labels: label('stage', 'persist'), counts: [1, 0, 0], sum: 0.5 },
  ],
};

test('a total is the sum of the series that match', () => {
  const reader = readerOf(VOTES);
  assert.equal(total(reader, 'votes_total'), 7);
  assert.equal(total(reader, 'votes_total', { type: 'commit' }), 3);
});

test('of histograms of both kinds, a total counts the observations', () => {
  const buckets = { offset: 0, counts: [2, 1] };
  const exponential: FamilySnapshot = {
    ...HEAD,
    name: 'sizes',
    type: 'exponential',
    points: [{ labels: [], scale: 3, sum: 9, zeroThreshold: 0, zeroCount: 1, positive: buckets, negative: buckets }],
  };
  const reader = readerOf(TIMES, exponential);
  assert.equal(total(reader, 'time_seconds'), 7);
  assert.equal(total(reader, 'time_seconds', { stage: 'persist' }), 1);
  assert.equal(observedSum(reader, 'time_seconds'), 10.5);
  assert.equal(total(reader, 'sizes'), 7);
  assert.equal(observedSum(reader, 'sizes'), 9);
});

test('what is not there is unknown and not 0', () => {
  const reader = readerOf(VOTES, { ...VOTES, name: 'empty', points: [] });
  assert.equal(total(reader, 'missing'), undefined);
  assert.equal(total(reader, 'empty'), undefined);
  assert.equal(total(reader, 'votes_total', { type: 'timeout' }), undefined);
  assert.equal(total(reader, 'votes_total', { kind: 'commit' }), undefined);
  assert.equal(observedSum(reader, 'votes_total'), undefined);
});

test('a ratio needs both numbers and a divisor above 0', () => {
  assert.equal(ratio(1, 4), 0.25);
  assert.equal(ratio(0, 4), 0);
  for (const [part, whole] of [
    [1, 0],
    [0, 0],
    [1, -4],
    [undefined, 4],
    [1, undefined],
    [Number.NaN, 4],
    [1, Number.NaN],
    [Number.POSITIVE_INFINITY, 4],
  ] as const) {
    assert.equal(ratio(part, whole), undefined, `${part} / ${whole}`);
  }
});

test('a share stays between 0 and 1', () => {
  assert.deepEqual([-0.5, 0, 0.4, 1, 1.5, undefined].map(share), [0, 0, 0.4, 1, 1, undefined]);
});

test('a gauge shows a value, and nothing when there is none', () => {
  const registry = new Registry();
  const gauge = registry.gauge({ name: 'level', help: 'Level.' });
  const shown = () => registry.snapshot().families[0]?.points.map((point) => ('value' in point ? point.value : -1));
  show(gauge, 0);
  assert.deepEqual(shown(), [0]);
  show(gauge, undefined);
  assert.deepEqual(shown(), []);
  show(gauge, 2);
  show(gauge, Number.NaN);
  assert.deepEqual(shown(), []);
  assert.equal(registry.droppedRecords().invalid_value, 0);
});

test('growth names its totals', () => {
  let nowMs = 0;
  const growth = new DerivedGrowth(
    { nowMs: () => nowMs, windowSeconds: 60 },
    { votes: (reader) => total(reader, 'votes_total'), blocks: (reader) => total(reader, 'blocks_total') },
  );
  assert.equal(growth.read(readerOf()), undefined);
  nowMs = 10_000;
  growth.read(readerOf(VOTES));
  nowMs = 70_000;
  const more = { ...VOTES, points: [{ labels: [], value: 19 }] };
  assert.deepEqual(growth.read(readerOf(more)), { seconds: 60, deltas: { votes: 12, blocks: undefined } });
});

test('a rise is that of each series since it was first seen, whatever others do', () => {
  const rise = new SeriesRise('packets_total');
  const read = (values: Readonly<Record<string, number>>) => {
    const points = Object.entries(values).map(([device, value]) => ({ labels: label('device', device), value }));
    return rise.read(readerOf({ ...HEAD, name: 'packets_total', type: 'counter', points }));
  };
  assert.equal(rise.read(readerOf()), undefined);
  assert.equal(read({}), undefined);
  assert.equal(read({ a: 1_000, b: 50 }), 0);
  assert.equal(read({ a: 1_010, b: 50 }), 10);
  assert.equal(read({ a: 1_010, b: 3 }), 13);
  assert.equal(read({ b: 4, c: 7_000 }), 14);
  assert.equal(read({ a: 2_000, b: 4, c: 7_001 }), 15);
  assert.equal(rise.read(readerOf({ ...VOTES, name: 'packets_total', type: 'gauge' })), undefined);
});
