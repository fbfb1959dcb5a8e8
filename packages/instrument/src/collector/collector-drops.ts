// What a collector does instead of throwing: it counts, by reason, for itself and as a metric of its registry. What the
// instruments drop themselves (values, labels, limits) is in the registry's own counts.

import type { LabelledCounter } from '../counter.ts';
import { makeInstruments } from '../domains/metric-definition.ts';
import { COLLECTOR_DROP_REASONS, COLLECTOR_METRICS } from '../domains/table/collector.ts';
import type { Registry } from '../registry.ts';

/**
 * - `unknown_name`: no metric of this name was defined or adopted.
 * - `wrong_type`: the metric cannot take this kind of record, such as `set` of a counter.
 * - `memory_limit`: a new series would have exceeded `maxMemoryBytes`.
 * - `definition`: a custom metric was recorded whose description breaks a rule.
 * - `custom_limit`: one more custom metric would have exceeded 256.
 * - `internal`: something failed inside, such as labels whose reading throws, or a push that was attached.
 */
export type CollectorDropReason = (typeof COLLECTOR_DROP_REASONS)[number];

type DropCounter = LabelledCounter<{ readonly reason: typeof COLLECTOR_DROP_REASONS }>;

/** The collectors of one registry share it. */
const counters = new WeakMap<Registry, DropCounter>();

export class CollectorDrops {
  readonly #counter: DropCounter;
  readonly #counts = Object.fromEntries(COLLECTOR_DROP_REASONS.map((reason) => [reason, 0])) as Record<
    CollectorDropReason,
    number
  >;

  /** @throws {InstrumentError} `series_limit`, or `name_duplicate` when something else has the name of the metric */
  constructor(registry: Registry) {
    let counter = counters.get(registry);
    if (counter === undefined) {
      counter = makeInstruments(registry, COLLECTOR_METRICS).collectorDroppedRecords;
      counters.set(registry, counter);
    }
    this.#counter = counter;
  }

  count(reason: CollectorDropReason): void {
    this.#counts[reason]++;
    this.#counter.inc({ reason });
  }

  snapshot(): Readonly<Record<CollectorDropReason, number>> {
    return { ...this.#counts };
  }
}
