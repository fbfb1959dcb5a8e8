// How long V8's garbage collections of this thread took, by kind. Node reports each one a moment later; those that are not
// yet delivered when the registry is read are fetched then.

import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { InstrumentsOf } from '../domains/metric-definition.ts';
import type { NODEJS_METRICS } from '../domains/table/runtime.ts';
import type { Histogram } from '../observing-family.ts';

/** V8's other collector of young objects, for which Node has no constant. */
const MINOR_MARK_SWEEP = 2;

export class GarbageCollection {
  readonly #byKind: ReadonlyMap<number, Histogram>;
  readonly #observer: PerformanceObserver;

  constructor({ nodejsGcDuration: durations }: InstrumentsOf<typeof NODEJS_METRICS>) {
    this.#byKind = new Map([
      [constants.NODE_PERFORMANCE_GC_MAJOR, durations.handle({ kind: 'major' })],
      [constants.NODE_PERFORMANCE_GC_MINOR, durations.handle({ kind: 'minor' })],
      [MINOR_MARK_SWEEP, durations.handle({ kind: 'minor' })],
      [constants.NODE_PERFORMANCE_GC_INCREMENTAL, durations.handle({ kind: 'incremental' })],
      [constants.NODE_PERFORMANCE_GC_WEAKCB, durations.handle({ kind: 'weakcb' })],
    ]);
    this.#observer = new PerformanceObserver((list) => this.#record(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  collect(): void {
    this.#record(this.#observer.takeRecords());
  }

  stop(): void {
    this.#observer.disconnect();
  }

  #record(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { detail } = entry as PerformanceEntry & { readonly detail?: { readonly kind?: number } };
      this.#byKind.get(detail?.kind ?? 0)?.observe(entry.duration / 1000);
    }
  }
}
