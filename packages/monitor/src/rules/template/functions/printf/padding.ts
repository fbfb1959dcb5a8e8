// Brings a text to the width that a format asks for.

import { MAX_EXPANSION_CHARACTERS } from '../../limits.ts';
import { type BoundedText, tooManyCharacters } from '../call-context.ts';
import type { Flags } from './flags.ts';

/** @throws {BoundExceeded} */
export function addPadded(output: BoundedText, text: string, flags: Flags): void {
  const missing = (flags.width ?? 0) - characterCount(text);
  if (flags.minus) {
    output.add(text);
    output.addRepeated(' ', missing);
  } else {
    output.addRepeated(flags.zero ? '0' : ' ', missing);
    output.add(text);
  }
}

/** Before anything of that size is made. @throws {BoundExceeded} */
export function checkSizes({ width = 0, precision = 0 }: Flags): void {
  if (width > MAX_EXPANSION_CHARACTERS || precision > MAX_EXPANSION_CHARACTERS) throw tooManyCharacters();
}

export function withoutZero(flags: Flags): Flags {
  const { zero: _, ...others } = flags;
  return others;
}

function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
