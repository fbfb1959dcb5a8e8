import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Matcher } from '../model/matcher.ts';
import { ExpressionSizes } from './expression-sizes.ts';
import { failure } from './testing/questions.ts';

function matcher(value: string, operator: Matcher['operator'] = '=~'): Matcher {
  return { name: 'a', operator, value };
}

test('the regular expressions of a request are bounded together', async () => {
  const refuses = (values: readonly string[], message: RegExp): Promise<void> =>
    assert.rejects(
      async () => {
        const sizes = new ExpressionSizes();
        for (const value of values) sizes.add(matcher(value));
      },
      failure('bad_data', message),
    );
  await refuses(Array(20).fill('(?:x|y){0,1000}'), /add more than 10000 characters/);
  await refuses(Array(20).fill('x'.repeat(4000)), /have more than 65536 characters/);
  const sizes = new ExpressionSizes();
  for (let round = 0; round < 9; round++) sizes.add(matcher('.{0,1000}', '!~'));
  for (let round = 0; round < 100; round++) sizes.add(matcher('x'.repeat(4000), '='));
});
