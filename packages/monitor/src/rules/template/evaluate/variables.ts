// The variables of a template that is being expanded, the innermost last. Those that a statement declares end with it.

import { NO_VALUE, type Value } from '../values.ts';

export class Variables {
  readonly #names: string[] = ['$'];
  readonly #values: Value[];

  constructor(root: Value) {
    this.#values = [root];
  }

  get count(): number {
    return this.#names.length;
  }

  set count(count: number) {
    this.#names.length = count;
    this.#values.length = count;
  }

  declare(name: string, value: Value): void {
    this.#names.push(name);
    this.#values.push(value);
  }

  /** False where none of that name is declared. */
  assign(name: string, value: Value): boolean {
    const at = this.#names.lastIndexOf(name);
    if (at !== -1) this.#values[at] = value;
    return at !== -1;
  }

  /** That many were declared after it, itself included. */
  assignFromTop(nth: number, value: Value): void {
    this.#values[this.#values.length - nth] = value;
  }

  value(name: string): Value | undefined {
    const at = this.#names.lastIndexOf(name);
    return at === -1 ? undefined : (this.#values[at] ?? NO_VALUE);
  }
}
