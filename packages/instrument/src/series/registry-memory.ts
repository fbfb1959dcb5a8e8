// What a registry is given so that others can read it while it records: the memory of its values, and word of which series
// each piece of it holds. `runtime/threads` shares it between worker threads; without it the values are plain arrays.

import type { Label } from '../labels.ts';
import type { SharedFamily } from './shared-family.ts';

export interface RegistryMemory {
  /** A new array of so many doubles, all 0. Called for each chunk, in the order of the chunks' numbers. */
  allocate(slots: number): Float64Array;
  /** A number above every earlier one, in all threads that share: orders the sets of gauges that merge by `last`. */
  nextStamp(): number;
  /** A metric was made; answers with its number. */
  familyMade(family: SharedFamily): number;
  /**
   * A series was made: its values are `family.slots` doubles from `slot`, which is in chunk `slot / 1024` at `slot % 1024`.
   * They are set to what they start with before this call.
   */
  seriesMade(familyNumber: number, row: number, slot: number, labels: readonly Label[], createdMs: number): void;
  /** The series of this row is gone; its slots may soon belong to another one. */
  seriesRemoved(familyNumber: number, row: number): void;
}
