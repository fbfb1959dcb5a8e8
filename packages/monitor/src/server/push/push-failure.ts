// A push that ends before there is an answer of the store's thread: its status, and the words for the sender.

import { ChainpulseError } from '../../model/errors.ts';

export class PushFailure extends ChainpulseError {
  readonly status: number;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'PushFailure';
    this.status = status;
  }
}

/**
 * What the sender is told of any error. The store's failures are 503: the sender keeps the push and tries again. Of an
 * error that was not written for people nothing but its being internal is told.
 */
export function failureOf(error: unknown): PushFailure {
  if (error instanceof PushFailure) return error;
  if (error instanceof ChainpulseError && error.code !== 'internal') {
    return new PushFailure(503, error.code, error.message, { cause: error });
  }
  return new PushFailure(500, 'internal', 'internal error: the log of the monitor says more', { cause: error });
}
