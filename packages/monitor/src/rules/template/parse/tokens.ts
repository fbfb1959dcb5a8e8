// The words of a template: text between actions, and inside of `{{ }}` what actions are made of.

import { quoted } from '../../../promql/go-text.ts';

export type TokenKind =
  | 'error'
  | 'end'
  | 'text'
  | 'left-delimiter'
  | 'right-delimiter'
  | 'left-parenthesis'
  | 'right-parenthesis'
  | 'space'
  | 'pipe'
  | 'assign'
  | 'declare'
  | 'character'
  | 'bool'
  | 'number'
  | 'complex'
  | 'character-constant'
  | 'string'
  | 'raw-string'
  | 'identifier'
  | 'variable'
  | 'field'
  | 'dot'
  | 'nil'
  | 'keyword';

export interface Token {
  readonly kind: TokenKind;
  /** As it is written; of an error the message. */
  readonly text: string;
  /** Characters before it. */
  readonly at: number;
  /** From 1. */
  readonly line: number;
}

const SHOWN_CHARACTERS = 10;

/** As messages show it. */
export function describedToken({ kind, text }: Token): string {
  switch (kind) {
    case 'end':
      return 'EOF';
    case 'error':
      return text;
    case 'dot':
    case 'nil':
    case 'keyword':
      return `<${text}>`;
    default: {
      const isLong = Buffer.byteLength(text) > SHOWN_CHARACTERS;
      return isLong ? `${quoted(Array.from(text).slice(0, SHOWN_CHARACTERS).join(''))}...` : quoted(text);
    }
  }
}
