// Says what stands at the place where the grammar found no way on.

import { quoted, quotedCharacter } from '../go-text.ts';
import type { QueryError } from '../interface.ts';
import { parseError } from './positions.ts';

const CALLED_NAME = /(?:^|[^A-Za-z0-9_:])([A-Za-z_][A-Za-z0-9_]*)\s*$/;
const NOT_CALLED = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'bool', 'offset']);
const KEYWORDS: Readonly<Record<string, string>> = {
  and: 'op:and',
  or: 'op:or',
  unless: 'op:unless',
  atan2: 'op:atan2',
  sum: 'aggr:sum',
  avg: 'aggr:avg',
  count: 'aggr:count',
  min: 'aggr:min',
  max: 'aggr:max',
  group: 'aggr:group',
  stddev: 'aggr:stddev',
  stdvar: 'aggr:stdvar',
  topk: 'aggr:topk',
  bottomk: 'aggr:bottomk',
  count_values: 'aggr:count_values',
  quantile: 'aggr:quantile',
  limitk: 'aggr:limitk',
  limit_ratio: 'aggr:limit_ratio',
  offset: 'offset',
  smoothed: 'smoothed',
  anchored: 'anchored',
  by: 'by',
  without: 'without',
  on: 'on',
  ignoring: 'ignoring',
  group_left: 'group_left',
  group_right: 'group_right',
  bool: 'bool',
};
/** What Prometheus shows of a literal that is longer. */
const SHOWN_CHARACTERS = 10;
const TOKENS: readonly (readonly [form: RegExp, words: (token: string) => string])[] = [
  [/^(?:"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?|`[^`]*`?)/, (token) => `string ${shown(token)}`],
  [/^[A-Za-z_:][A-Za-z0-9_:]*/, wordText],
  [/^[0-9]+(?:ms|[smhdwy])[0-9a-z]*/, (token) => `duration ${shown(token)}`],
  [/^(?:[0-9]|\.[0-9])[0-9A-Za-z_.]*/, (token) => `number ${shown(token)}`],
  [/^(?:=(?![=~])|[()[\]{},:])/, (token) => `"${token}"`],
  [/^(?:=~|!~|<\/|>\/|[=!<>]=|[-+*/%^<>@])/, (token) => `<op:${token}>`],
];

function wordText(token: string): string {
  const word = token.toLowerCase();
  if (word === 'inf' || word === 'nan') return `number ${shown(token)}`;
  const keyword = Object.hasOwn(KEYWORDS, word) ? KEYWORDS[word] : undefined;
  if (keyword !== undefined) return `<${keyword}>`;
  return `${token.includes(':') ? 'metric identifier' : 'identifier'} ${quoted(token)}`;
}

function shown(token: string): string {
  const characters = Array.from(token);
  if (characters.length <= SHOWN_CHARACTERS) return quoted(token);
  return `${quoted(characters.slice(0, SHOWN_CHARACTERS).join(''))}...`;
}

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
  return unexpectedToken(text, at);
}

/** What stands at a place, neither blank nor comment, may not be there. */
export function unexpectedToken(text: string, at: number): QueryError {
  const rest = text.slice(at);
  if (rest === '') return parseError(text, at, 'unexpected end of input');
  for (const [form, words] of TOKENS) {
    const token = form.exec(rest)?.[0];
    if (token !== undefined) return parseError(text, at, `unexpected ${words(token)}`);
  }
  return parseError(text, at, `unexpected character: ${quotedCharacter(text, at)}`);
}
