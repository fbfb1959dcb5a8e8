import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutBefore, frameOf, keyOf, lastValue, mergeFrames, withHead } from './frame.ts';

const A = { __name__: 'a' };
const B = { __name__: 'b' };

test('times without a sample are gaps, and zero is a value', () => {
  const frame = frameOf(
    [
      {
        labels: A,
        points: [
          [10, 0],
          [30, 3],
        ],
      },
    ],
    10,
    40,
    10,
  );
  assert.deepEqual(frame.timesS, [10, 20, 30, 40]);
  assert.deepEqual(frame.series[0]?.values, [0, null, 3, null]);
});

test('values that cannot be drawn are gaps', () => {
  const frame = frameOf(
    [
      {
        labels: A,
        points: [
          [10, Number.NaN],
          [20, Number.POSITIVE_INFINITY],
          [30, -1],
        ],
      },
    ],
    10,
    30,
    10,
  );
  assert.deepEqual(frame.series[0]?.values, [null, null, -1]);
});

test('points outside of the grid are left out', () => {
  const frame = frameOf(
    [
      {
        labels: A,
        points: [
          [0, 9],
          [10, 1],
          [50, 9],
        ],
      },
    ],
    10,
    20,
    10,
  );
  assert.deepEqual(frame.series[0]?.values, [1, null]);
});

test('news replaces what it overlaps, and what fell out of the window is dropped', () => {
  const older = frameOf(
    [
      {
        labels: A,
        points: [
          [10, 1],
          [20, 2],
          [30, 3],
        ],
      },
    ],
    10,
    30,
    10,
  );
  const newer = frameOf(
    [
      {
        labels: A,
        points: [
          [30, 33],
          [40, 4],
        ],
      },
    ],
    30,
    40,
    10,
  );
  const merged = mergeFrames(older, newer, 20);
  assert.deepEqual(merged.timesS, [20, 30, 40]);
  assert.deepEqual(merged.series[0]?.values, [2, 33, 4]);
});

test('a series that ended shows a gap from the news on, until it has left the window', () => {
  const older = frameOf(
    [
      {
        labels: A,
        points: [
          [10, 1],
          [20, 2],
        ],
      },
    ],
    10,
    20,
    10,
  );
  const newer = frameOf([], 30, 30, 10);
  assert.deepEqual(mergeFrames(older, newer, 10).series[0]?.values, [1, 2, null]);
  assert.deepEqual(mergeFrames(older, newer, 30).series, []);
});

test('a series that began has a gap before its beginning', () => {
  const older = frameOf(
    [
      {
        labels: A,
        points: [
          [10, 1],
          [20, 2],
        ],
      },
    ],
    10,
    20,
    10,
  );
  const newer = frameOf([{ labels: B, points: [[30, 7]] }], 30, 30, 10);
  const merged = mergeFrames(older, newer, 10);
  assert.deepEqual(
    merged.series.map(({ labels, values }) => [labels, values]),
    [
      [A, [1, 2, null]],
      [B, [null, null, 7]],
    ],
  );
});

test('the time that nobody asked for between two frames is a gap, not a line across it', () => {
  const older = frameOf(
    [
      {
        labels: A,
        points: [
          [10, 1],
          [20, 2],
        ],
      },
    ],
    10,
    20,
    10,
  );
  const newer = frameOf([{ labels: A, points: [[50, 5]] }], 50, 50, 10);
  const merged = mergeFrames(older, newer, 10);
  assert.deepEqual(merged.timesS, [10, 20, 30, 40, 50]);
  assert.deepEqual(merged.series[0]?.values, [1, 2, null, null, 5]);
});

test('a frame that is older than the whole window leaves nothing behind', () => {
  const older = frameOf([{ labels: A, points: [[10, 1]] }], 10, 20, 10);
  const newer = frameOf([{ labels: A, points: [[100, 5]] }], 100, 110, 10);
  const merged = mergeFrames(older, newer, 100);
  assert.deepEqual(merged.timesS, [100, 110]);
  assert.deepEqual(merged.series[0]?.values, [5, null]);
});

test('merging piece by piece gives the same as asking for all at once', () => {
  const points: [number, number][] = Array.from({ length: 40 }, (_, index) => [
    index * 5,
    index % 7 === 3 ? Number.NaN : index,
  ]);
  const part = (startS: number, endS: number) =>
    frameOf([{ labels: A, points: points.filter(([timeS]) => timeS >= startS && timeS <= endS) }], startS, endS, 5);
  let merged = part(0, 50);
  for (let endS = 55; endS <= 195; endS += 5) merged = mergeFrames(merged, part(endS - 15, endS), endS - 50);
  assert.deepEqual(merged, part(145, 195));
});

test('the head adds the present, with a gap for what is not reported now', () => {
  const frame = frameOf(
    [
      { labels: A, points: [[10, 1]] },
      { labels: B, points: [[10, 2]] },
    ],
    10,
    10,
    10,
  );
  const headed = withHead(frame, 13.5, new Map([[keyOf(A), 0]]));
  assert.deepEqual(headed.timesS, [10, 13.5]);
  assert.deepEqual(
    headed.series.map(({ values }) => values),
    [
      [1, 0],
      [2, null],
    ],
  );
});

test('a head that is not later than the grid changes nothing', () => {
  const frame = frameOf([{ labels: A, points: [[10, 1]] }], 10, 10, 10);
  assert.equal(withHead(frame, 10, new Map([[keyOf(A), 5]])), frame);
});

test('the last known value comes with its time', () => {
  const frame = frameOf([{ labels: A, points: [[10, 0]] }], 10, 30, 10);
  const [series] = frame.series;
  assert.ok(series);
  assert.deepEqual(lastValue(frame, series), { timeS: 10, value: 0 });
});

test('cutting the start keeps the rest on its times', () => {
  const frame = frameOf([{ labels: A, points: [[20, 2]] }], 0, 30, 10);
  const cut = cutBefore(frame, 15);
  assert.deepEqual(cut.timesS, [20, 30]);
  assert.deepEqual(cut.series[0]?.values, [2, null]);
});

test('the key does not depend on the order of the labels', () => {
  assert.equal(keyOf({ a: '1', b: '2' }), keyOf({ b: '2', a: '1' }));
  assert.notEqual(keyOf({ a: '1,b' }), keyOf({ a: '1', b: '' }));
});
