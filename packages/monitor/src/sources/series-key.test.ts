import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelsFrom } from '../model/labels.ts';
import { labelsOfKey, seriesKey } from './series-key.ts';

const anyText = fc.string({ unit: fc.constantFrom('a', ',', '1', '0', '\0', '\n', '😀', '\ud800'), maxLength: 12 });
const anyLabels = fc.array(fc.tuple(anyText, anyText), { maxLength: 6 }).map(labelsFrom);

test('the key gives the labels again, and other labels have another key', () => {
  fc.assert(
    fc.property(anyLabels, anyLabels, (one, other) => {
      assert.deepEqual(labelsOfKey(seriesKey(one)), one);
      assert.equal(seriesKey(one) === seriesKey(other), JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});
