// The canonical metrics as the store is told of them: the part of the instrument's table that names after a renaming are looked up in.

import { METRIC_TABLE, type MetricDefinition } from '@chainpulse/instrument';
import type { MetricMetadata } from '../../model/batch.ts';

const BY_NAME: ReadonlyMap<string, MetricMetadata> = new Map(
  Object.values(METRIC_TABLE).flatMap((rows) =>
    Object.values<MetricDefinition>(rows).map(({ name, type, help, unit = '' }) => [name, { name, type, help, unit }]),
  ),
);

/** Undefined for a name that is not canonical. */
export function canonicalMetric(name: string): MetricMetadata | undefined {
  return BY_NAME.get(name);
}

export function canonicalNames(): readonly string[] {
  return [...BY_NAME.keys()];
}
