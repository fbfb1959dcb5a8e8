// Which questions are under way, and which of the last took long: for whoever wonders what keeps the monitor busy. Bounded by the
// gate on the one side and by a number of entries on the other; of an expression no more is kept than is shown.

import type { QueryKind, QueryOutcome } from '../query-observer.ts';

export interface QueryLogLimits {
  readonly slowQueryMs: number;
  readonly maxSlowQueriesListed: number;
  readonly maxListedExpressionCharacters: number;
}

/** What is asked. */
export interface ListedQuestion {
  readonly kind: QueryKind;
  /** Of the request, without parameters. */
  readonly path: string;
  /** The expression or the selectors; '' where there are none. */
  readonly query: string;
  /** Of a range: as the client wrote them; '' where they are not given. */
  readonly start: string;
  readonly end: string;
  readonly step: string;
  readonly client: string;
}

export interface ActiveQuery extends ListedQuestion {
  readonly startedMs: number;
  readonly isWaiting: boolean;
}

export interface SlowQuery extends ListedQuestion {
  readonly startedMs: number;
  readonly durationSeconds: number;
  readonly outcome: QueryOutcome;
}

/** A question from its arrival to the last byte of its answer. */
export interface LoggedQuery {
  /** Its turn has come. */
  admitted(): void;
  /** Gives the entry when it took long. */
  ended(outcome: QueryOutcome, durationSeconds: number): SlowQuery | undefined;
}

export class QueryLog {
  readonly #limits: QueryLogLimits;
  readonly #active = new Map<number, { question: ListedQuestion; startedMs: number; isWaiting: boolean }>();
  readonly #slow: SlowQuery[] = [];
  #nextId = 1;

  constructor(limits: QueryLogLimits) {
    this.#limits = limits;
  }

  began(asked: ListedQuestion, startedMs: number): LoggedQuery {
    const id = this.#nextId++;
    const question = { ...asked, query: shortened(asked.query, this.#limits.maxListedExpressionCharacters) };
    const entry = { question, startedMs, isWaiting: true };
    this.#active.set(id, entry);
    return {
      admitted: () => {
        entry.isWaiting = false;
      },
      ended: (outcome, durationSeconds) => {
        this.#active.delete(id);
        if (1000 * durationSeconds < this.#limits.slowQueryMs) return undefined;
        const slow = { ...question, startedMs, durationSeconds, outcome };
        this.#slow.push(slow);
        if (this.#slow.length > this.#limits.maxSlowQueriesListed) this.#slow.shift();
        return slow;
      },
    };
  }

  /** The oldest first. */
  active(): readonly ActiveQuery[] {
    return Array.from(this.#active.values(), ({ question, startedMs, isWaiting }) => ({
      ...question,
      startedMs,
      isWaiting,
    }));
  }

  /** Of the last that were slow, the slowest first. */
  slow(): readonly SlowQuery[] {
    return this.#slow.toSorted((a, b) => b.durationSeconds - a.durationSeconds);
  }
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
