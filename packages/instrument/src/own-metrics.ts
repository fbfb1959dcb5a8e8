// What a registry shows about itself: its series, and the records that it dropped or led elsewhere.

import { makeInstruments } from './domains/metric-definition.ts';
import { INSTRUMENT_METRICS } from './domains/table/runtime.ts';
import type { Registry } from './registry.ts';
import { DROP_REASONS } from './series/drops.ts';

/** How long rendering takes is for whoever renders to tell. */
const { instrumentRenderDuration: _, ...COUNTS } = INSTRUMENT_METRICS;

/**
 * Shows the registry's own metrics with the others, `chain_runtime_instrument_…`.
 * @throws {InstrumentError} `name_duplicate` when it was called before
 */
export function exposeOwnMetrics(registry: Registry): void {
  const { instrumentSeries, instrumentDroppedRecords, instrumentOverflowRecords } = makeInstruments(registry, COUNTS);
  registry.onCollect(() => {
    instrumentSeries.set(registry.seriesCount());
    const counts = registry.droppedRecords();
    for (const reason of DROP_REASONS) instrumentDroppedRecords.mirrorTotal({ reason }, counts[reason]);
    for (const [metric, records] of registry.limitedRecords())
      instrumentOverflowRecords.mirrorTotal({ metric }, records);
  });
}
