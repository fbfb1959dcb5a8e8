import { ChainpulseError } from '../model/errors.ts';

/** What was asked for cannot be understood: exit code 2. */
export class UsageError extends ChainpulseError {
  constructor(message: string) {
    super('usage', message);
    this.name = 'UsageError';
  }
}
