// Strings by the verbs of a format: as they are, quoted, or as the hexadecimal digits of their bytes.

import type { BoundedText } from '../call-context.ts';
import type { Flags } from './flags.ts';
import { addPadded } from './padding.ts';
import { canBeRaw, quotedText } from './quoted-text.ts';

/** False where the verb is not one for text. */
export function writeText(output: BoundedText, value: string, verb: string, flags: Flags): boolean {
  switch (verb) {
    case 'v':
      if (flags.asSource) writeQuoted(output, value, flags);
      else addPadded(output, truncated(value, flags), flags);
      return true;
    case 's':
      addPadded(output, truncated(value, flags), flags);
      return true;
    case 'q':
      writeQuoted(output, value, flags);
      return true;
    case 'x':
    case 'X':
      writeBytes(output, value, verb, flags);
      return true;
    default:
      return false;
  }
}

function writeQuoted(output: BoundedText, value: string, flags: Flags): void {
  const shown = truncated(value, flags);
  const isRaw = flags.sharp && canBeRaw(shown);
  addPadded(output, isRaw ? `\`${shown}\`` : quotedText(shown, '"', flags.plus === true), flags);
}

function truncated(value: string, { precision }: Flags): string {
  if (precision === undefined || value.length <= precision) return value;
  return Array.from(value).slice(0, precision).join('');
}

function writeBytes(output: BoundedText, value: string, verb: 'x' | 'X', flags: Flags): void {
  const bytes = Buffer.from(value).subarray(0, flags.precision);
  if (bytes.length === 0) {
    output.addRepeated(flags.zero && !flags.minus ? '0' : ' ', flags.width ?? 0);
    return;
  }
  const prefix = flags.sharp ? `0${verb}` : '';
  const pairs = bytes.toString('hex').match(/../g)!;
  const digits = flags.space ? pairs.map((pair) => prefix + pair).join(' ') : prefix + pairs.join('');
  addPadded(output, verb === 'X' ? digits.toUpperCase() : digits, flags);
}
