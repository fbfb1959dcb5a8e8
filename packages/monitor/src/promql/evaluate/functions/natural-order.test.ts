import assert from 'node:assert/strict';
import { test } from 'node:test';
import { precedesNaturally } from './natural-order.ts';

test('numbers in a text are compared as numbers', () => {
  const ordered = ['1', '2', '10', 'a1b2', 'a1b10', 'node2', 'node10', 'node10x'];
  for (const [index, text] of ordered.entries()) {
    for (const later of ordered.slice(index + 1)) {
      assert.equal(precedesNaturally(text, later), true, `${text} before ${later}`);
      assert.equal(precedesNaturally(later, text), false, `${later} after ${text}`);
    }
  }
});

test('a number beyond 64 bits is a text, and nothing comes before or after a missing one', () => {
  assert.equal(precedesNaturally('99999999999999999999', '100'), false);
  assert.equal(precedesNaturally('', 'a'), false);
  assert.equal(precedesNaturally('a', ''), false);
});
