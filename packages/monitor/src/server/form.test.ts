import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formProblem, readForm } from './form.ts';

function read(text: string): Record<string, unknown> {
  return { ...readForm(text) };
}

test('names and values are decoded, and what comes several times is a list', () => {
  assert.deepEqual(read('a=1&b=x+y%2Bz&a=2&a=%C3%A9&&c&d=='), { a: ['1', '2', 'é'], b: 'x y+z', c: '', d: '=' });
  assert.deepEqual(read('match%5B%5D=up&=x'), { 'match[]': 'up', '': 'x' });
  assert.deepEqual(read(''), {});
});

test('bytes that are no UTF-8 become the character that stands for them', () => {
  assert.deepEqual(read('a=%ff&b=%e2%28x%C3%A9'), { a: '\ufffd', b: '\ufffd(xé' });
});

test('a pair that cannot be decoded is left out, and the first is remembered', () => {
  const cases = [
    ['a=1&b=%zz&c=%', { a: '1' }, 'invalid URL escape "%zz"'],
    ['c=%4', {}, 'invalid URL escape "%4"'],
    ['%=1&a=2', { a: '2' }, 'invalid URL escape "%"'],
    ['a=1;b=2&c=3', { c: '3' }, 'invalid semicolon separator in query'],
  ] as const;
  for (const [text, expected, problem] of cases) {
    const form = readForm(text);
    assert.deepEqual({ ...form }, expected, text);
    assert.equal(formProblem(form), problem, text);
  }
  assert.equal(formProblem(readForm('a=1')), undefined);
  assert.equal(formProblem(undefined), undefined);
});

test('no name reaches what objects inherit', () => {
  const form = readForm('__proto__=x&constructor=y');
  assert.deepEqual(Object.keys(form), ['__proto__', 'constructor']);
  assert.equal(Object.getPrototypeOf(form), null);
});
