import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelsFrom, labelsFromRecord, labelsKey, labelsToRecord, labelValue } from './labels.ts';

test('labels are sorted by name, without empty values, the last of a name wins', () => {
  const labels = labelsFrom([
    ['b', '1'],
    ['a', '2'],
    ['b', '3'],
    ['c', ''],
  ]);
  assert.deepEqual(labels, [
    { name: 'a', value: '2' },
    { name: 'b', value: '3' },
  ]);
  assert.equal(labelValue(labels, 'b'), '3');
  assert.equal(labelValue(labels, 'c'), '');
});

test('the order in which labels were given makes no other series', () => {
  assert.equal(labelsKey(labelsFromRecord({ x: '1', y: '2' })), labelsKey(labelsFromRecord({ y: '2', x: '1' })));
});

test('a value that looks like another label makes no other series', () => {
  for (const separator of ['\xff', '\0', ',', '1,1,']) {
    const one = labelsFromRecord({ a: `b${separator}c${separator}d` });
    assert.notEqual(labelsKey(one), labelsKey(labelsFromRecord({ a: 'b', c: 'd' })));
  }
});

test('keys are equal exactly when labels are', () => {
  const record = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 4 });
  fc.assert(
    fc.property(record, record, (left, right) => {
      const [a, b] = [labelsFromRecord(left), labelsFromRecord(right)];
      assert.equal(labelsKey(a) === labelsKey(b), JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('a record comes back from labels, whatever they are called', () => {
  const odd = labelsFrom([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  assert.equal(JSON.stringify(labelsToRecord(odd)), '{"__proto__":"x","constructor":"y"}');
  assert.deepEqual(labelsToRecord(labelsFromRecord({ __name__: 'up', job: 'a' })), { __name__: 'up', job: 'a' });
});
