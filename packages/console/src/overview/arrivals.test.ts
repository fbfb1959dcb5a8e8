import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalsOf } from './arrivals.ts';
import type { Line } from './figures.ts';

const lineOf = (points: readonly (readonly [timeS: number, height: number | null])[]): Line => ({
  labels: {},
  timesS: points.map(([timeS]) => timeS),
  values: points.map(([, height]) => height),
  reading: { value: 0, timeS: 0, isCurrent: true },
});

test('each bar is what the height grew by, and the stretch that is not over is left out', () => {
  const { timesS, blocks, stretchS } = arrivalsOf(
    lineOf([
      [10, 0],
      [15, 4],
      [20, 9],
      [22, 11],
    ]),
    60,
  );
  assert.equal(stretchS, 5);
  assert.deepEqual(timesS, [15, 20]);
  assert.deepEqual(blocks, [4, 5]);
});

test('many steps share a bar, on round times that stay when time goes on', () => {
  const heights = (fromS: number, toS: number) =>
    lineOf(Array.from({ length: (toS - fromS) / 5 + 1 }, (_, index) => [fromS + index * 5, (fromS + index * 5) * 2]));
  const before = arrivalsOf(heights(100, 700), 60);
  const after = arrivalsOf(heights(105, 705), 60);
  assert.equal(before.stretchS, 10);
  assert.ok(before.timesS.every((timeS) => timeS % 10 === 0));
  assert.deepEqual(after.timesS.slice(1, 6), before.timesS.slice(1, 6));
  assert.ok(after.blocks.slice(1).every((blocks) => blocks === 20));
});

test('where a height is not known there is no bar, and a height that falls is told', () => {
  assert.deepEqual(
    arrivalsOf(
      lineOf([
        [10, 5],
        [15, null],
        [20, 7],
        [25, 6],
      ]),
      60,
    ).blocks,
    [null, null, -1],
  );
});

test('a single height has no bars yet', () => {
  assert.deepEqual(arrivalsOf(lineOf([[10, 5]]), 60).blocks, []);
  assert.deepEqual(arrivalsOf(lineOf([]), 60).blocks, []);
});
