// The memory of the registry that reads the others: nobody reads it, but its gauges take part in the order of all threads.

import type { RegistryMemory } from '../../series/registry-memory.ts';
import { Stamps } from './stamps.ts';

export class LocalMemory implements RegistryMemory {
  readonly #stamps: Stamps;

  constructor(stamps: SharedArrayBuffer) {
    this.#stamps = new Stamps(stamps);
  }

  allocate(slots: number): Float64Array {
    return new Float64Array(slots);
  }

  nextStamp(): number {
    return this.#stamps.next();
  }

  familyMade(): number {
    return 0;
  }

  seriesMade(): void {}

  seriesRemoved(): void {}
}
