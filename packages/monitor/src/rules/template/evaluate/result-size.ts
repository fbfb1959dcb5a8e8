// How much text a value holds by itself: functions may neither make too much of it nor read it for nothing.

import { tooManyCharacters } from '../functions/call-context.ts';
import { MAX_EXPANSION_CHARACTERS } from '../limits.ts';
import type { Value } from '../values.ts';

export const CHARACTERS_PER_STEP = 100;

export function lengthOf(value: Value): number {
  switch (value.kind) {
    case 'text':
      return value.value.length;
    case 'interface':
      return lengthOf(value.inner);
    case 'list':
      return value.to - value.from;
    default:
      return 0;
  }
}

/** @throws {BoundExceeded} */
export function checkedResult(value: Value): Value {
  if (value.kind === 'text' && value.value.length > MAX_EXPANSION_CHARACTERS) throw tooManyCharacters();
  return value;
}
