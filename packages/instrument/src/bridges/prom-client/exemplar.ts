// Exemplars: the last observation of a series or bucket that came with labels of its own. OpenMetrics allows 128 characters.

import { isObject } from './metric.ts';
import type { ExemplarObject } from './types.ts';

const MAX_CHARACTERS = 128;

/** @throws {RangeError} when the labels are longer than OpenMetrics allows */
export function exemplarOf(labels: unknown, value: number): ExemplarObject {
  const labelSet = isObject(labels) ? { ...labels } : {};
  let length = 0;
  for (const [name, labelValue] of Object.entries(labelSet)) length += name.length + String(labelValue).length;
  if (length > MAX_CHARACTERS) throw new RangeError('Label set size must be smaller than 128 UTF-8 chars');
  return { labelSet, value, timestamp: Date.now() / 1000 };
}
