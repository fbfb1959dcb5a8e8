// Walks JSON in its bytes without making objects. What it reads is checked against RFC 8259, and an error names the byte.

import { isUtf8 } from 'node:buffer';
import { MalformedPush } from '../../malformed.ts';

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export class JsonReader {
  readonly bytes: Buffer;
  position = 0;
  /** Of the string that was read last, between the quotes. */
  stringStart = 0;
  stringEnd = 0;
  hasEscapes = false;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next byte that is no white space, which stays where it is; -1 at the end. */
  peek(): number {
    const { bytes } = this;
    let at = this.position;
    while (at < bytes.length) {
      const byte = bytes[at]!;
      if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        this.position = at;
        return byte;
      }
      at++;
    }
    this.position = at;
    return -1;
  }

  take(byte: number): void {
    if (this.peek() !== byte) this.fail(`${JSON.stringify(String.fromCharCode(byte))} is missing`);
    this.position++;
  }

  /** Goes behind the string that begins here; where its content is stands in the fields. */
  readString(): void {
    this.take(QUOTE);
    const { bytes } = this;
    this.stringStart = this.position;
    this.hasEscapes = false;
    for (let at = this.position; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.stringEnd = at;
        this.position = at + 1;
        return;
      }
      if (byte < SPACE) {
        this.position = at;
        this.fail('a string has a control character that is not escaped');
      }
      if (byte === BACKSLASH) {
        this.hasEscapes = true;
        at++;
      }
    }
    this.fail('a string does not end');
  }

  /** The string that was read last as the name of a field: only names in ASCII are known. */
  nameText(): string {
    return this.hasEscapes ? this.stringText() : this.bytes.toString('latin1', this.stringStart, this.stringEnd);
  }

  /** The content of the string that was read last. */
  stringText(): string {
    const content = this.bytes.subarray(this.stringStart, this.stringEnd);
    if (!isUtf8(content)) this.#failAt(this.stringStart, 'a string is no UTF-8');
    const text = content.toString('utf8');
    if (!this.hasEscapes) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      this.#failAt(this.stringStart, 'a string has an escape that is none');
    }
  }

  /** The literal that begins here: a number, `true`, `false` or `null`. */
  readLiteral(): string {
    this.peek();
    const { bytes } = this;
    const start = this.position;
    let at = start;
    while (at < bytes.length && isLiteralByte(bytes[at]!)) at++;
    this.position = at;
    const literal = bytes.toString('latin1', start, at);
    if (literal === 'true' || literal === 'false' || literal === 'null' || NUMBER.test(literal)) return literal;
    this.#failAt(start, 'there is no value');
  }

  fail(problem: string): never {
    this.#failAt(this.position, problem);
  }

  #failAt(position: number, problem: string): never {
    throw new MalformedPush(`the body is no such JSON: at byte ${position} of the unpacked body ${problem}`);
  }
}

/** Digits, letters and the signs of numbers. */
function isLiteralByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x45 ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}
