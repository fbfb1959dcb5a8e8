// The memory of a request's origins between requests: one is kept, of a usual size; requests at once make their own.

import type { ByteTable } from './byte-table.ts';
import { KnownOrigins } from './known-origins.ts';

/** Series of a request whose memory is kept for the next one. */
const KEPT_MAX = 65_536;

export class IdleOrigins {
  readonly #known: ByteTable;
  #idle: KnownOrigins | undefined;

  constructor(known: ByteTable) {
    this.#known = known;
  }

  take(): KnownOrigins {
    const origins = this.#idle ?? new KnownOrigins(this.#known);
    this.#idle = undefined;
    return origins;
  }

  /** For another request: the one that had them is stored and answered. */
  giveBack(origins: KnownOrigins): void {
    origins.clear();
    if (origins.capacity <= KEPT_MAX) this.#idle = origins;
  }
}
