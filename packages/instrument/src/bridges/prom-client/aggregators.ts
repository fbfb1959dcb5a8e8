// How the same metric of several workers becomes one: each takes the metrics' JSON and makes one of the values that have the
// same name and labels.

import type { Aggregator } from './types.ts';

interface AggregatedValue {
  value: number;
  labels: Record<string, unknown>;
  metricName?: string;
}

export interface AggregatedMetric {
  help: string;
  name: string;
  type: string;
  values: AggregatedValue[];
  aggregator: string;
}

export type AggregatorFunction = (metrics: readonly AggregatedMetric[]) => AggregatedMetric | undefined;

export const aggregators: Readonly<Record<Aggregator, AggregatorFunction>> = {
  sum: aggregatorOf((values) => values.reduce((total, value) => total + value, 0)),
  first: aggregatorOf((values) => values[0]!),
  omit: () => undefined,
  average: aggregatorOf((values) => values.reduce((total, value) => total + value, 0) / values.length),
  min: aggregatorOf((values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)),
  max: aggregatorOf((values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)),
};

function aggregatorOf(combine: (values: readonly number[]) => number): AggregatorFunction {
  return (metrics) => {
    const [first] = metrics;
    if (first === undefined) return undefined;
    const alike = new Map<string, AggregatedValue[]>();
    for (const { values } of metrics) {
      for (const value of values) {
        const key = keyOf(value);
        const others = alike.get(key);
        if (others === undefined) alike.set(key, [value]);
        else others.push(value);
      }
    }
    const { help, name, type, aggregator } = first;
    return { help, name, type, values: Array.from(alike.values(), (values) => combined(values, combine)), aggregator };
  };
}

function combined(values: readonly AggregatedValue[], combine: (values: readonly number[]) => number): AggregatedValue {
  const { labels, metricName } = values[0]!;
  const value = combine(values.map((one) => one.value));
  return metricName === undefined ? { value, labels } : { value, labels, metricName };
}

/** The same for the same name and labels, in whatever order. */
function keyOf({ metricName, labels }: AggregatedValue): string {
  const names = Object.keys(labels)
    .filter((name) => labels[name] !== undefined)
    .sort();
  return JSON.stringify([metricName, ...names.map((name) => [name, String(labels[name])])]);
}
