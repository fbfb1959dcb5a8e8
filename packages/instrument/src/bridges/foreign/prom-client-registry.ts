// A registry of prom-client, or of a library that descends from it, shown by ours: `refresh` reads its JSON, which runs its
// callbacks, and `families` gives what was read. A reading that fails shows nothing rather than the values of the last one.

import type { Label } from '../../labels.ts';
import type { FamilySnapshot, SnapshotSource } from '../../snapshot/snapshot.ts';
import { LabelKeeper } from './label-keeper.ts';
import { familyFromJson } from './prom-client-json.ts';

const DEFAULT_MAX_SERIES = 10_000;

/** What is needed of it: a registry of prom-client 12 to 15, @prometheus-io/client or @platformatic/prom-client. */
export interface PromClientRegistry {
  getMetricsAsJSON(): unknown;
  readonly contentType?: string;
}

export interface PromClientSourceOptions {
  /** Label sets over all metrics that are shown (default 10,000); further ones are left out and counted. */
  readonly maxSeries?: number;
}

export interface PromClientSource extends SnapshotSource {
  refresh(): Promise<void>;
  /** Label sets that the last reading left out. */
  droppedSeries(): number;
}

/**
 * `registry.attach(promClientSource(register))` shows the metrics of `register`, with its default labels, as they were at
 * the last `registry.refresh()`. Counters keep their names, with or without `_total`.
 */
export function promClientSource(
  register: PromClientRegistry,
  { maxSeries = DEFAULT_MAX_SERIES }: PromClientSourceOptions = {},
): PromClientSource {
  let families: readonly FamilySnapshot[] = [];
  let dropped = 0;
  const keeper = new LabelKeeper();
  const keepLabels = (family: string, labels: Label[]): readonly Label[] => keeper.keep(family, labels);
  return {
    families: () => families,
    droppedSeries: () => dropped,
    refresh: async () => {
      families = [];
      dropped = 0;
      const metrics = await register.getMetricsAsJSON();
      const isOpenMetrics = register.contentType?.startsWith('application/openmetrics-text') === true;
      const read: FamilySnapshot[] = [];
      let room = maxSeries;
      for (const metric of Array.isArray(metrics) ? metrics : []) {
        const family = familyFromJson(metric, isOpenMetrics, {}, keepLabels);
        if (family === undefined) continue;
        const count = family.points.length;
        dropped += Math.max(0, count - room);
        read.push(count <= room ? family : ({ ...family, points: family.points.slice(0, room) } as FamilySnapshot));
        room -= Math.min(room, count);
      }
      keeper.finish();
      families = read;
    },
  };
}
