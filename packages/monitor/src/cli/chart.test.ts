import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawChart } from './chart.ts';

const chartOf = (...values: number[]) =>
  drawChart([{ name: 'height', points: values.map((value, index) => ({ timeSeconds: index, value })) }], 60);
const axisOf = (chart: string) => [...chart.matchAll(/^ *(\S+) ┤/gm)].map(([, label]) => Number(label));

test('the axis is in order and within the values, also where they are large and close together', () => {
  assert.deepEqual(axisOf(chartOf(21_345_600, 21_345_701)), [21_345_701, 21_345_650.5, 21_345_600]);
  const [top = 0, middle = 0, bottom = 0] = axisOf(chartOf(1795195557.751, 1795195617.5));
  assert.ok(top > middle && middle > bottom, `${top} ${middle} ${bottom}`);
  assert.deepEqual(axisOf(chartOf(0, 1 / 3)), [0.33333, 0.16667, 0]);
});

test('one value, and none, are drawn too', () => {
  assert.deepEqual(axisOf(chartOf(7)), [7, 7, 7]);
  assert.match(chartOf(Number.NaN), /no finite values/);
});
