// Bounds on the shape of an expression, judged by a scan of its characters before the grammar sees it. The LR parser
// keeps open brackets and right-associative operators on a stack of limited size and takes superlinear time over long
// chains of signs, so both are bounded here, where the error can name the place. Regular expressions are compiled while
// the tree is read, so what their repetitions add is bounded here too.

import { QueryError } from '../interface.ts';
import type { ParseLimits } from '../limits.ts';
import { LiteralError, stringValue } from './literals.ts';
import { parseError } from './positions.ts';
import { MAX_REPEATED_CHARACTERS, repeatedCharacters } from './regex-size.ts';

const OPENING = '([{';
const CLOSING = ')]}';
const OPERATOR = /(?:<\/|>\/|[=!<>]=|[=!]~|[-+*/%^<>]|\b(?:and|or|unless|atan2)\b)/iy;
const EXPONENT_SIGN = /[0-9.][eE]$/;

export function checkBounds(text: string, limits: ParseLimits): void {
  if (text.length > limits.maxQueryLength) {
    throw new QueryError('bad_data', `the query has ${text.length} characters, the limit is ${limits.maxQueryLength}`);
  }
  let depth = 0;
  let operators = 0;
  let repeated = 0;
  /** Whether the next string is what `=~` or `!~` matches with. */
  let isRegex = false;
  let index = 0;
  while (index < text.length) {
    const character = text[index]!;
    const opaqueEnd = endOfOpaque(text, index);
    if (opaqueEnd > index) {
      if (isRegex && character !== '#') repeated += repeatedCharactersOf(text.slice(index, opaqueEnd));
      if (repeated > MAX_REPEATED_CHARACTERS) {
        throw parseError(
          text,
          index,
          `the repetitions of the regular expressions add more than ${MAX_REPEATED_CHARACTERS} characters`,
        );
      }
      if (character !== '#') isRegex = false;
      index = opaqueEnd;
      continue;
    }
    if (OPENING.includes(character) && ++depth > limits.maxNestingDepth) {
      throw parseError(text, index, `brackets are nested deeper than the limit of ${limits.maxNestingDepth}`);
    }
    if (CLOSING.includes(character)) depth--;
    OPERATOR.lastIndex = index;
    const operator = OPERATOR.exec(text);
    if (operator === null) {
      index++;
      continue;
    }
    const isExponent = '+-'.includes(operator[0]) && EXPONENT_SIGN.test(text.slice(Math.max(0, index - 2), index));
    if (!isExponent && ++operators > limits.maxOperators) {
      throw parseError(text, index, `more operators than the limit of ${limits.maxOperators}`);
    }
    isRegex = operator[0].endsWith('~');
    index += operator[0].length;
  }
}

/** Of a string as it is written; none of one that cannot be read, which is refused later. */
function repeatedCharactersOf(quoted: string): number {
  try {
    return repeatedCharacters(stringValue(quoted));
  } catch (cause) {
    if (!(cause instanceof LiteralError)) throw cause;
    return 0;
  }
}

/** Where the string or comment that starts here ends; the index itself when none starts here. */
function endOfOpaque(text: string, start: number): number {
  const character = text[start]!;
  if (character === '#') {
    const newline = text.indexOf('\n', start);
    return newline === -1 ? text.length : newline;
  }
  if (character !== '"' && character !== "'" && character !== '`') return start;
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === character) return index + 1;
    if (text[index] === '\\' && character !== '`') index++;
  }
  return text.length;
}
