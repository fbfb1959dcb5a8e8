// What stands for a variable of a dashboard: any value at all. Nothing follows from it.

import type { Matcher } from '../../model/matcher.ts';

export const ANY_VALUE = '__any_value__';

export function isAny(text: string): boolean {
  return text.includes(ANY_VALUE);
}

/** Those that say something. */
export function knownMatchers(matchers: readonly Matcher[]): readonly Matcher[] {
  return matchers.filter(({ value }) => !isAny(value));
}
