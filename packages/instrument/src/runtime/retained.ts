// What stays of a part of the program that has ended (a thread, a process): what it counted, and gauges that say what was
// last known. A gauge that adds up, or is the greatest, of those that are alive ends with it.

import { mergeFamilies } from '../snapshot/merge.ts';
import type { FamilySnapshot } from '../snapshot/snapshot.ts';

export class RetainedFamilies {
  #families: readonly FamilySnapshot[] = [];

  get families(): readonly FamilySnapshot[] {
    return this.#families;
  }

  retain(families: readonly FamilySnapshot[]): void {
    this.#families = mergeFamilies([this.#families, families.filter(outlives)]).families;
  }
}

function outlives({ type, merge }: FamilySnapshot): boolean {
  if (type === 'gauge' || type === 'stateset') return (merge ?? 'last') === 'last';
  return type !== 'info';
}
