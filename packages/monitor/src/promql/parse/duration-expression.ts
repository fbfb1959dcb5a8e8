// Durations with arithmetic: `[5m * 2]`, `offset (step() - 1m)`. They are read from the text and not from the grammar's tree,
// which ends an offset before an operator where Prometheus goes on: `a offset (1h) * 2` is two hours.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations

import type { QueryError } from '../interface.ts';
import { isDurationSeconds } from './durations.ts';
import { isDurationText, NUMBER_TOKEN, numberValue } from './literals.ts';
import { literal } from './operands.ts';
import { parseError, type Span } from './positions.ts';
import type { ParseSource } from './source.ts';
import type { DurationCall, DurationSyntax } from './syntax-tree.ts';

const SKIPPED = /(?:\s|#[^\r\n]*)*/y;
const WORD = /[A-Za-z_]+/y;
const RANKS: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 3 };
const LOWEST_RANK = 1;
const POWER_RANK = 3;

/** What stands in brackets. @throws {QueryError} bad_data, with the position. */
export function rangeDuration(source: ParseSource, from: number): DurationSyntax {
  const duration = new Reader(source, from, 'subquery or range').expression(LOWEST_RANK);
  if (duration.kind === 'duration-number' && duration.seconds <= 0) {
    throw parseError(source.text, duration.span.from, 'duration must be greater than 0');
  }
  return duration;
}

/** What stands behind `offset`, and where it ends. @throws {QueryError} bad_data, with the position. */
export function offsetDuration(source: ParseSource, from: number): { duration: DurationSyntax; to: number } {
  const reader = new Reader(source, from, 'offset');
  return { duration: reader.offset(), to: reader.to };
}

class Reader {
  readonly #source: ParseSource;
  readonly #where: string;
  /** The end of what is read. */
  to: number;

  constructor(source: ParseSource, from: number, where: string) {
    this.#source = source;
    this.#where = where;
    this.to = from;
  }

  /** One sign at most may stand before a duration that an operator ends; brackets or more signs start arithmetic. */
  offset(): DurationSyntax {
    const start = this.to;
    const from = this.#peek();
    const sign = this.#sign();
    const isBracket = this.#text[this.#peek()] === '(';
    if (sign === undefined ? isBracket : this.#signAhead() !== undefined) {
      this.to = start;
      return this.expression(LOWEST_RANK);
    }
    if (sign === undefined) return this.#primary();
    if (isBracket) return this.#signed(sign, from, this.#bracketed());
    const primary = this.#primary();
    if (primary.kind === 'duration-number') return this.#signed(sign, from, primary);
    const span: Span = { from, to: primary.span.to };
    return { kind: 'duration-unary', span, operator: sign, operand: primary, isWrapped: false };
  }

  expression(lowestRank: number): DurationSyntax {
    const from = this.#peek();
    const sign = this.#sign();
    let left = sign === undefined ? this.#primary() : this.#signed(sign, from, this.expression(POWER_RANK));
    for (;;) {
      const at = this.#peek();
      const operator = this.#text[at] ?? '';
      const rank = RANKS[operator];
      if (rank === undefined || rank < lowestRank) return left;
      this.to = at + 1;
      const right = this.expression(rank === POWER_RANK ? rank : rank + 1);
      if ((operator === '/' || operator === '%') && right.kind === 'duration-number' && right.seconds === 0) {
        throw parseError(this.#text, at, operator === '/' ? 'division by zero' : 'modulo by zero');
      }
      const span: Span = { from: left.span.from, to: right.span.to };
      left = { kind: 'duration-binary', span, operator, left, right, isWrapped: false };
    }
  }

  #signed(sign: '+' | '-', from: number, operand: DurationSyntax): DurationSyntax {
    if (operand.kind === 'duration-number') {
      const seconds = sign === '-' ? -operand.seconds : operand.seconds;
      return { ...operand, span: { from, to: operand.span.to }, seconds };
    }
    if (sign === '+') return operand;
    const span: Span = { from, to: operand.span.to };
    return { kind: 'duration-unary', span, operator: sign, operand, isWrapped: false };
  }

  #primary(): DurationSyntax {
    const from = this.#peek();
    if (this.#text[from] === '(') {
      const inner = this.#bracketed();
      return inner;
    }
    const number = this.#match(NUMBER_TOKEN);
    if (number !== '') {
      const seconds = literal(this.#text, from, () => numberValue(number));
      if (!isDurationSeconds(seconds)) throw parseError(this.#text, from, 'duration out of range');
      return { kind: 'duration-number', span: { from, to: this.to }, seconds, isDuration: isDurationText(number) };
    }
    return this.#call(from, this.#match(WORD));
  }

  #bracketed(): DurationSyntax {
    this.#expect('(');
    const inner = this.expression(LOWEST_RANK);
    this.#expect(')');
    return inner.kind === 'duration-number' ? inner : { ...inner, isWrapped: true };
  }

  #call(from: number, word: string): DurationSyntax {
    const name = word.toLowerCase();
    if (name === 'inf' || name === 'nan') throw parseError(this.#text, from, 'duration out of range');
    if (name !== 'step' && name !== 'range' && name !== 'min_of' && name !== 'max_of')
      throw this.#unexpected(from, word);
    this.#expect('(');
    const given: DurationSyntax[] = [];
    if (name === 'min_of' || name === 'max_of') {
      given.push(this.expression(LOWEST_RANK));
      this.#expect(',');
      given.push(this.expression(LOWEST_RANK));
    }
    this.#expect(')');
    const call: DurationCall = {
      kind: 'duration-call',
      span: { from, to: this.to },
      name,
      arguments: given,
      isWrapped: false,
    };
    return call;
  }

  #sign(): '+' | '-' | undefined {
    const sign = this.#signAhead();
    if (sign !== undefined) this.to = this.#peek() + 1;
    return sign;
  }

  #signAhead(): '+' | '-' | undefined {
    const sign = this.#text[this.#peek()];
    return sign === '+' || sign === '-' ? sign : undefined;
  }

  #expect(character: string): void {
    const at = this.#peek();
    if (this.#text[at] !== character) throw this.#unexpected(at, this.#text[at] ?? '');
    this.to = at + 1;
  }

  #unexpected(at: number, found: string): QueryError {
    const what = found === '' ? (this.#text[at] ?? 'end of input') : found;
    const token = /^[A-Za-z_]/.test(what) ? `identifier "${what.slice(0, 60)}"` : `"${what}"`;
    return parseError(
      this.#text,
      at,
      `unexpected ${token} in ${this.#where}, expected number, duration, step(), or range()`,
    );
  }

  /** Where the next word starts. */
  #peek(): number {
    SKIPPED.lastIndex = this.to;
    return this.to + SKIPPED.exec(this.#text)![0].length;
  }

  /** '' when the next word has another form. */
  #match(form: RegExp): string {
    const from = this.#peek();
    form.lastIndex = from;
    const found = form.exec(this.#text)?.[0] ?? '';
    if (found !== '') this.to = from + found.length;
    return found;
  }

  get #text(): string {
    return this.#source.text;
  }
}
