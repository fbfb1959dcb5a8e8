// Requests of delta temporality. Exemplars are left out: Prometheus sends on those of the first data point again and again.

import {
  at,
  attributes,
  exponential,
  gauge,
  histogram,
  request,
} from '../../../packages/monitor/src/sources/push/otlp/testing/build-request.ts';
import type { OtlpObject } from '../../../packages/monitor/src/sources/push/otlp/testing/official-otlp.ts';
import type { OtlpCase } from './name-cases.ts';

const DELTA = 1;

function deltaHistogram(name: string, point: OtlpObject): OtlpObject {
  return histogram(name, [], { histogram: { dataPoints: [point], aggregationTemporality: DELTA } });
}

function deltaExponential(name: string, point: OtlpObject): OtlpObject {
  return exponential(name, [], { exponentialHistogram: { dataPoints: [point], aggregationTemporality: DELTA } });
}

function series(timeMs: number, metrics: readonly ((time: OtlpObject) => OtlpObject)[]): OtlpObject[] {
  return metrics.map((metric, index) => {
    const start = { startTimeUnixNano: `${timeMs + 100 * (index - 1)}000000` };
    return request([metric({ ...at(timeMs + 100 * index), ...start })]);
  });
}

export const DELTA_CASES: Readonly<Record<string, OtlpCase>> = {
  numbers: (timeMs) =>
    series(
      timeMs,
      [1, 2.5, 0, 4].map((asDouble) => (time: OtlpObject) => ({
        name: 'delta_sum',
        sum: {
          aggregationTemporality: DELTA,
          isMonotonic: true,
          dataPoints: [
            { ...time, asDouble, attributes: attributes({ a: 1 }) },
            { ...time, asDouble: -asDouble },
          ],
        },
      })),
    ),
  'numbers that come late or twice': (timeMs) => {
    const point = (offsetMs: number, asInt: number): OtlpObject =>
      request([
        gauge('beside_late', [{ ...at(timeMs + 500 + asInt), asInt }]),
        { name: 'late_sum', sum: { aggregationTemporality: DELTA, dataPoints: [{ ...at(timeMs + offsetMs), asInt }] } },
      ]);
    return [point(100, 1), point(100, 2), point(50, 3), point(200, 4)];
  },
  'explicit histograms': (timeMs) =>
    series(timeMs, [
      (time) =>
        deltaHistogram('delta_histogram', { ...time, count: 3, sum: 2, bucketCounts: [1, 2], explicitBounds: [1] }),
      (time) =>
        deltaHistogram('delta_histogram', { ...time, count: 5, sum: 1, bucketCounts: [1, 4], explicitBounds: [1] }),
      (time) =>
        deltaHistogram('delta_histogram', { ...time, count: 2, sum: 1, bucketCounts: [1, 1], explicitBounds: [2] }),
      (time) => deltaHistogram('delta_histogram', { ...time, count: 2, bucketCounts: [1, 1], explicitBounds: [2] }),
      (time) =>
        deltaHistogram('delta_histogram', { ...time, count: 2, sum: 4, bucketCounts: [1, 1], explicitBounds: [2] }),
    ]),
  'exponential histograms': (timeMs) =>
    series(
      timeMs,
      [
        { count: 3, sum: 2, scale: 3, positive: { offset: 0, bucketCounts: [1, 2] } },
        { count: 4, sum: 2, scale: 3, zeroCount: 1, positive: { offset: 5, bucketCounts: [1, 2] } },
        { count: 3, sum: 2, scale: 1, positive: { offset: -3, bucketCounts: [1, 2] } },
        { count: 3, sum: 2, scale: 5, negative: { offset: -3, bucketCounts: [1, 2] } },
        { count: 3, sum: 2, scale: 5, positive: { offset: 4000, bucketCounts: [1, 2] } },
        {
          count: 6,
          sum: 2,
          scale: 5,
          zeroThreshold: 0.5,
          zeroCount: 3,
          positive: { offset: 40, bucketCounts: [1, 2] },
        },
        { count: 3, sum: 2, scale: 5, zeroThreshold: 0.25, positive: { offset: -200, bucketCounts: [1, 2] } },
        { count: 3, scale: 5, positive: { offset: 0, bucketCounts: [1, 2] } },
      ].map((point) => (time) => deltaExponential('delta_exponential', { ...time, ...point })),
    ),
};
