// What histograms and summaries take as an observation.

import { formatValue } from './node-modules.ts';

/** @throws {TypeError} for anything but a finite number */
export function observationOf(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`Value is not a valid number: ${formatValue(value)}`);
}
