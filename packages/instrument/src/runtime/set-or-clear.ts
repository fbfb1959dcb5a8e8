// A value that may not be known: a gauge shows it, or is absent.

import type { Gauge } from '../gauge.ts';

export function setOrClear(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.clear();
  else gauge.set(value);
}
