// `format_query` and `parse_query`: an expression written well, and what it is made of.

import { apiErrorOf } from './error.ts';
import { quote } from './format.ts';
import type { Parameters } from './parameters.ts';
import type { Answer } from './render.ts';
import { renderJson } from './render-json.ts';
import type { QueryLanguage } from './served-settings.ts';

/** @throws {ApiError} */
export function answerFormatted(parameters: Parameters, language: QueryLanguage): Answer {
  const expression = parameters.first('query');
  return { data: [quote(named(() => language.format(expression)))] };
}

/** @throws {ApiError} */
export function answerParsed(parameters: Parameters, language: QueryLanguage): Answer {
  const expression = parameters.first('query');
  return { data: [renderJson(named(() => language.tree(expression)))] };
}

function named<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw apiErrorOf(error, 'query');
  }
}
