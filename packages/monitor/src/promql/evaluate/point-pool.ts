// The memory that all queries of an engine hold together, their answers included until these have been sent. Counted in points; what
// is no point is weighed. Each query may hold a little beside it, so that small ones are answered whatever large ones hold.
// Invariant: what a query has taken is given back when it ends, however it ends.

import { MEMORY_SHORT, QueryError } from '../interface.ts';

/** Points that each query holds without asking the pool: a panel of some series. */
export const POINTS_OF_ITS_OWN = 100_000;
/** What a series weighs beside its points: its objects take about as much. */
export const POINTS_A_SERIES = 32;
/** What a native histogram of an answer weighs: some ten buckets, and its objects. */
const POINTS_A_HISTOGRAM = 64;
/** A character takes a byte or two, a point takes 9. */
const CHARACTERS_A_POINT = 6;

export class PointPool {
  readonly #maxPoints: number;
  #held = 0;

  constructor(maxPoints: number) {
    this.#maxPoints = maxPoints;
  }

  /** By all queries that have not ended. */
  get held(): number {
    return this.#held;
  }

  share(): PoolShare {
    return new PoolShare(this);
  }

  /** @throws {QueryError} execution */
  take(points: number): void {
    if (this.#held + points > this.#maxPoints) {
      throw new QueryError(
        'execution',
        `the queries under way hold as many points in memory as they may together (${this.#maxPoints}, query.maxPointsHeldByAll), and this one needs more: ` +
          'ask again when others have ended, or narrow the selectors, aggregate, or make the step longer',
        undefined,
        MEMORY_SHORT,
      );
    }
    this.#held += points;
  }

  giveBack(points: number): void {
    this.#held -= points;
  }
}

/** What one query holds of the pool. */
export class PoolShare {
  readonly #pool: PointPool;
  #weight = 0;
  #taken = 0;
  #isEnded = false;

  constructor(pool: PointPool) {
    this.#pool = pool;
  }

  /** @throws {QueryError} execution */
  hold(series: number, points: number): void {
    this.#weight += POINTS_A_SERIES * series + points;
    if (this.#isEnded) return;
    const missing = this.#weight - POINTS_OF_ITS_OWN - this.#taken;
    if (missing <= 0) return;
    this.#pool.take(missing);
    this.#taken += missing;
  }

  /** @throws {QueryError} execution */
  holdHistograms(count: number): void {
    this.hold(0, POINTS_A_HISTOGRAM * count);
  }

  /** @throws {QueryError} execution */
  holdCharacters(count: number): void {
    this.hold(0, count / CHARACTERS_A_POINT);
  }

  release(series: number, points: number): void {
    this.#weight -= POINTS_A_SERIES * series + points;
    const excess = this.#taken - Math.max(0, this.#weight - POINTS_OF_ITS_OWN);
    if (excess <= 0) return;
    this.#taken -= excess;
    this.#pool.giveBack(excess);
  }

  /** Gives everything back; whatever the query still counts in the course of its end changes nothing. */
  end(): void {
    this.#isEnded = true;
    this.#pool.giveBack(this.#taken);
    this.#taken = 0;
  }
}
