// A place in one line of an exposition and how an error there is said. Lines are cut at '\n' alone, so the end of a line
// is known before anything in it is read, and nothing ever looks past it. Positions are bytes from the body's start.

import { ChainpulseError } from '../../model/errors.ts';

const SPACE = 0x20;
const TAB = 0x09;
export const NEWLINE = 0x0a;
export const QUOTE = 0x22;
export const HASH = 0x23;
export const BACKSLASH = 0x5c;
export const BRACE_OPEN = 0x7b;
export const BRACE_CLOSE = 0x7d;

/** An exposition that breaks its format. `line` and `column` count from 1; columns are characters, not bytes. */
export class ExpositionError extends ChainpulseError {
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number, problem: string) {
    super('exposition_malformed', `line ${line}, column ${column}: ${problem}`);
    this.name = 'ExpositionError';
    this.line = line;
    this.column = column;
  }
}

export class LineCursor {
  readonly body: Buffer;
  position = 0;
  /** Where the line's '\n' is, or the body's end. */
  end = 0;
  /** The line that the cursor is in: its number from 1, and where it starts. */
  line = 0;
  lineStart = 0;

  constructor(body: Buffer) {
    this.body = body;
  }

  /** The byte here, or -1 at the line's end. */
  peek(): number {
    return this.position < this.end ? this.body[this.position]! : -1;
  }

  skipBlanks(): void {
    while (this.position < this.end && isBlank(this.body[this.position]!)) this.position++;
  }

  /** The text from a position to here. */
  textFrom(start: number): string {
    return this.body.toString('utf8', start, this.position);
  }

  /** What stands here, for an error: one character in quotes, or "the end of the line". */
  found(): string {
    if (this.position >= this.end) return 'the end of the line';
    const [character = ''] = this.body.toString('utf8', this.position, Math.min(this.end, this.position + 4));
    return JSON.stringify(character);
  }

  fail(problem: string, position: number = this.position): never {
    let column = 1;
    for (const _ of this.body.toString('utf8', this.lineStart, position)) column++;
    throw new ExpositionError(this.line, column, problem);
  }
}

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}
