// Requests of OTLP for tests, in the form of its JSON: one resource, one scope, and what the test is about.

import type { OtlpObject } from './official-otlp.ts';

export type AttributeValue = string | number | boolean | OtlpObject;

export interface RequestOptions {
  readonly resource?: Readonly<Record<string, AttributeValue>>;
  readonly scope?: OtlpObject;
  readonly schemaUrl?: string;
}

export const SERVICE = { 'service.name': 'node', 'service.instance.id': 'a:1' } as const;

export function request(metrics: readonly OtlpObject[], options: RequestOptions = {}): OtlpObject {
  const { resource = SERVICE, scope = { name: 'test' }, schemaUrl } = options;
  const scopeMetrics = [{ scope, metrics, ...(schemaUrl === undefined ? {} : { schemaUrl }) }];
  return { resourceMetrics: [{ resource: { attributes: attributes(resource) }, scopeMetrics }] };
}

/** A value that is an object stands as it is: `{ bytesValue: '…' }`. */
export function attributes(record: Readonly<Record<string, AttributeValue>>): OtlpObject[] {
  return Object.entries(record).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): OtlpObject {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
  return value;
}

export function gauge(name: string, dataPoints: readonly OtlpObject[], more: OtlpObject = {}): OtlpObject {
  return { name, gauge: { dataPoints }, ...more };
}

export function sum(name: string, dataPoints: readonly OtlpObject[], more: OtlpObject = {}): OtlpObject {
  return { name, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true }, ...more };
}

export function histogram(name: string, dataPoints: readonly OtlpObject[], more: OtlpObject = {}): OtlpObject {
  return { name, histogram: { dataPoints, aggregationTemporality: 2 }, ...more };
}

export function exponential(name: string, dataPoints: readonly OtlpObject[], more: OtlpObject = {}): OtlpObject {
  return { name, exponentialHistogram: { dataPoints, aggregationTemporality: 2 }, ...more };
}

export function summary(name: string, dataPoints: readonly OtlpObject[], more: OtlpObject = {}): OtlpObject {
  return { name, summary: { dataPoints }, ...more };
}

/** The time of a data point, from Unix milliseconds. */
export function at(timeMs: number): { readonly timeUnixNano: string } {
  return { timeUnixNano: `${timeMs}000000` };
}
