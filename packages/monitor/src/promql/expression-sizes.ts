// The regular expressions of one request together: they are compiled before anything else is known of the request, so what they
// hold and what their repetitions add is bounded for all of them.

import type { Matcher } from '../model/matcher.ts';
import { QueryError } from './interface.ts';
import { DEFAULT_QUERY_LIMITS } from './limits.ts';
import { MAX_REPEATED_CHARACTERS, repeatedCharacters } from './parse/regex-size.ts';

export class ExpressionSizes {
  #characters = 0;
  #repeated = 0;

  /** Before the matcher is compiled. @throws {QueryError} bad_data */
  add({ operator, value }: Matcher): void {
    if (operator === '=' || operator === '!=') return;
    this.#characters += value.length;
    if (this.#characters > DEFAULT_QUERY_LIMITS.maxQueryLength) {
      throw tooLarge(`have more than ${DEFAULT_QUERY_LIMITS.maxQueryLength} characters`);
    }
    this.#repeated += repeatedCharacters(value);
    if (this.#repeated > MAX_REPEATED_CHARACTERS) {
      throw tooLarge(`add more than ${MAX_REPEATED_CHARACTERS} characters by their repetitions`);
    }
  }
}

function tooLarge(what: string): QueryError {
  return new QueryError('bad_data', `the regular expressions of the request ${what}: send fewer, or shorter ones`);
}
