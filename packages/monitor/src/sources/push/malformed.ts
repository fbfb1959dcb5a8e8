// Bytes that are not what their sender said: the push ends there, and the sender is told at which byte and why.

import { ChainpulseError } from '../../model/errors.ts';

export class MalformedPush extends ChainpulseError {
  constructor(message: string, options?: ErrorOptions) {
    super('push_malformed', message, options);
    this.name = 'MalformedPush';
  }
}

/** Unpacked it is over the bound. */
export class OversizedPush extends ChainpulseError {
  constructor(message: string) {
    super('push_too_large', message);
    this.name = 'OversizedPush';
  }
}
