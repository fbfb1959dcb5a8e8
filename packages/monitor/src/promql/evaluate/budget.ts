// What one query may use: time, samples, memory; and how it shares its thread. Whoever computes asks `isDue` now and
// then (a clock read at most, no allocation) and awaits `pause` when it is.

import { QueryError } from '../interface.ts';
import type { QueryLimits } from '../limits.ts';
import type { PoolShare } from './point-pool.ts';

/** How long a query computes before others have the thread; one that has run for long already gives way sooner. */
const SLICE_MS = 8;
const LATER_SLICE_MS = 4;
const LATER_FROM_MS = 50;
/** A look at the clock takes as long as much else that is done for a series: after two looks in so short a time a few are left out. */
const QUICK_MS = 0.05;
const LOOKS_LEFT_OUT = 3;

export interface BudgetOptions {
  readonly limits: QueryLimits;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly monotonicMs: () => number;
  readonly yieldToOthers: () => Promise<void>;
  /** Of the memory that all queries have together. */
  readonly memory?: PoolShare;
}

export class QueryBudget {
  readonly #options: BudgetOptions;
  readonly #laterFromMs: number;
  readonly #deadlineMs: number;
  #sliceMs = SLICE_MS;
  #sliceStartMs: number;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #looksLeftOut = 0;
  #samples = 0;
  #series = 0;
  #points = 0;
  #peakPoints = 0;
  #labelCharacters = 0;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#sliceStartMs = options.monotonicMs();
    this.#laterFromMs = this.#sliceStartMs + LATER_FROM_MS;
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
    if (this.#looksLeftOut > 0) {
      this.#looksLeftOut--;
      return false;
    }
    const nowMs = this.#options.monotonicMs();
    if (nowMs - this.#lookedMs < QUICK_MS) this.#looksLeftOut = LOOKS_LEFT_OUT;
    this.#lookedMs = nowMs;
    return nowMs - this.#sliceStartMs >= this.#sliceMs;
  }

  /** @throws {QueryError} timeout, canceled */
  async pause(): Promise<void> {
    this.check();
    await this.#options.yieldToOthers();
    this.check();
    this.#sliceStartMs = this.#options.monotonicMs();
    if (this.#sliceStartMs >= this.#laterFromMs) this.#sliceMs = LATER_SLICE_MS;
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
    this.#options.memory?.holdCharacters(value.length);
    if (this.#labelCharacters <= maxLabelCharacters) return;
    throw new QueryError(
      'execution',
      `the query makes labels of more than ${maxLabelCharacters} characters: make them shorter, or select fewer series`,
    );
  }

  /**
   * Counts histograms of the answer, until the end of the query: they take more than their points.
   * @throws {QueryError} execution
   */
  holdHistograms(count: number): void {
    this.#options.memory?.holdHistograms(count);
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
    this.#options.memory?.hold(series, points);
  }

  release(series: number, points: number): void {
    this.#series -= series;
    this.#points -= points;
    this.#options.memory?.release(series, points);
  }
}
