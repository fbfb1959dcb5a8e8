// Says in the log that storing fails, once for each reason, and that it works again: on a full disk every commit fails, and
// a log that repeats itself would fill what is left.

import type { Logger } from 'pino';

export class AppendLog {
  readonly #logger: Pick<Logger, 'error' | 'info'>;
  #lastFailure: string | undefined;

  constructor(logger: Pick<Logger, 'error' | 'info'>) {
    this.#logger = logger;
  }

  failed(error: Error): void {
    if (error.message === this.#lastFailure) return;
    this.#lastFailure = error.message;
    this.#logger.error({ err: error }, 'storing failed; more failures for this reason are not logged');
  }

  succeeded(): void {
    if (this.#lastFailure === undefined) return;
    this.#lastFailure = undefined;
    this.#logger.info('storing works again');
  }
}
