// The series that a selector reads and what is made of each, one by one. What the store has at hand is taken from it without a
// promise: the series of a query are many, and a promise a series in each layer takes longer than many a series does.

import type { SelectedSamples, SeriesSamples } from '../../storage/interface.ts';
import type { QueryBudget } from './budget.ts';

type Later<T> = T | Promise<T>;
type Take = () => Later<SeriesSamples | undefined>;

const DONE: Promise<IteratorReturnResult<undefined>> = Promise.resolve({ done: true, value: undefined });

/** Where the next of `series` is asked for, the one before is no longer needed. Undefined items are left out. */
export class StoredSeries<Item extends object> implements AsyncIterableIterator<Item> {
  readonly #begin: () => SelectedSamples | undefined;
  readonly #itemOf: (series: SeriesSamples) => Later<Item | undefined>;
  readonly #budget: QueryBudget;
  #take: Take | undefined;
  #iterator: AsyncIterator<SeriesSamples> | undefined;

  /** `begin` is called when the first series is asked for; undefined: there is nothing to read. */
  constructor(
    begin: () => SelectedSamples | undefined,
    itemOf: (series: SeriesSamples) => Later<Item | undefined>,
    budget: QueryBudget,
  ) {
    this.#begin = begin;
    this.#itemOf = itemOf;
    this.#budget = budget;
  }

  next(): Promise<IteratorResult<Item>> {
    try {
      const take = (this.#take ??= this.#started());
      for (;;) {
        const taken = take();
        if (taken instanceof Promise) return this.#endingOnFailure(this.#madeOf(taken));
        if (taken === undefined) return this.#ended();
        const item = this.#itemOf(taken);
        if (item instanceof Promise || this.#budget.isDue()) return this.#endingOnFailure(this.#given(item));
        if (item !== undefined) return Promise.resolve({ done: false, value: item });
      }
    } catch (error) {
      return this.#failed(error);
    }
  }

  async return(): Promise<IteratorResult<Item>> {
    this.#take = () => undefined;
    await this.#iterator?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #started(): Take {
    const selected = this.#begin();
    if (selected === undefined) return () => undefined;
    if (selected.take !== undefined) return () => selected.take!();
    const iterator = selected[Symbol.asyncIterator]();
    this.#iterator = iterator;
    return async () => {
      const { done, value } = await iterator.next();
      return done === true ? undefined : value;
    };
  }

  async #endingOnFailure(result: Promise<IteratorResult<Item>>): Promise<IteratorResult<Item>> {
    try {
      return await result;
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** Nobody who reads what fails ends it: the store must not wait for more questions. */
  async #failed(error: unknown): Promise<never> {
    await this.return();
    throw error;
  }

  async #madeOf(taking: Promise<SeriesSamples | undefined>): Promise<IteratorResult<Item>> {
    const taken = await taking;
    return taken === undefined ? this.#ended() : this.#given(this.#itemOf(taken));
  }

  async #given(making: Later<Item | undefined>): Promise<IteratorResult<Item>> {
    const item = await making;
    if (this.#budget.isDue()) await this.#budget.pause();
    return item === undefined ? this.next() : { done: false, value: item };
  }

  #ended(): Promise<IteratorReturnResult<undefined>> {
    this.#budget.check();
    return DONE;
  }
}
