import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareLabels, compareTexts, sortedTexts } from './label-order.ts';
import { labelsFromRecord } from './labels.ts';

const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', 'ｚ', '\uffff', '😀', '\u{10ffff}'),
  maxLength: 4,
});

test('texts are ordered as their bytes in UTF-8 are', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareTexts(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('a list is sorted so, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      const expected = texts.map((one) => Buffer.from(one)).sort((a, b) => Buffer.compare(a, b));
      assert.deepEqual(sortedTexts(texts), expected.map(String));
    }),
  );
  assert.deepEqual(sortedTexts(new Set(['😀', 'ｚ', 'a'])), ['a', 'ｚ', '😀']);
});

test('the first labels that differ decide, and then their number', () => {
  const order = [{}, { a: '1' }, { a: '1', b: '0' }, { a: 'ｚ' }, { a: '😀' }, { b: '0' }].map(labelsFromRecord);
  for (const [index, one] of order.entries()) {
    for (const [other, labels] of order.entries()) {
      assert.equal(Math.sign(compareLabels(one, labels)), Math.sign(index - other));
    }
  }
});
