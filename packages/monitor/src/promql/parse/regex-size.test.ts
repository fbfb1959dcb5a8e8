import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../interface.ts';
import { parseExpression } from './parser.ts';
import { repeatedCharacters } from './regex-size.ts';
import { PLAIN_PARSE_OPTIONS } from './testing/plain-options.ts';

test('repetitions count for what they add, also inside one another', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['node-[0-9]+.*|other', 0],
    ['[a-f0-9]{64}', 63],
    ['ab{3}c', 2],
    ['(ab){3,}', 6],
    ['(?:a{10}b){2,5}', 9 + 44],
    ['\\pL{5}\\p{Greek}{5}\\x{41}{5}', 12],
    ['[]{9}x]{4}[^]{9}]{4}', 6],
    ['\\{9}a\\[{3}', 2],
    ['\\Qa{9}(\\E{3}', 2],
    ['\\Q\\\\E{3}', 2],
    ['(?i)(?P<n>a{3})(?<m>a){3}', 2 + 2],
    ['a{0}b{0,0}', 0],
    ['a{,9}a{b}a{', 0],
    [')))a{3}((', 2],
  ];
  for (const [expression, expected] of cases) assert.equal(repeatedCharacters(expression), expected, expression);
});

test('the size of hostile expressions is told in linear time', () => {
  for (const part of ['[', '[[:', '\\p{', '\\Q', '(?P<', '(', '{1', '\\']) {
    assert.ok(repeatedCharacters(part.repeat(200_000 / part.length)) >= 0, part);
  }
});

test('a query whose repetitions add too much is refused with its place before it is compiled', () => {
  const refused = (text: string, message: RegExp): void =>
    assert.throws(
      () => parseExpression(text, PLAIN_PARSE_OPTIONS),
      (error) => error instanceof QueryError && error.type === 'bad_data' && message.test(error.message),
      text,
    );
  const large = '.{0,1000}'.repeat(6);
  const message = /parse error: the repetitions of the regular expressions add more than 10000 characters/;
  refused(`a{b=~"${large}${large}"}`, /^1:6: parse error: the repetitions/);
  refused(`a{b=~"${large}"} + a{b!~ # not\n '${large}'}`, /^2:2: parse error: the repetitions/);
  refused(`a{b=~"${large.replaceAll('{', '\\x7b')}", c=~\`${large}\`}`, message);
  for (const text of [`a{b=~"${large}"}`, `a{b="${large}${large}"}`, `a{b="c", d!="${large}${large}"}`]) {
    parseExpression(text, PLAIN_PARSE_OPTIONS);
  }
});
