// Says what stands at the place where the grammar found no way on.

import type { QueryError } from '../interface.ts';
import { parseError } from './positions.ts';

const CALLED_NAME = /(?:^|[^A-Za-z0-9_:])([A-Za-z_][A-Za-z0-9_]*)\s*$/;
const NOT_CALLED = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'bool', 'offset']);
const TOKENS: readonly (readonly [form: RegExp, words: (token: string) => string])[] = [
  [/^(?:"[^"]*"?|'[^']*'?|`[^`]*`?)/, (token) => `string ${token}`],
  [/^[A-Za-z_:][A-Za-z0-9_:]*/, (token) => `identifier "${token}"`],
  [/^(?:[0-9]|\.[0-9])[0-9A-Za-z_.]*/, (token) => `number "${token}"`],
  [/^\(/, () => 'left parenthesis "("'],
  [/^\)/, () => 'right parenthesis ")"'],
  [/^[[\]{},@:]/, (token) => `"${token}"`],
  [/^(?:=~|!~|[=!<>]=|[-+*/%^<>=])/, (token) => `operator "${token}"`],
];

export function syntaxError(text: string, offset: number): QueryError {
  const rest = text.slice(offset).replace(/^(?:\s|#[^\n]*(?:\n|$))+/, '');
  const at = text.length - rest.length;
  if (text.replaceAll(/#[^\n]*/g, '').trim() === '') return parseError(text, 0, 'no expression found in input');
  if (rest === '') return parseError(text, text.length, 'unexpected end of input');
  if (rest.startsWith('(')) {
    const before = CALLED_NAME.exec(text.slice(0, at));
    const name = before?.[1];
    if (name !== undefined && !NOT_CALLED.has(name.toLowerCase())) {
      const nameAt = text.slice(0, at).lastIndexOf(name);
      return parseError(text, nameAt, `unknown function with name "${name}"`);
    }
  }
  for (const [form, words] of TOKENS) {
    const token = form.exec(rest)?.[0];
    if (token !== undefined) return parseError(text, at, `unexpected ${words(token.slice(0, 60))}`);
  }
  return parseError(text, at, `unexpected character: '${String.fromCodePoint(rest.codePointAt(0)!)}'`);
}
