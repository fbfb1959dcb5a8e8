// Text in quotes as Go's source has it, with escapes for what cannot be seen, or for all that is not ASCII.

import { quoted } from '../../../../promql/go-text.ts';

export function quotedText(text: string, quote: '"' | "'", isAscii: boolean): string {
  let body = quoted(text).slice(1, -1);
  if (quote === "'") body = body.replaceAll('\\"', '"').replaceAll("'", "\\'");
  if (isAscii) body = body.replaceAll(/[^\0-\u007f]/gu, unicodeEscape);
  return quote + body + quote;
}

function unicodeEscape(character: string): string {
  const digits = character.codePointAt(0)!.toString(16);
  return digits.length > 4 ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/** In back quotes, where nothing is escaped. */
export function canBeRaw(text: string): boolean {
  const hidden = /[^\t\P{Cc}]/gu;
  const isHidden = text.match(hidden)?.some((character) => character <= '\u007f') ?? false;
  return !isHidden && !/[`\ufeff]/.test(text);
}
