// Reads one sample of the text format: name, labels, value, time. A failure has its column.

import type { ExpositionSample } from './exposition-sample.ts';

export interface LineFailure {
  readonly message: string;
  /** Counted from 1. */
  readonly column: number;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const BLANKS = /[ \t]*/y;
const WORD = /[^ \t]+/y;
const NUMBER = /^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf(inity)?|nan)$/i;
const TIMESTAMP = /^-?\d+$/;

export class LineReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readSample(): Omit<ExpositionSample, 'line'> | LineFailure {
    this.#take(BLANKS);
    const name = this.#take(NAME);
    if (name === '') return this.#failure('expected the name of a metric');
    this.#take(BLANKS);
    const labels: Record<string, string> = {};
    const failure = this.#text[this.#at] === '{' ? this.#readLabels(labels) : undefined;
    if (failure !== undefined) return failure;
    this.#take(BLANKS);
    const valueAt = this.#at;
    const value = this.#take(WORD);
    if (!NUMBER.test(value)) return this.#failure(`expected a value, found ${JSON.stringify(value)}`, valueAt);
    this.#take(BLANKS);
    const timeAt = this.#at;
    const time = this.#take(WORD);
    this.#take(BLANKS);
    if (time !== '' && !TIMESTAMP.test(time)) {
      return this.#failure(`expected a time in whole milliseconds, found ${JSON.stringify(time)}`, timeAt);
    }
    if (this.#at < this.#text.length) return this.#failure('expected the end of the line');
    return { name, labels, value: asNumber(value), ...(time === '' ? {} : { timestampMs: Number(time) }) };
  }

  #readLabels(labels: Record<string, string>): LineFailure | undefined {
    this.#at++;
    for (;;) {
      this.#take(BLANKS);
      if (this.#text[this.#at] === '}') break;
      const nameAt = this.#at;
      const name = this.#take(LABEL_NAME);
      if (name === '') return this.#failure('expected the name of a label or "}"');
      if (Object.hasOwn(labels, name)) return this.#failure(`the label ${name} is there twice`, nameAt);
      this.#take(BLANKS);
      if (this.#text[this.#at++] !== '=') return this.#failure('expected "="', this.#at - 1);
      this.#take(BLANKS);
      const value = this.#readValue();
      if (typeof value !== 'string') return value;
      // An own property whatever the name is: `__proto__` is a legal label.
      Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
      this.#take(BLANKS);
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== '}') return this.#failure('expected "," or "}"');
    }
    this.#at++;
    return undefined;
  }

  #readValue(): string | LineFailure {
    if (this.#text[this.#at] !== '"') return this.#failure('expected a label value in double quotes');
    const startAt = this.#at++;
    let value = '';
    for (;;) {
      const unit = this.#text[this.#at++];
      if (unit === undefined) return this.#failure('the label value has no closing quote', startAt);
      if (unit === '"') return value;
      if (unit !== '\\') {
        value += unit;
        continue;
      }
      const escaped = this.#text[this.#at++];
      if (escaped !== '\\' && escaped !== '"' && escaped !== 'n') {
        return this.#failure('a backslash stands only before \\, " and n', this.#at - 2);
      }
      value += escaped === 'n' ? '\n' : escaped;
    }
  }

  /** '' when the pattern does not match here. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += taken.length;
    return taken;
  }

  #failure(message: string, at = this.#at): LineFailure {
    return { message, column: at + 1 };
  }
}

/** Of what `NUMBER` matches. */
function asNumber(text: string): number {
  const lower = text.toLowerCase();
  if (lower.endsWith('nan')) return Number.NaN;
  if (lower.includes('inf')) return lower.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
