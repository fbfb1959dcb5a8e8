// Texts that are put into an expression, and the way back: which place of the expression as it was written one of the longer text
// stands for. What stands in an inserted text has the place where it was put in. Invariant: no inserted text has a line break.

import type { QueryPosition } from './interface.ts';
import { positionAt } from './parse/positions.ts';

interface Insertion {
  /** An offset into the expression as it was written. */
  readonly at: number;
  readonly text: string;
}

export class InsertedTexts {
  readonly #written: string;
  readonly #insertions: Insertion[] = [];

  constructor(written: string) {
    this.#written = written;
  }

  /** Behind what was put in there before. */
  insert(at: number, text: string): void {
    const behind = this.#insertions.findIndex((other) => other.at > at);
    this.#insertions.splice(behind < 0 ? this.#insertions.length : behind, 0, { at, text });
  }

  /** Around what was put in there before. */
  surround(from: number, to: number, [before, behind]: readonly [before: string, behind: string]): void {
    const first = this.#insertions.findIndex((other) => other.at >= from);
    this.#insertions.splice(first < 0 ? this.#insertions.length : first, 0, { at: from, text: before });
    this.insert(to, behind);
  }

  /** The expression with all of them in it. */
  text(): string {
    let text = '';
    let copied = 0;
    for (const { at, text: inserted } of this.#insertions) {
      text += this.#written.slice(copied, at) + inserted;
      copied = at;
    }
    return text + this.#written.slice(copied);
  }

  /** Of a line and column of the longer text. */
  positionBefore({ line, column }: QueryPosition): QueryPosition {
    const lines = this.text()
      .split('\n')
      .slice(0, line - 1);
    const lineStart = lines.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0);
    return positionAt(this.#written, this.#offsetBefore(lineStart + column - 1));
  }

  /** Of an offset in bytes of UTF-8 into the longer text. */
  bytesBefore(bytes: number): number {
    return Buffer.byteLength(this.#written.slice(0, this.#offsetBefore(bytes)));
  }

  /** In UTF-16 units, of an offset in bytes. */
  #offsetBefore(bytes: number): number {
    let inserted = 0;
    for (const { at, text } of this.#insertions) {
      const start = Buffer.byteLength(this.#written.slice(0, at)) + inserted;
      if (start > bytes) break;
      const length = Buffer.byteLength(text);
      if (bytes < start + length) return at;
      inserted += length;
    }
    return Buffer.from(this.#written)
      .subarray(0, bytes - inserted)
      .toString().length;
  }
}
