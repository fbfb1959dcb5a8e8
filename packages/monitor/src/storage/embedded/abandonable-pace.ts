// The pace of work that is given up at its next rest when nobody waits for it any more.

import { ChainpulseError } from '../../model/errors.ts';
import { Pace } from '../sqlite/pacing.ts';

export class Abandoned extends ChainpulseError {
  constructor() {
    super('read_abandoned', 'nobody waits for what was read any more');
  }
}

export class AbandonablePace extends Pace {
  readonly #isAbandoned: (() => boolean) | undefined;

  constructor(isAbandoned: (() => boolean) | undefined) {
    super();
    this.#isAbandoned = isAbandoned;
  }

  /** @throws {Abandoned} */
  override async rest(): Promise<void> {
    await super.rest();
    if (this.#isAbandoned?.() === true) throw new Abandoned();
  }
}
