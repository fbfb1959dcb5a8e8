// How long the parts of a query take: its preparation (parsing, planning), its evaluation, in which series are selected, and the
// ordering of its result. With the waiting for others that share the thread.

import type { QueryStatistics } from './interface.ts';

export class QueryTimings {
  readonly #monotonicMs: () => number;
  readonly #startedMs: number;
  #preparedMs: number;
  #sortMs = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#startedMs = monotonicMs();
    this.#preparedMs = this.#startedMs;
  }

  /** The evaluation begins. */
  prepared(): void {
    this.#preparedMs = this.#monotonicMs();
  }

  async sorting<T>(sort: () => Promise<T>): Promise<T> {
    const startedMs = this.#monotonicMs();
    const sorted = await sort();
    this.#sortMs += this.#monotonicMs() - startedMs;
    return sorted;
  }

  /** Once the result is there. */
  parts(): Pick<QueryStatistics, 'preparationMs' | 'evaluationMs' | 'sortMs'> {
    const sortMs = this.#sortMs;
    const preparationMs = this.#preparedMs - this.#startedMs;
    return { preparationMs, evaluationMs: this.#monotonicMs() - this.#preparedMs - sortMs, sortMs };
  }
}
