// `html`, `js`, `urlquery`: text made fit for another language, escaped as Go's templates do.

import { text } from '../values.ts';
import { printable, printed } from './printf/printer.ts';
import type { Functions, Signature } from './signature.ts';

export const ESCAPING: Functions = {
  html: escaping(htmlText),
  js: escaping(scriptText),
  urlquery: escaping(queryText),
};

function escaping(by: (plain: string) => string): Signature {
  return { parameters: [], rest: 'interface {}', call: (values) => text(by(printed(values.map(printable)))) };
}

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

function htmlText(plain: string): string {
  return plain.replaceAll(/[\0"'&<>]/g, (character) => HTML[character]!);
}

const SCRIPT: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};
const DELETE = 0x7f;
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

function scriptText(plain: string): string {
  return plain.replaceAll(/[\\'"<>&=]|\p{Cc}|\P{ASCII}/gu, (character) => {
    const short = SCRIPT[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0)!;
    if (code === DELETE || (code > DELETE && !UNPRINTABLE.test(character))) return character;
    return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** As in the query of an address: a space is `+`. */
export function queryText(plain: string): string {
  return encodeURIComponent(plain.toWellFormed())
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
