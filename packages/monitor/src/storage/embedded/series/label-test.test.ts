import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MatchOperator } from '../../../model/matcher.ts';
import { valuePredicate } from '../../../model/matcher.ts';
import { labelTest } from './label-test.ts';
import { EXPRESSION_SAMPLES, VALUE_SAMPLES } from './testing/arbitraries.ts';

const test = (operator: MatchOperator, value: string) => labelTest({ name: 'n', operator, value });

const HARD_EXPRESSIONS = [
  'a-b',
  'a\\-b',
  'ab*',
  'ab{0}',
  'ab?c',
  'a\\|b',
  '(a)|b',
  '(?:ab)',
  '(a\\))',
  'a\\d',
  '^a$',
  'a$',
];
const HARD_VALUES = ['a-b', 'a|b', 'a)', 'a1', 'ac', 'abb', 'a\\', 'a\nb'];

describe('the test of a label', () => {
  it('answers as the matcher does, for every operator', () => {
    for (const operator of ['=', '!=', '=~', '!~'] as const) {
      for (const wanted of [...EXPRESSION_SAMPLES, ...HARD_EXPRESSIONS]) {
        const expected = valuePredicate({ name: 'n', operator, value: wanted });
        const actual = test(operator, wanted);
        assert.equal(actual.takesAbsent, expected(''));
        for (const value of [...VALUE_SAMPLES, ...HARD_VALUES]) {
          // Twice: the second answer is remembered.
          for (const _ of [1, 2])
            assert.equal(actual.takes(value), expected(value), `${operator}${wanted} on ${value}`);
          if (value === '' || actual.decisive === undefined) continue;
          assert.equal(actual.takes(value) !== actual.takesAbsent, actual.decisive.includes(value));
        }
      }
    }
  });

  it('knows the values of literals and of alternatives of literals', () => {
    assert.deepEqual(test('=~', 'a|b|a').decisive, ['a', 'b']);
    assert.deepEqual(test('!~', '(?:10\\.0|x-y)').decisive, ['10.0', 'x-y']);
    assert.deepEqual(test('!=', 'a.*').decisive, ['a.*']);
    assert.equal(test('=~', 'a.*').decisive, undefined);
    assert.equal(test('=', '').decisive, undefined);
    assert.equal(test('=~', 'a|').decisive, undefined);
  });

  it('refuses an expression that is not valid, also behind a literal', () => {
    for (const wrong of ['(', 'a(', 'abc[', '*', '(a\\)', 'a\\']) assert.throws(() => test('=~', wrong));
  });
});
