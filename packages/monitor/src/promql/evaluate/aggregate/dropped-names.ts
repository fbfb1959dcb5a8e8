// Whether the result of a group loses its name at the end of the query: as Prometheus has it, when any series that was in the
// group at its last step does.

import { ABSENT, type StepSeries } from '../series.ts';

export class DroppedNames {
  readonly #drops: Uint8Array;
  #any = false;

  constructor(stepCount: number) {
    this.#drops = new Uint8Array(stepCount);
  }

  add({ present, dropsName }: StepSeries): void {
    if (dropsName !== true) return;
    this.#any = true;
    for (let step = 0; step < present.length; step++) if (present[step] !== ABSENT) this.#drops[step] = 1;
  }

  /** `present`: of the result. */
  atLast(present: Uint8Array): boolean {
    if (!this.#any) return false;
    let last = present.length - 1;
    while (last >= 0 && present[last] === ABSENT) last--;
    return this.#drops[last] === 1;
  }
}
