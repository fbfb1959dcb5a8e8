// What the bridge counts instead of throwing: a metrics library must not stop a node.

import type { BRIDGE_DROP_REASONS } from '../../domains/table/bridges.ts';

/**
 * - `refused`: a registration with a name that cannot be, that conflicts with an earlier one in type, labels or buckets, or
 *   that is one too many; what it records goes nowhere.
 * - `series_limit`: a new series would have been one too many; the record is lost.
 * - `label_limit`: a label had all its values, or the value was too long; the record went to the value `other`.
 * - `invalid_value`: not a number, or one that the metric cannot take; the record is lost.
 * - `unknown_label`: a label value that is no text, number or boolean; the record is lost.
 * - `callback`: a `calculate`, `addCollect` or sink that threw, rejected or took too long.
 */
export type BridgeDropReason = (typeof BRIDGE_DROP_REASONS)[number];

export class BridgeDrops {
  readonly #counts: Record<BridgeDropReason, number> = {
    refused: 0,
    series_limit: 0,
    label_limit: 0,
    invalid_value: 0,
    unknown_label: 0,
    callback: 0,
  };

  count(reason: BridgeDropReason): void {
    this.#counts[reason]++;
  }

  snapshot(): Readonly<Record<BridgeDropReason, number>> {
    return { ...this.#counts };
  }
}
