// The types of metrics by their numbers, the same in remote write 1.0 and 2.0, and the family that a series belongs to.

import type { MetricType } from '../../../model/batch.ts';

const TYPES: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
];

export function metricTypeOf(number: number): MetricType {
  return TYPES[number] ?? 'unknown';
}

const SUFFIXES: Readonly<Partial<Record<MetricType, RegExp>>> = {
  histogram: /_(?:bucket|count|sum)$/,
  gaugehistogram: /_(?:bucket|gcount|gsum|count|sum)$/,
  summary: /_(?:count|sum)$/,
};

/** Remote write 2.0 sends metadata with each series: this is the family that it describes. */
export function familyOf(metricName: string, type: MetricType): string {
  const suffix = SUFFIXES[type];
  return suffix === undefined ? metricName : metricName.replace(suffix, '');
}
