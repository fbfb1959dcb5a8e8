// What one query may use: time, samples, memory; and how it shares its thread. Whoever computes asks `isDue` now and
// then (a clock read, no allocation) and awaits `pause` when it is.

import { QueryError } from '../interface.ts';
import type { QueryLimits } from '../limits.ts';

const SLICE_MS = 8;

export interface BudgetOptions {
  readonly limits: QueryLimits;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly monotonicMs: () => number;
  readonly yieldToOthers: () => Promise<void>;
}

export class QueryBudget {
  readonly #options: BudgetOptions;
  readonly #deadlineMs: number;
  #sliceStartMs: number;
  #samples = 0;
  #series = 0;
  #points = 0;
  #peakPoints = 0;
  #labelCharacters = 0;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#sliceStartMs = options.monotonicMs();
    this.#deadlineMs = this.#sliceStartMs + options.timeoutMs;
  }

  /** Read from the store so far. */
  get samplesRead(): number {
    return this.#samples;
  }

  /** The most that was held at one time so far. */
  get peakPoints(): number {
    return this.#peakPoints;
  }

  isDue(): boolean {
    return this.#options.monotonicMs() - this.#sliceStartMs >= SLICE_MS;
  }

  /** @throws {QueryError} timeout, canceled */
  async pause(): Promise<void> {
    this.check();
    await this.#options.yieldToOthers();
    this.check();
    this.#sliceStartMs = this.#options.monotonicMs();
  }

  /** Nobody waits for the answer any more, or it takes too long: `check` throws. */
  isOver(): boolean {
    return this.#options.signal?.aborted === true || this.#options.monotonicMs() >= this.#deadlineMs;
  }

  /** @throws {QueryError} timeout, canceled */
  check(): void {
    if (this.#options.signal?.aborted === true) {
      throw new QueryError('canceled', 'query was canceled in expression evaluation');
    }
    if (this.#options.monotonicMs() >= this.#deadlineMs) {
      throw new QueryError('timeout', 'query timed out in expression evaluation');
    }
  }

  /** @throws {QueryError} execution */
  addSamples(count: number): void {
    this.#samples += count;
    if (this.#samples > this.#options.limits.maxSamples) {
      throw new QueryError(
        'execution',
        `query processing would load too many samples (the limit is ${this.#options.limits.maxSamples}): narrow the selectors or the time range`,
      );
    }
  }

  /**
   * Counts the column that a subquery is computed in; `release` takes it back.
   * @throws {QueryError} execution
   */
  holdSubquery(steps: number): void {
    const { maxSubquerySteps } = this.#options.limits;
    if (steps > maxSubquerySteps) {
      throw new QueryError(
        'execution',
        `a subquery has more than ${maxSubquerySteps} steps: make its step longer, or its range shorter`,
      );
    }
    this.hold(0, steps);
  }

  /**
   * Counts a label value that the query made, until its end: who holds the series it is in is not known.
   * @throws {QueryError} execution
   */
  holdLabel(value: string): void {
    const { maxLabelCharacters } = this.#options.limits;
    this.#labelCharacters += value.length;
    if (this.#labelCharacters <= maxLabelCharacters) return;
    throw new QueryError(
      'execution',
      `the query makes labels of more than ${maxLabelCharacters} characters: make them shorter, or select fewer series`,
    );
  }

  /**
   * Counts what an operation keeps until it is done; `release` takes it back.
   * @throws {QueryError} execution
   */
  hold(series: number, points: number): void {
    const { maxSeriesHeld, maxPointsHeld } = this.#options.limits;
    this.#series += series;
    this.#points += points;
    if (this.#points > this.#peakPoints) this.#peakPoints = this.#points;
    if (this.#series > maxSeriesHeld) {
      throw new QueryError(
        'execution',
        `the query holds more than ${maxSeriesHeld} series at a time: narrow the selectors or aggregate`,
      );
    }
    if (this.#points > maxPointsHeld) {
      throw new QueryError(
        'execution',
        `the query holds more than ${maxPointsHeld} points at a time: narrow the selectors, aggregate, or make the step longer`,
      );
    }
  }

  release(series: number, points: number): void {
    this.#series -= series;
    this.#points -= points;
  }
}
