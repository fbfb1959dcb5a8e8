// The words of an expression as Prometheus' own scanner tells them apart, before the grammar sees them. The grammar is made
// for editors: it takes some texts that Prometheus refuses, which are refused here, and knows some forms not that Prometheus
// takes. Those are covered with others of the same length that the grammar knows, so that every place in its tree is a place
// in the expression too; the tree is then read with the expression as it was written.

import { quotedCharacter } from '../go-text.ts';
import { numberValue } from './literals.ts';
import { literal } from './operands.ts';
import { parseError } from './positions.ts';

const SPACE = ' \t\n\r';
const WORD = /[A-Za-z_:][A-Za-z0-9_:]*/y;
const NUMBER = /(?:[0-9]|\.[0-9])(?:[0-9a-fA-F_.xX]*[eE][+-](?=[0-9]))?[0-9A-Za-z_.]*/y;
const DECIMAL = '[0-9]+(?:_[0-9]+)*';
const NUMBER_FORM = new RegExp(
  `^(?:0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|(?:${DECIMAL}\\.?(?:${DECIMAL})?|\\.${DECIMAL})(?:[eE][+-]?${DECIMAL})?)$`,
);
const DURATION_FORM = /^[0-9]+[smhdwy]s?(?:[0-9]+[smhdw]s?)*$/;

/** Stand between an operand on their left and one on their right. */
const WORD_OPERATORS = new Set(['and', 'or', 'unless', 'atan2']);
/** Stand behind an operator; labels in brackets may follow, and then the operand. */
const MATCHING_WORDS = new Set([
  'bool',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'fill',
  'fill_left',
  'fill_right',
]);
const LABEL_LIST_WORDS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const DURATION_WORDS = new Set(['step', 'range', 'min_of', 'max_of']);
/** Prometheus takes every other word for a label, keywords too. */
const NO_LABELS = new Set(['without', 'inf', 'nan']);
const EDGE_WORDS = new Set(['anchored', 'smoothed']);
/** Modifiers behind one operand. Nothing needs more than four; the grammar takes long over long chains. */
const MAX_MODIFIERS = 32;
/** A metric's name and a function's that the grammar knows, of the lengths of those that it does not. */
const COVER_OF_METRIC_OFFSET = 'metric';
const COVER_OF_MIN_OF = 'scalar';

/** The expression as the grammar is to see it. @throws {QueryError} bad_data, with the position. */
export function coveredText(text: string): string {
  const scanner = new Scanner(text);
  while (!scanner.isAtEnd) scanner.readToken();
  scanner.close();
  return scanner.covered;
}

/** A bracket that is open, and what it is for. */
type Opening = 'expression' | 'labels' | 'duration';

class Scanner {
  readonly #text: string;
  readonly #covers: { readonly at: number; readonly cover: string }[] = [];
  readonly #open: { readonly opening: Opening; readonly expectsOperandAfter: boolean }[] = [];
  #index = 0;
  #isInBraces = false;
  #isInBrackets = false;
  /** Before a number in brackets Prometheus takes no comment, and before the first number in any brackets no colon. */
  #hasNumberInBrackets = false;
  #hasNumberInAnyBrackets = false;
  /** Whether an operand can stand here, as at the start and behind an operator. */
  #expectsOperand = true;
  /** Behind the operand that was read last. */
  #modifiers = 0;
  /** The word before, in small letters; '' when it was something else. */
  #previousWord = '';
  /** Behind `step` and the like in a duration. */
  #isBehindDurationWord = false;
  /** Behind `offset`, before its duration. */
  #isBeforeOffset = false;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#text.length;
  }

  get covered(): string {
    let covered = '';
    let copied = 0;
    for (const { at, cover } of this.#covers) {
      covered += this.#text.slice(copied, at) + cover;
      copied = at + cover.length;
    }
    return covered + this.#text.slice(copied);
  }

  close(): void {
    const message = this.#isInBraces
      ? 'unexpected end of input inside braces'
      : this.#open.length > 0
        ? 'unclosed left parenthesis'
        : this.#isInBrackets
          ? 'unclosed left bracket'
          : undefined;
    if (message !== undefined) throw parseError(this.#text, this.#text.length, message);
  }

  readToken(): void {
    const character = this.#text[this.#index]!;
    if (SPACE.includes(character)) this.#index++;
    else if (character === '#') this.#readComment();
    else if (character === '"' || character === "'" || character === '`') this.#readString(character);
    else if (this.#isInBraces) this.#readInBraces(character);
    else if (isDigit(character) || (character === '.' && isDigit(this.#text[this.#index + 1] ?? '')))
      this.#readNumber();
    else if (/[A-Za-z_]/.test(character) || (character === ':' && !this.#isInBrackets)) this.#readWord();
    else this.#readSign(character);
  }

  /** A comment ends at any line break; the grammar knows but one. */
  #readComment(): void {
    if (this.#isInBrackets && !this.#hasNumberInBrackets) {
      throw parseError(this.#text, this.#index, "unexpected character in duration expression: '#'");
    }
    const length = this.#text.slice(this.#index).search(/[\r\n]/);
    this.#index = length === -1 ? this.#text.length : this.#index + length;
    if (this.#text[this.#index] === '\r') this.#cover(this.#index, '\n');
  }

  #readString(quote: string): void {
    const start = this.#index;
    for (let index = start + 1; index < this.#text.length; index++) {
      const character = this.#text[index]!;
      if (character === '\ufffd') throw parseError(this.#text, start, 'invalid UTF-8 rune');
      if (character === quote) {
        this.#index = index + 1;
        this.#afterOperand();
        return;
      }
      if (quote === '`') continue;
      if (character === '\n') break;
      if (character === '\\') index++;
    }
    const what = quote === '`' ? 'raw' : 'quoted';
    throw parseError(this.#text, start, `unterminated ${what} string`);
  }

  #readInBraces(character: string): void {
    if (character === '}') {
      this.#isInBraces = false;
      this.#afterOperand();
    } else if (character === '{') {
      throw parseError(this.#text, this.#index, "unexpected left brace '{'");
    }
    this.#index++;
  }

  #readNumber(): void {
    const start = this.#index;
    const written = this.#match(NUMBER);
    if (!NUMBER_FORM.test(written) && !DURATION_FORM.test(written)) {
      throw parseError(this.#text, start, `bad number or duration syntax: ${JSON.stringify(written.slice(0, 60))}`);
    }
    literal(this.#text, start, () => numberValue(written));
    this.#cover(start, '1'.repeat(written.length));
    this.#hasNumberInBrackets = this.#isInBrackets;
    this.#hasNumberInAnyBrackets ||= this.#isInBrackets;
    this.#afterOperand();
  }

  #readWord(): void {
    const start = this.#index;
    const written = this.#match(WORD);
    const word = written.toLowerCase();
    const isCalled = /^[ \t\r\n]*\(/.test(this.#text.slice(this.#index, this.#index + 100));
    if (this.#open.at(-1)?.opening === 'labels') {
      if (NO_LABELS.has(word))
        throw parseError(this.#text, start, `unexpected <${word}> in grouping opts, expected label`);
      if (word.includes(':')) this.#cover(start, written.replaceAll(':', '_'));
      return;
    }
    if (this.#isInDuration) {
      if (DURATION_WORDS.has(word)) this.#cover(start, word);
      else if (this.#isInBrackets) {
        throw parseError(this.#text, start, `unexpected character in duration expression: '${written[0]!}'`);
      }
      this.#isBeforeOffset = false;
      this.#isBehindDurationWord = true;
      this.#expectsOperand = false;
      return;
    }
    this.#previousWord = word;
    if (this.#expectsOperand) {
      if (MATCHING_WORDS.has(word) && (isCalled || !word.startsWith('fill'))) return;
      if (word === 'atan2') throw parseError(this.#text, start, 'unexpected <op:atan2>');
      if (word === 'offset') this.#cover(start, COVER_OF_METRIC_OFFSET);
      // Behind an offset in brackets it may be a part of that, and is then read in any case.
      if (isCalled && DURATION_WORDS.has(word)) this.#cover(start, word.endsWith('_of') ? COVER_OF_MIN_OF : word);
      this.#expectsOperand = false;
      this.#modifiers = 0;
    } else if (WORD_OPERATORS.has(word)) {
      this.#expectsOperand = true;
    } else if (word === 'offset') {
      this.#countModifier(start);
      this.#isBeforeOffset = true;
    } else if (EDGE_WORDS.has(word)) {
      this.#countModifier(start);
    }
  }

  get #isInDuration(): boolean {
    return this.#isInBrackets || this.#isBeforeOffset || this.#open.at(-1)?.opening === 'duration';
  }

  #readSign(character: string): void {
    const { expectsOperandAfter, opening } = this.#openingHere();
    this.#index++;
    switch (character) {
      case '(':
        this.#open.push({ opening, expectsOperandAfter });
        this.#expectsOperand = true;
        this.#isBeforeOffset = false;
        break;
      case ')': {
        const closed = this.#open.pop();
        if (closed === undefined) throw parseError(this.#text, this.#index, "unexpected right parenthesis ')'");
        this.#expectsOperand = closed.expectsOperandAfter;
        break;
      }
      case '{':
        this.#isInBraces = true;
        break;
      case '[':
        if (this.#isInBrackets) throw parseError(this.#text, this.#index - 1, "unexpected left bracket '['");
        this.#countModifier(this.#index - 1);
        this.#isInBrackets = true;
        this.#hasNumberInBrackets = false;
        break;
      case ']':
        if (!this.#isInBrackets) throw parseError(this.#text, this.#index - 1, "unexpected right bracket ']'");
        this.#isInBrackets = false;
        this.#afterOperand();
        break;
      default:
        if (character === ':' && !this.#hasNumberInAnyBrackets) {
          throw parseError(this.#text, this.#index, 'unexpected colon before duration in duration expression');
        }
        if (!'+-*/%^=!<>~,@:'.includes(character)) {
          const at = this.#index - 1;
          throw parseError(this.#text, at, `unexpected character: ${quotedCharacter(this.#text, at)}`);
        }
        if (character === '@') this.#countModifier(this.#index - 1);
        else if (!this.#isInDuration) this.#modifiers = 0;
        // A sign may stand between `offset` and its duration.
        if (!this.#isBeforeOffset) this.#expectsOperand = character !== '@';
    }
    this.#previousWord = '';
    this.#isBehindDurationWord = false;
  }

  #countModifier(at: number): void {
    if (++this.#modifiers <= MAX_MODIFIERS) return;
    throw parseError(this.#text, at, `more modifiers behind one another than the limit of ${MAX_MODIFIERS}`);
  }

  #openingHere(): { opening: Opening; expectsOperandAfter: boolean } {
    const word = this.#previousWord;
    if (this.#isInDuration || this.#isBehindDurationWord) return { opening: 'duration', expectsOperandAfter: false };
    // Brackets behind `bool` are the operand.
    const isMatching = this.#expectsOperand && word !== 'bool' && MATCHING_WORDS.has(word);
    return { opening: LABEL_LIST_WORDS.has(word) ? 'labels' : 'expression', expectsOperandAfter: isMatching };
  }

  #afterOperand(): void {
    this.#expectsOperand = false;
    this.#isBeforeOffset = false;
    this.#previousWord = '';
  }

  #match(form: RegExp): string {
    form.lastIndex = this.#index;
    const written = form.exec(this.#text)![0];
    this.#index += written.length;
    return written;
  }

  #cover(at: number, cover: string): void {
    if (!this.#text.startsWith(cover, at)) this.#covers.push({ at, cover });
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}
