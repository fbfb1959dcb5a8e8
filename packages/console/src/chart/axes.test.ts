import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markTexts } from './axes.ts';

test('marks of large numbers are short', () => {
  assert.deepEqual(markTexts([0, 5e15, 1e16], 'count'), ['0', '5,000 T', '10,000 T']);
  assert.deepEqual(markTexts([0, 15_000_000, 30_000_000], 'none'), ['0', '15 M', '30 M']);
  assert.deepEqual(markTexts([0, 500, 1000], 'count'), ['0', '500', '1,000']);
});

test('marks that would look alike when short are written in full', () => {
  assert.deepEqual(markTexts([21_000_040, 21_000_060], 'none'), ['21,000,040', '21,000,060']);
});

test('nothing has no unit, so that no axis has marks in two of them', () => {
  assert.deepEqual(markTexts([0, 4, 8], 'wei'), ['0', '4 wei', '8 wei']);
});

test('a mark that the chart leaves out has no text', () => {
  assert.deepEqual(markTexts([null, 2e6, null], 'none'), ['', '2 M', '']);
});
