// Goes over the tokens of a template, looks ahead, and says what is wrong with them.

import type { Token, TokenKind } from './tokens.ts';
import { describedToken } from './tokens.ts';

export class TemplateSyntaxError extends Error {
  /** Characters before the place, in the text that was parsed. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

export class TokenReader {
  /** Of the next token. */
  position = 0;
  /** Where the action that is being read starts; undefined outside of one. */
  actionLine: number | undefined;
  readonly #tokens: readonly Token[];
  readonly #name: string;
  #furthest = 0;

  constructor(tokens: readonly Token[], name: string) {
    this.#tokens = tokens;
    this.#name = name;
  }

  peek(): Token {
    const at = Math.min(this.position, this.#tokens.length - 1);
    this.#furthest = Math.max(this.#furthest, at);
    return this.#tokens[at]!;
  }

  next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  nextNonSpace(): Token {
    while (this.peek().kind === 'space') this.position++;
    return this.next();
  }

  peekNonSpace(): Token {
    while (this.peek().kind === 'space') this.position++;
    return this.peek();
  }

  /** @throws {TemplateSyntaxError} when another comes. */
  expect(kind: TokenKind, context: string): void {
    const token = this.nextNonSpace();
    if (token.kind !== kind) throw this.unexpected(token, context);
  }

  /** The furthest token so far: where an error of this moment is. */
  get furthest(): Token {
    return this.#tokens[this.#furthest]!;
  }

  error(message: string, { line, at } = this.furthest): TemplateSyntaxError {
    return new TemplateSyntaxError(`template: ${this.#name}:${line}: ${message}`, at);
  }

  unexpected(token: Token, context: string): TemplateSyntaxError {
    if (token.kind !== 'error') return this.error(`unexpected ${describedToken(token)} in ${context}`);
    if (this.actionLine === undefined || this.actionLine === token.line) return this.error(token.text);
    const action = token.text.endsWith(' action') ? '' : ' in action';
    return this.error(`${token.text}${action} started at ${this.#name}:${this.actionLine}`);
  }
}
