// Where an expansion is, for messages: what it looked at last, and in which of the defined templates.

import type { Subject } from '../parse/tree.ts';

/** What went wrong in an expansion, and where. */
export class ExpansionFailure extends Error {
  readonly definition: string;
  readonly subject: Subject | undefined;

  constructor(message: string, definition: string, subject: Subject | undefined) {
    super(message);
    this.definition = definition;
    this.subject = subject;
  }
}

export class Place {
  readonly definition: string;
  subject: Subject | undefined;

  constructor(definition: string) {
    this.definition = definition;
  }

  failure(message: string): ExpansionFailure {
    return new ExpansionFailure(message, this.definition, this.subject);
  }
}
