// Texts as bytes: UTF-8, with lone surrogates written like any other code point of three bytes (known as WTF-8). So every
// string of JavaScript comes back as it was, which UTF-8 alone cannot promise. Source: https://simonsapin.github.io/wtf-8/.

import { DamagedBytes } from '../../sqlite/failures.ts';

const REPLACEMENT = '\ufffd';
const SURROGATE_FIRST = 0xd800;
const SURROGATE_LAST = 0xdfff;

export function bytesOfText(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  // Iteration pairs surrogates where it can, so what is left alone is alone.
  for (const character of text) {
    const code = character.codePointAt(0)!;
    parts.push(isSurrogate(code) ? surrogateBytes(code) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** @throws {DamagedBytes} */
export function textOfBytes(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  // What is not UTF-8 shows as a replacement character, which may also be meant.
  return text.includes(REPLACEMENT) ? textOfAny(bytes.subarray(start, end)) : text;
}

function textOfAny(bytes: Buffer): string {
  let text = '';
  let plain = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at] !== 0xed || bytes[at + 1]! < 0xa0) continue;
    text += strictText(bytes.subarray(plain, at));
    const code = 0xd000 | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
    if (!isSurrogate(code) || bytes[at + 1]! > 0xbf || bytes[at + 2]! >> 6 !== 2) throw notText();
    text += String.fromCharCode(code);
    plain = at + 3;
    at += 2;
  }
  return text + strictText(bytes.subarray(plain));
}

function strictText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (text.includes(REPLACEMENT) && !Buffer.from(text, 'utf8').equals(bytes)) throw notText();
  return text;
}

function isSurrogate(code: number): boolean {
  return code >= SURROGATE_FIRST && code <= SURROGATE_LAST;
}

function surrogateBytes(code: number): Buffer {
  return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
}

function notText(): DamagedBytes {
  return new DamagedBytes('a text of a series is not made of characters');
}
