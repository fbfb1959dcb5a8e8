// Series selectors by themselves, as `match[]` of the API carries them.

import type { Matcher } from '../model/matcher.ts';
import { DEFAULT_QUERY_LIMITS } from './limits.ts';
import { parseExpression } from './parse/parser.ts';
import { parseError } from './parse/positions.ts';

/**
 * The matchers of `name{label="value", …}`.
 * @throws {QueryError} bad_data, with the position, when the text is anything but an instant vector selector.
 */
export function parseSelector(text: string): Matcher[] {
  const syntax = parseExpression(text, DEFAULT_QUERY_LIMITS);
  if (syntax.kind !== 'selector') throw parseError(text, 0, 'expected a series selector, such as up{job="node"}');
  if (syntax.rangeMs !== undefined || syntax.offsetMs !== undefined || syntax.at !== undefined) {
    throw parseError(text, 0, 'a series selector takes no range, offset or @');
  }
  return [...syntax.matchers];
}
