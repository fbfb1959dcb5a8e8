// UTF-8 into an array that has room: at most 3 bytes for each UTF-16 unit. `TextEncoder` costs more than this for the some
// ten bytes of a name or a label. What is no valid Unicode, half of a surrogate pair, becomes U+FFFD, as it does there.

const SURROGATES_START = 0xd800;
const SURROGATES_END = 0xe000;
const SUPPLEMENTARY_START = 0x10000;
const REPLACEMENT = 0xfffd;

/** Writes `text` from `start` on; the answer is where it ends. */
export function writeUtf8(bytes: Uint8Array, start: number, text: string): number {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    if (code >= SURROGATES_START && code < SURROGATES_END) {
      code = text.codePointAt(i)!;
      if (code >= SUPPLEMENTARY_START) i++;
      else code = REPLACEMENT;
    }
    if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
    } else {
      if (code < SUPPLEMENTARY_START) {
        bytes[at++] = 0xe0 | (code >> 12);
      } else {
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return at;
}
