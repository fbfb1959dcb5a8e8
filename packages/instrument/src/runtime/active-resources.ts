// What keeps the event loop of this thread alive, by Node's own type names. A type of which there is none any more ends.

import type { InstrumentsOf } from '../domains/metric-definition.ts';
import type { NODEJS_METRICS } from '../domains/table/runtime.ts';

export class ActiveResources {
  readonly #gauge: InstrumentsOf<typeof NODEJS_METRICS>['nodejsActiveResources'];
  readonly #thread: string;
  #shown = new Map<string, number>();

  constructor({ nodejsActiveResources }: InstrumentsOf<typeof NODEJS_METRICS>, thread: string) {
    this.#gauge = nodejsActiveResources;
    this.#thread = thread;
  }

  collect(): void {
    const thread = this.#thread;
    const counts = new Map<string, number>();
    for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const type of this.#shown.keys()) if (!counts.has(type)) this.#gauge.remove({ thread, type });
    for (const [type, count] of counts) this.#gauge.set({ thread, type }, count);
    this.#shown = counts;
  }
}
