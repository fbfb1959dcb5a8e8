// Cuts a template into tokens, by the rules of https://pkg.go.dev/text/template. What cannot be a token becomes the last one,
// of the kind `error`: the parser may find something wrong before it.

import { quoted } from '../../../promql/go-text.ts';
import type { Token, TokenKind } from './tokens.ts';

const SPACES = /[ \t\r\n]*/y;
const LEFT_TRIM = /-[ \t\r\n]/y;
const RIGHT_DELIMITER = /(?:[ \t\r\n]-)?\}\}/y;
const WORD = /[\p{L}\p{Nd}_]*/uy;
const WORD_END = /$|[ \t\r\n.,|:)(]|\}\}/y;
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
const QUOTED = /"(?:[^"\\\n]|\\[^\n])*"/uy;
const RAW_QUOTED = /`[^`]*`/y;
const CHARACTER_CONSTANT = /'(?:[^'\\\n]|\\[^\n])*'/uy;
const PRINTABLE_ASCII = /^[ -~]$/;
const UNPRINTABLE = /^[^\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);

/** The last one is `end` or `error`. */
export function tokensOf(text: string): Token[] {
  return new Lexer(text).tokens();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #lineCountedTo = 0;
  #parentheses = 0;

  constructor(text: string) {
    this.#text = text;
  }

  tokens(): Token[] {
    while (this.#betweenActions() && this.#action()) {
      // Both go on by themselves.
    }
    return this.#tokens;
  }

  /** Up to behind the next `{{`; false where there is none. */
  #betweenActions(): boolean {
    while (true) {
      const opens = this.#text.indexOf('{{', this.#at);
      if (opens === -1) {
        if (this.#at < this.#text.length) this.#add('text', this.#text.length);
        return this.#add('end', this.#text.length) && false;
      }
      const isTrimmed = matchLength(LEFT_TRIM, this.#text, opens + 2) > 0;
      const before = this.#text.slice(this.#at, opens);
      const keptLength = isTrimmed ? lengthWithoutSpaces(before) : before.length;
      if (keptLength > 0) this.#add('text', this.#at + keptLength);
      this.#at = opens;
      const body = opens + 2 + (isTrimmed ? 2 : 0);
      if (!this.#text.startsWith('/*', body)) {
        this.#add('left-delimiter', opens + 2);
        this.#at = body;
        this.#parentheses = 0;
        return true;
      }
      this.#at = body;
      if (!this.#comment()) return false;
    }
  }

  #comment(): boolean {
    const ends = this.#text.indexOf('*/', this.#at + 2);
    if (ends === -1) return this.#wrong('unclosed comment');
    const length = matchLength(RIGHT_DELIMITER, this.#text, ends + 2);
    if (length === 0) return this.#wrong('comment ends before closing delimiter');
    this.#at = ends + 2 + length;
    if (length > 2) this.#at += matchLength(SPACES, this.#text, this.#at);
    return true;
  }

  /** Up to behind the next `}}`; false where something is wrong. */
  #action(): boolean {
    while (true) {
      const delimiter = matchLength(RIGHT_DELIMITER, this.#text, this.#at);
      if (delimiter > 0) {
        if (this.#parentheses > 0) return this.#wrong('unclosed left paren');
        this.#at += delimiter - 2;
        this.#add('right-delimiter', this.#at + 2);
        if (delimiter > 2) this.#at += matchLength(SPACES, this.#text, this.#at);
        return true;
      }
      if (!this.#insideAction()) return false;
    }
  }

  /** One token; false where something is wrong. */
  #insideAction(): boolean {
    if (this.#at >= this.#text.length) return this.#wrong('unclosed action');
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    switch (character) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return this.#space();
      case '=':
        return this.#add('assign', this.#at + 1);
      case ':':
        return this.#text[this.#at + 1] === '=' ? this.#add('declare', this.#at + 2) : this.#wrong('expected :=');
      case '|':
        return this.#add('pipe', this.#at + 1);
      case '"':
        return this.#form(QUOTED, 'string', 'unterminated quoted string');
      case '`':
        return this.#form(RAW_QUOTED, 'raw-string', 'unterminated raw quoted string');
      case "'":
        return this.#form(CHARACTER_CONSTANT, 'character-constant', 'unterminated character constant');
      case '$':
        return this.#fieldOrVariable('variable');
      case '.':
        return /^\.(?:[0-9]|$)/.test(this.#text.slice(this.#at, this.#at + 2))
          ? this.#number()
          : this.#fieldOrVariable('field');
      case '(':
        this.#parentheses++;
        return this.#add('left-parenthesis', this.#at + 1);
      case ')':
        if (this.#parentheses === 0) return this.#wrong('unexpected right paren');
        this.#parentheses--;
        return this.#add('right-parenthesis', this.#at + 1);
      default:
        return this.#other(character);
    }
  }

  #other(character: string): boolean {
    if (/[-+0-9]/.test(character)) return this.#number();
    if (matchLength(WORD, this.#text, this.#at) > 0) return this.#identifier();
    if (PRINTABLE_ASCII.test(character)) return this.#add('character', this.#at + 1);
    return this.#wrong(`unrecognized character in action: ${describedCharacter(character)}`);
  }

  /** Not the last one where `-}}` follows: it belongs to the delimiter. */
  #space(): boolean {
    const ends = this.#at + matchLength(SPACES, this.#text, this.#at);
    return this.#add('space', this.#text.startsWith('-}}', ends) ? ends - 1 : ends);
  }

  #form(form: RegExp, kind: TokenKind, otherwise: string): boolean {
    const length = matchLength(form, this.#text, this.#at);
    return length > 0 ? this.#add(kind, this.#at + length) : this.#wrong(otherwise);
  }

  #identifier(): boolean {
    const ends = this.#at + matchLength(WORD, this.#text, this.#at);
    if (!this.#isWordEnd(ends)) return this.#wrongCharacter(ends);
    const word = this.#text.slice(this.#at, ends);
    if (KEYWORDS.has(word)) return this.#add('keyword', ends);
    if (word === 'nil') return this.#add('nil', ends);
    return this.#add(word === 'true' || word === 'false' ? 'bool' : 'identifier', ends);
  }

  #fieldOrVariable(kind: 'field' | 'variable'): boolean {
    const start = this.#at + 1;
    if (this.#isWordEnd(start)) return this.#add(kind === 'field' ? 'dot' : 'variable', start);
    const ends = start + matchLength(WORD, this.#text, start);
    return this.#isWordEnd(ends) ? this.#add(kind, ends) : this.#wrongCharacter(ends);
  }

  #number(): boolean {
    let ends = this.#endOfNumber(this.#at);
    const isComplex = ends.isNumber && /[-+]/.test(this.#text[ends.at] ?? '');
    if (isComplex) ends = this.#endOfNumber(ends.at);
    if (!ends.isNumber || (isComplex && this.#text[ends.at - 1] !== 'i')) {
      return this.#wrong(`bad number syntax: ${quoted(this.#text.slice(this.#at, ends.at))}`);
    }
    return this.#add(isComplex ? 'complex' : 'number', ends.at);
  }

  /** With the character that must not follow. */
  #endOfNumber(from: number): { readonly at: number; readonly isNumber: boolean } {
    const at = from + matchLength(NUMBER, this.#text, from);
    const follows = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
    return /^[\p{L}\p{Nd}_]$/u.test(follows) ? { at: at + follows.length, isNumber: false } : { at, isNumber: true };
  }

  #isWordEnd(at: number): boolean {
    WORD_END.lastIndex = at;
    return WORD_END.test(this.#text);
  }

  #wrongCharacter(at: number): boolean {
    return this.#wrong(`bad character ${describedCharacter(String.fromCodePoint(this.#text.codePointAt(at)!))}`);
  }

  #wrong(message: string): false {
    this.#tokens.push({ kind: 'error', text: message, at: this.#at, line: this.#lineAt(this.#at) });
    return false;
  }

  #add(kind: TokenKind, ends: number): true {
    this.#tokens.push({ kind, text: this.#text.slice(this.#at, ends), at: this.#at, line: this.#lineAt(this.#at) });
    this.#at = ends;
    return true;
  }

  #lineAt(at: number): number {
    for (; this.#lineCountedTo < at; this.#lineCountedTo++) if (this.#text[this.#lineCountedTo] === '\n') this.#line++;
    return this.#line;
  }
}

function matchLength(form: RegExp, text: string, at: number): number {
  form.lastIndex = at;
  return form.exec(text)?.[0].length ?? 0;
}

/** Without those at the end. */
function lengthWithoutSpaces(text: string): number {
  let length = text.length;
  while (length > 0 && ' \t\r\n'.includes(text[length - 1]!)) length--;
  return length;
}

/** `U+0071 'q'`. */
function describedCharacter(character: string): string {
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  return UNPRINTABLE.test(character) ? code : `${code} '${character}'`;
}
