import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from './labels.ts';
import { labelsPredicate, MAX_EXPRESSION_CHARACTERS, type Matcher, valuePredicate } from './matcher.ts';

function matches(operator: Matcher['operator'], wanted: string, value: string): boolean {
  return valuePredicate({ name: 'x', operator, value: wanted })(value);
}

test('regular expressions are anchored at both ends', () => {
  assert.ok(matches('=~', 'ab+', 'abbb'));
  assert.ok(!matches('=~', 'ab+', 'xabbb'));
  assert.ok(!matches('=~', 'ab+', 'abbbx'));
  assert.ok(!matches('=~', 'a|b', 'ab'));
  assert.ok(matches('!~', 'a|b', 'ab'));
});

test('a dot matches a line break too, as in Prometheus', () => {
  assert.ok(matches('=~', 'a.b', 'a\nb'));
  assert.ok(!matches('=~', 'a', 'a\n'));
});

test('RE2 syntax is understood', () => {
  assert.ok(matches('=~', '(?i)NODE-[[:digit:]]+', 'node-12'));
  assert.ok(matches('=~', '\\pL+', 'größe'));
});

test('an expression that is made to backtrack is answered in linear time', () => {
  assert.ok(!matches('=~', '(a+)+b', 'a'.repeat(10_000)));
});

test('a bad expression is refused with what is wrong', () => {
  assert.throws(() => valuePredicate({ name: 'x', operator: '=~', value: 'a(' }), /missing closing \)/);
});

test('an expression is as long as a large alternation of names needs it, and no longer', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `n${index}`);
  const alternation = names.join('|');
  assert.ok(alternation.length > 8192 && alternation.length < MAX_EXPRESSION_CHARACTERS);
  assert.ok(matches('=~', alternation, 'n1999'));
  assert.ok(!matches('=~', alternation, 'n2000'));
  const longest = 'a'.repeat(MAX_EXPRESSION_CHARACTERS);
  assert.ok(matches('=~', longest, longest));
  const refusal = /may have 16384 characters, and this one has 16385: ask in several queries/;
  for (const operator of ['=~', '!~'] as const) assert.throws(() => matches(operator, `${longest}a`, 'a'), refusal);
  assert.ok(matches('=', `${longest}a`, `${longest}a`));
});

test('each expression keeps its own answers, however many there were between, large ones too', () => {
  const expressions = Array.from({ length: 600 }, (_, index) => [`a${index}.*`, `(?:b${index}){2}`]).flat();
  for (const round of [1, 2]) {
    for (const [index, expression] of expressions.entries()) {
      const number = Math.floor(index / 2);
      const own = index % 2 === 0 ? `a${number}x` : `b${number}b${number}`;
      assert.ok(matches('=~', expression, own), `${expression} in round ${round}`);
      assert.ok(!matches('=~', expression, `${own[0]}-`), `${expression} in round ${round}`);
    }
  }
  for (const _ of [1, 2]) assert.throws(() => matches('=~', '(', 'a'), /missing closing \)/);
});

test('a label that is absent has the empty value', () => {
  const labels = labelsFromRecord({ __name__: 'up', job: 'a' });
  const test = (...matchers: Matcher[]) => labelsPredicate(matchers)(labels);
  assert.ok(test({ name: 'chain', operator: '=', value: '' }));
  assert.ok(test({ name: 'chain', operator: '=~', value: '.*' }));
  assert.ok(!test({ name: 'chain', operator: '!=', value: '' }));
  assert.ok(test({ name: 'job', operator: '=', value: 'a' }, { name: '__name__', operator: '!=', value: 'down' }));
  assert.ok(!test({ name: 'job', operator: '=', value: 'a' }, { name: '__name__', operator: '=', value: 'down' }));
});
