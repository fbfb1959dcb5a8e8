import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from './interface.ts';
import { parseSelector, selectorsIn } from './selector.ts';

test('a selector gives its matchers, the name among them', () => {
  assert.deepEqual(parseSelector('up{job=~"a|b"}'), [
    { name: 'job', operator: '=~', value: 'a|b' },
    { name: '__name__', operator: '=', value: 'up' },
  ]);
});

test('anything but a plain selector is refused', () => {
  for (const text of [
    '{a=~".*"}',
    'up anchored',
    'up[5m:]',
    'up[5m]',
    'up offset 1m',
    'up @ 5',
    'rate(up[5m])',
    '1',
    'up + up',
    '{}',
    '',
    'up{',
  ]) {
    assert.throws(
      () => parseSelector(text),
      (error) => error instanceof QueryError && error.type === 'bad_data',
      text,
    );
  }
});

test('what is wrong with a selector is told where it is', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'unknown position: parse error: unexpected end of input'],
    ['# up', '1:5: parse error: unexpected end of input'],
    ['sum(x)', '1:4: parse error: unexpected "("'],
    ['(up)', '1:1: parse error: unexpected "("'],
    ['up[5m]', '1:3: parse error: unexpected "["'],
    ['up{a="}"} offset 5m', '1:11: parse error: unexpected <offset>'],
    ['up\n + 1', '2:2: parse error: unexpected <op:+>'],
    ['up)', "1:4: parse error: unexpected right parenthesis ')'"],
    ['up]', "1:3: parse error: unexpected right bracket ']'"],
    ['up}', "1:3: parse error: unexpected character: '}'"],
    ['up{a="b"', '1:9: parse error: unexpected end of input inside braces'],
    ['NaN', '1:1: parse error: unexpected number "NaN"'],
    ['"up"', '1:1: parse error: unexpected string "\\"up\\""'],
  ];
  for (const [text, message] of cases) assert.throws(() => parseSelector(text), { message }, text);
});

test('an expression is made of selectors, however deep they are', () => {
  const name = (value: string) => ({ name: '__name__', operator: '=', value });
  const text = 'sum by (le) (rate(a{x="1"}[5m])) / -(b + on (job) topk(3, c offset 1m)) > 1';
  assert.deepEqual(selectorsIn(text), [
    [{ name: 'x', operator: '=', value: '1' }, name('a')],
    [name('b')],
    [name('c')],
  ]);
  assert.deepEqual(selectorsIn('max_over_time((d or e anchored)[1h:] offset 5m)'), [[name('d')], [name('e')]]);
  assert.deepEqual(selectorsIn('1 + time()'), []);
  assert.throws(() => selectorsIn('a + "b"'), QueryError);
  assert.throws(() => selectorsIn('sum('), QueryError);
});
