import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bounded } from '../labels.ts';
import { CountsByValue } from './counts-by-value.ts';
import { TestNode } from './testing/recorded.ts';

const LABELS = { version: bounded(3) };

function makeCounts() {
  const node = new TestNode();
  const counts = new CountsByValue(node.registry.gauge({ name: 'things', help: 'Things.', labels: LABELS }), LABELS);
  return { node, counts, shown: () => node.valuesBy('things') };
}

test('things are counted by value, and a value without things is not shown', () => {
  const { counts, shown } = makeCounts();
  for (const value of ['a', 'b', 'a']) counts.add(value);
  assert.deepEqual(shown(), { a: 2, b: 1 });
  counts.take('a');
  counts.take('b');
  assert.deepEqual(shown(), { a: 1 });
});

test('things beyond the bound are added up, and get their own series once there is room', () => {
  const { node, counts, shown } = makeCounts();
  for (const value of ['a', 'b', 'c', 'd', 'd', 'e']) counts.add(value);
  assert.deepEqual(shown(), { a: 1, b: 1, c: 1, other: 3 });
  counts.take('a');
  counts.add('d');
  assert.deepEqual(shown(), { b: 1, c: 1, d: 3, other: 1 });
  counts.take('e');
  assert.deepEqual(shown(), { b: 1, c: 1, d: 3 });
  assert.equal(node.registry.droppedRecords().label_limit, 0);
});

test('a value that was not added takes nothing', () => {
  const { counts, shown } = makeCounts();
  counts.add('a');
  counts.take('b');
  counts.take('a');
  counts.take('a');
  assert.deepEqual(shown(), {});
});

test('whatever comes and goes, the series add up to the things there are', () => {
  const value = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'other');
  const step = fc.record({ isAdded: fc.boolean(), value });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { counts, shown } = makeCounts();
      const truth = new Map<string, number>();
      for (const { isAdded, value: of } of steps) {
        if (isAdded) counts.add(of);
        else counts.take(of);
        truth.set(of, Math.max(0, (truth.get(of) ?? 0) + (isAdded ? 1 : -1)));
      }
      const { other = 0, ...own } = shown();
      const sum = Object.values(own).reduce((total, count) => total + count, other);
      assert.equal(
        sum,
        truth.values().reduce((total, count) => total + count, 0),
      );
      assert.ok(Object.keys(own).length <= 3);
      for (const [name, count] of Object.entries(own)) assert.equal(count, truth.get(name));
      assert.ok(other >= 0);
    }),
  );
});
