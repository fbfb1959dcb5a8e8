// A regular expression that matches no value.

import type { Trap } from '../interface.ts';
import { valueReports } from './unknown-label-value.ts';

export const REGEX_MATCHES_NOTHING: Trap = {
  code: 'regex-matches-nothing',
  level: 'error',
  title: 'A regular expression that matches no value',
  why: 'Regular expressions are anchored at both ends, so one that is meant for a part of a value matches none, and the selector never finds a series.',
  mend: 'Write the whole value, or `.*` where anything may stand.',
  *examine(subject) {
    yield* valueReports(subject, '=~');
  },
};
