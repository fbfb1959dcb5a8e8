import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameOf } from '../chart/frame.ts';
import {
  alertValue,
  chartRoute,
  chosenAlerts,
  fileText,
  findAlert,
  firesInMs,
  nodeOf,
  ownLines,
  stretchesOf,
  valueRange,
} from './alert-figures.ts';
import { NOW_MS, wireAlert } from './testing/wire-alert.ts';

const frameWith = (...labels: Readonly<Record<string, string>>[]) =>
  frameOf(
    labels.map((own) => ({ labels: own, points: [[0, 1]] as const })),
    0,
    0,
    15,
  );

test('an alert is of its node, else of what else it names', () => {
  assert.equal(nodeOf(wireAlert({ labels: { node: 'validator-1', instance: '10.0.0.1:80' } })), 'validator-1');
  assert.equal(nodeOf(wireAlert({ labels: { node: '', chain: 'main' } })), 'main');
  assert.equal(nodeOf(wireAlert({ labels: {} })), '');
});

test('values are read as PromQL writes them', () => {
  const values = ['0.75', '+Inf', '-Inf', 'NaN', '1e-9'].map((value) => alertValue({ value }));
  assert.deepEqual(values, [0.75, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-9]);
});

test('a pending alert fires when it has been active for as long as its rule says, others are not due', () => {
  assert.equal(firesInMs(wireAlert({ state: 'pending', activeAtMs: NOW_MS - 30_000 }), NOW_MS), 90_000);
  assert.equal(firesInMs(wireAlert(), NOW_MS), undefined);
});

test('an address finds its alert, and when that has begun anew the latest one of the same labels', () => {
  const early = wireAlert({ id: 'aa-100', activeAtMs: 100_000, state: 'resolved' });
  const late = wireAlert({ id: 'aa-200', activeAtMs: 200_000 });
  const alerts = [early, late, wireAlert({ id: 'ab-300' })];
  assert.equal(findAlert(alerts, 'aa-100'), early);
  assert.equal(findAlert(alerts, 'aa-150'), late);
  assert.equal(findAlert(alerts, 'aa'), late);
  assert.equal(findAlert(alerts, 'a'), undefined);
  assert.equal(findAlert(alerts, 'ac-100'), undefined);
});

test('a filter asks for every one of its words, anywhere', () => {
  const alerts = [
    wireAlert(),
    wireAlert({ labels: { instance: 'rpc-2' }, summary: 'rpc-2 lags', name: 'FinalityLag' }),
  ];
  const names = (filter: string) => chosenAlerts(alerts, filter).map(({ name }) => name);
  assert.deepEqual(names(''), ['NodeDown', 'FinalityLag']);
  assert.deepEqual(names(' LAG  instance=rpc-2 '), ['FinalityLag']);
  assert.deepEqual(names('lag rpc-1'), []);
});

test('the chart begins half an hour before the alert and goes on with it', () => {
  const { range, isLive } = chartRoute(wireAlert(), 'up', NOW_MS + 1000);
  assert.ok(range.kind === 'last' && isLive);
  assert.ok(range.windowS > 2100 && range.windowS <= 2400, `${range.windowS}`);
  const later = chartRoute(wireAlert(), 'up', NOW_MS + 2000).range;
  assert.deepEqual(later, range, 'a second later it is the same question');
});

test('the chart of an alert that is over for long stands still', () => {
  const resolvedAtMs = NOW_MS - 100_000;
  const over = wireAlert({ state: 'resolved', resolvedAtMs });
  assert.deepEqual(chartRoute(over, 'up', NOW_MS + 3_600_000).range, {
    kind: 'fixed',
    startS: NOW_MS / 1000 - 300 - 1800,
    endS: resolvedAtMs / 1000 + 1800,
  });
  assert.equal(chartRoute(over, 'up', NOW_MS).isLive, true);
});

test('of many lines the alert has the one with its labels, those of the rule aside', () => {
  const frame = frameWith(
    { __name__: 'up', instance: 'rpc-1', job: 'node' },
    { __name__: 'up', instance: 'rpc-2', job: 'node' },
    { __name__: 'up', instance: 'rpc-1', job: 'node', shard: '2' },
    { __name__: 'up', instance: 'rpc-1' },
  );
  const { frame: own, isOwn } = ownLines(frame, wireAlert());
  assert.ok(isOwn);
  assert.deepEqual(
    own.series.map(({ labels }) => labels),
    [{ __name__: 'up', instance: 'rpc-1', job: 'node' }],
  );
});

test('where no line is the own one, a few of all are shown', () => {
  const others = Array.from({ length: 40 }, (_, index) => ({ instance: `other-${index}` }));
  const { frame, isOwn } = ownLines(frameWith(...others), wireAlert());
  assert.equal(isOwn, false);
  assert.equal(frame.series.length, 10);
});

test('the chart of a young history begins with its first value, and has some length', () => {
  const labels = { instance: 'rpc-1', job: 'node' };
  const spanFrom = (firstS: number) => {
    const frame = frameOf([{ labels, points: [[firstS, 1] as const, [3600, 1] as const] }], 0, 3600, 15);
    return ownLines(frame, wireAlert()).frame.timesS[0];
  };
  assert.equal(spanFrom(0), 0);
  assert.equal(spanFrom(1800), 1800);
  assert.equal(spanFrom(3585), 3300);
});

test('an alert was pending, then fired, until it was resolved', () => {
  const [activeS, firedS] = [NOW_MS / 1000 - 300, NOW_MS / 1000 - 180];
  assert.deepEqual(stretchesOf(wireAlert()), [
    { state: 'pending', fromS: activeS, toS: firedS },
    { state: 'firing', fromS: firedS, toS: Number.POSITIVE_INFINITY },
  ]);
  const atOnce = wireAlert({ firedAtMs: NOW_MS - 300_000, resolvedAtMs: NOW_MS });
  assert.deepEqual(stretchesOf(atOnce), [{ state: 'firing', fromS: activeS, toS: NOW_MS / 1000 }]);
  const pending = wireAlert({ state: 'pending', firedAtMs: null });
  assert.deepEqual(stretchesOf(pending), [{ state: 'pending', fromS: activeS, toS: Number.POSITIVE_INFINITY }]);
});

test('the scale holds the lines and the threshold with room around them', () => {
  for (const [low, high, threshold] of [
    [0.9, 1, 0.75],
    [0, 0, 0],
    [5, 5, undefined],
    [-3, -3, -3],
    [null, null, 12],
    [0, 1, 0],
  ] as const) {
    const [bottom, top] = valueRange(low, high, threshold);
    for (const value of [low, high, threshold]) {
      if (typeof value === 'number') assert.ok(bottom <= value && value <= top, `${bottom} ${value} ${top}`);
    }
    assert.ok(top > bottom);
  }
  assert.deepEqual(valueRange(null, null, undefined), [0, 1]);
});

test('files that the monitor makes are told from those of the configuration', () => {
  assert.equal(fileText('/etc/rules/nodes.yaml', 12), '/etc/rules/nodes.yaml:12');
  assert.equal(fileText('chainpulse:node.yaml', 12), 'shipped with the monitor: node.yaml');
});
