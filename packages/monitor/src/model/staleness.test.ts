import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitsOf, isStaleAt, writeStaleAt } from './staleness.ts';

test('the marker is told from every other value, NaN included', () => {
  const values = new Float64Array([0, Number.NaN, Number.POSITIVE_INFINITY, 2, 5e-324]);
  const bits = bitsOf(values);
  writeStaleAt(bits, 3);
  assert.deepEqual(
    Array.from(values, (_, index) => isStaleAt(bits, index)),
    [false, false, false, true, false],
  );
});

test('its bits are those that Prometheus sends', () => {
  const values = new Float64Array(1);
  writeStaleAt(bitsOf(values), 0);
  assert.equal(new DataView(values.buffer).getBigUint64(0, true), 0x7ff0000000000002n);
});

test('it survives copies of columns, and views into larger buffers are read at their place', () => {
  const values = new Float64Array(4);
  writeStaleAt(bitsOf(values), 2);
  assert.ok(isStaleAt(bitsOf(values.slice(1)), 1));
  assert.ok(isStaleAt(bitsOf(values.subarray(2)), 0));
  assert.ok(isStaleAt(bitsOf(structuredClone(values)), 2));
});
