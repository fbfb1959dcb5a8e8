// What functions know of the expansion that they are called in, and what they may take of it.

import type { RE2JS } from 're2js';
import { MAX_EXPANSION_CHARACTERS, MAX_EXPANSION_STEPS } from '../limits.ts';
import type { ListValue } from '../values.ts';

export interface CallContext {
  readonly externalUrl: string;
  readonly nowMs: number;
  /** @throws {BoundExceeded} when all steps are taken. */
  readonly takeSteps: (count: number) => void;
  /** @throws what ends this run, where the answer is not there yet. */
  readonly answerTo: (expression: string) => ListValue;
  /** Not anchored. @throws {CallError} */
  readonly pattern: (expression: string) => RE2JS;
}

/** A bound of an expansion, which no function may turn into something else. */
export class BoundExceeded extends Error {}

export function tooManyCharacters(): BoundExceeded {
  return new BoundExceeded(`more than ${MAX_EXPANSION_CHARACTERS} characters: make a shorter text`);
}

export function tooManySteps(): BoundExceeded {
  return new BoundExceeded(`more than ${MAX_EXPANSION_STEPS} steps: range over less`);
}

/** A text that grows, up to the bound of an expansion. */
export class BoundedText {
  #text = '';

  /** @throws {BoundExceeded} */
  add(text: string): void {
    if (this.#text.length + text.length > MAX_EXPANSION_CHARACTERS) throw tooManyCharacters();
    this.#text += text;
  }

  /** @throws {BoundExceeded} before the text is made. */
  addRepeated(character: string, count: number): void {
    if (count <= 0) return;
    if (this.#text.length + count > MAX_EXPANSION_CHARACTERS) throw tooManyCharacters();
    this.#text += character.repeat(count);
  }

  toString(): string {
    return this.#text;
  }
}
