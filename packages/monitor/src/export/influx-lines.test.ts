import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../model/labels.ts';
import { INFLUX_LINES } from './influx-lines.ts';
import { newTotals } from './interface.ts';

function linesOf(name: string, totals = newTotals()): string {
  const labels = labelsFromRecord({ __name__: name, a: 'b' });
  const series = { labels, timestampsMs: Float64Array.of(1), values: Float64Array.of(2) };
  return [...INFLUX_LINES.render(series, totals)].join('');
}

test('names that the line protocol can write are escaped', () => {
  assert.equal(linesOf('a b,c=d"e#f\\g\\\\h'), 'a\\ b\\,c=d"e#f\\g\\\\h,a=b value=2 1000000\n');
});

test('names that would be read as another name, a comment or another line are left out, and told', () => {
  for (const name of [
    'a\nb value=1',
    '\n',
    '# x',
    '#',
    'a\\',
    'a\\\\',
    'a\\,b',
    'a\\ b',
    'a\\=b',
    'a\\"b',
    '\ta',
    '\0a',
  ]) {
    const totals = newTotals();
    assert.equal(linesOf(name, totals), '', JSON.stringify(name));
    assert.deepEqual([totals.samples, totals.leftOut], [0, 1]);
    assert.ok([...totals.warnings][0]?.includes(JSON.stringify(name)));
  }
  const totals = newTotals();
  for (let count = 0; count < 100; count++) linesOf(`#${count}`, totals);
  assert.deepEqual([totals.leftOut, totals.warnings.size], [100, 11]);
});
