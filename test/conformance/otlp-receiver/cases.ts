// The requests that are sent to Prometheus and to us, by what they are about. Each is a function of a time, as Prometheus
// takes only what is recent.

import {
  at,
  attributes,
  exponential,
  gauge,
  histogram,
  request,
  SERVICE,
  sum,
  summary,
} from '../../../packages/monitor/src/sources/push/otlp/testing/build-request.ts';
import type { OtlpObject } from '../../../packages/monitor/src/sources/push/otlp/testing/official-otlp.ts';

import { NAME_CASES, type OtlpCase, points } from './name-cases.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

export const CASES: Readonly<Record<string, OtlpCase>> = {
  ...NAME_CASES,
  numbers: (timeMs) =>
    request([
      gauge(
        'numbers',
        [
          { asDouble: 1.5 },
          { asDouble: Infinity },
          { asDouble: -Infinity },
          { asDouble: Number.NaN },
          { asInt: '9007199254740993' },
          { asInt: '-9007199254740993' },
          { asInt: '9223372036854775807' },
          { asInt: '-9223372036854775808' },
          { asInt: '-1' },
          { asInt: '0' },
          { asDouble: 5e-324 },
          { asDouble: 0 },
        ].map((value, index) => ({ ...at(timeMs), ...value, attributes: attributes({ index }) })),
      ),
    ]),
  'times between milliseconds, and a start': (timeMs) =>
    request([
      sum('times', [
        {
          timeUnixNano: `${timeMs}999999`,
          startTimeUnixNano: `${timeMs - 1000}000000`,
          asInt: 1,
          attributes: attributes({ i: 1 }),
        },
        {
          timeUnixNano: `${timeMs}000001`,
          startTimeUnixNano: `${timeMs}000001`,
          asInt: 2,
          attributes: attributes({ i: 2 }),
        },
      ]),
    ]),
  'classic histograms': (timeMs) =>
    request([
      histogram(
        'classic',
        points(
          timeMs,
          {
            count: 10,
            sum: 12.5,
            bucketCounts: [1, 2, 3, 4],
            explicitBounds: [0.1, 1, 10],
            attributes: attributes({ i: 1 }),
          },
          { count: 10, bucketCounts: [1, 2, 3, 4], explicitBounds: [0.1, 1, 10], attributes: attributes({ i: 2 }) },
          { count: 5, sum: 1, attributes: attributes({ i: 3 }) },
          { count: 5, sum: 1, bucketCounts: [5], attributes: attributes({ i: 4 }) },
          { count: 7, sum: -1, bucketCounts: [1, 2], explicitBounds: [1, 2, 3], attributes: attributes({ i: 5 }) },
          {
            count: 7,
            sum: -1,
            bucketCounts: [0, 0, 0, 0],
            explicitBounds: [1e-7, 1e21, 123456.789],
            attributes: attributes({ i: 6, le: 'x' }),
          },
          {
            count: 3,
            sum: 1,
            min: 0,
            max: 9,
            bucketCounts: [1, 1, 1],
            explicitBounds: [-0, 1e100],
            attributes: attributes({ i: 7 }),
          },
        ),
        { unit: 's', description: 'With a description' },
      ),
    ]),
  'histograms whose buckets add up': (timeMs) =>
    request([
      histogram(
        'adding_up',
        points(
          timeMs,
          {
            count: 10,
            sum: 12.5,
            bucketCounts: [1, 2, 3, 4],
            explicitBounds: [0.1, 1, 10],
            attributes: attributes({ i: 1 }),
          },
          {
            count: 10,
            bucketCounts: [0, 0, 0, 0, 0, 10],
            explicitBounds: [0.1, 1, 10, 20, 30],
            attributes: attributes({ i: 2 }),
          },
          { count: 5, sum: 1, bucketCounts: [5], attributes: attributes({ i: 3 }) },
          { count: 0, sum: 0, bucketCounts: [0, 0], explicitBounds: [1], attributes: attributes({ i: 4 }) },
          {
            count: 2,
            sum: 1,
            bucketCounts: [1, 0, 0, 0, 0, 1],
            explicitBounds: [-2, -1, 0, 1, 2],
            attributes: attributes({ i: 5 }),
          },
          {
            count: 2,
            sum: 1,
            bucketCounts: [0, 1, 0, 0, 1, 0],
            explicitBounds: [-2, -1, 0, 1, 2],
            attributes: attributes({ i: 6 }),
          },
        ),
        { unit: 's' },
      ),
    ]),
  'exemplars of histograms and sums': (timeMs) => {
    const exemplar = (asDouble: number, more: OtlpObject = {}): OtlpObject => ({
      ...at(timeMs - 100 + asDouble),
      asDouble,
      ...more,
    });
    const ids = { traceId: TRACE, spanId: SPAN };
    return request([
      histogram('exemplar_histogram', [
        {
          ...at(timeMs),
          count: 4,
          sum: 20,
          bucketCounts: [1, 2, 1],
          explicitBounds: [1, 5],
          exemplars: [
            exemplar(1, ids),
            exemplar(3, { filteredAttributes: attributes({ b: 'x', a: 1 }) }),
            exemplar(5),
            exemplar(9),
          ],
        },
      ]),
      sum('exemplar_sum', [
        {
          ...at(timeMs),
          asInt: 3,
          exemplars: [{ ...at(timeMs - 3), asInt: '7', ...ids, filteredAttributes: attributes({ k: 'v' }) }],
        },
      ]),
      sum('exemplar_long', [
        {
          ...at(timeMs),
          asInt: 3,
          exemplars: [exemplar(1, { ...ids, filteredAttributes: attributes({ k: 'v'.repeat(100) }) })],
        },
      ]),
      exponential('exemplar_exponential', [
        {
          ...at(timeMs),
          count: 1,
          sum: 3,
          scale: 0,
          positive: { offset: 1, bucketCounts: [1] },
          exemplars: [exemplar(3, ids)],
        },
      ]),
      gauge('exemplar_gauge', [{ ...at(timeMs), asInt: 3, exemplars: [exemplar(1, ids)] }]),
    ]);
  },
  'exponential histograms': (timeMs) =>
    request([
      exponential(
        'exponential',
        [
          { count: 6, sum: 3, scale: 3, zeroCount: 1, positive: { offset: -2, bucketCounts: [1, 0, 0, 0, 4] } },
          { count: 6, sum: 3, scale: 3, zeroCount: 1, negative: { offset: 5, bucketCounts: [1, 0, 0, 4] } },
          { count: 0, scale: 0 },
          {
            count: 3,
            sum: 1,
            scale: 8,
            positive: { offset: 0, bucketCounts: [1, 1, 1] },
            negative: { offset: 0, bucketCounts: [] },
          },
          { count: 10, sum: 1, scale: 10, positive: { offset: 5, bucketCounts: [1, 2, 3, 4] } },
          { count: 10, sum: 1, scale: 20, positive: { offset: -5, bucketCounts: [1, 2, 3, 4] } },
          {
            count: 10,
            sum: 1,
            scale: 9,
            positive: { offset: -5, bucketCounts: [1, 2, 3, 4] },
            negative: { offset: 0, bucketCounts: [0] },
          },
          { count: 3, sum: 1, scale: -4, positive: { offset: -1, bucketCounts: [1, 2] } },
          { count: 3, sum: 1, scale: 4, zeroThreshold: 0.25, zeroCount: 3 },
          { count: 7, sum: 1, scale: 2, positive: { offset: 100, bucketCounts: [0, 0, 0, 0, 0, 7, 0, 0, 0, 0] } },
          { count: 7, sum: 1, scale: 2, positive: { offset: 0, bucketCounts: [1, 0, 2, 0, 0, 3, 0, 0, 0, 1] } },
          { count: 1, sum: 2.5, min: 2.5, max: 2.5, scale: 0, positive: { offset: 1, bucketCounts: [1] } },
          { count: 4, sum: Number.NaN, scale: 0, positive: { offset: 1, bucketCounts: [1] } },
        ].map((value, i) => ({ ...at(timeMs), ...value, attributes: attributes({ i }) })),
        { unit: 's' },
      ),
    ]),
  summaries: (timeMs) =>
    request([
      summary(
        'summary',
        points(timeMs, {
          count: 10,
          sum: 12.5,
          quantileValues: [
            { quantile: 0, value: 1 },
            { quantile: 0.5, value: 2 },
            { quantile: 0.999, value: Number.NaN },
            { quantile: 1, value: 3 },
          ],
          attributes: attributes({ quantile: 'mine' }),
        }),
        { unit: 'ms', description: 'Summary' },
      ),
    ]),
  'no recorded value': (timeMs) =>
    [0, 1].map((flags) => {
      const point = { ...at(timeMs + flags), flags };
      return request([
        gauge('stale_gauge', [{ ...point, asInt: 1 }]),
        sum('stale_sum', [{ ...point, asDouble: 1 }]),
        histogram('stale_histogram', [{ ...point, count: 2, sum: 1, bucketCounts: [1, 1], explicitBounds: [1] }]),
        summary('stale_summary', [{ ...point, count: 2, sum: 1, quantileValues: [{ quantile: 0.5, value: 1 }] }]),
        exponential('stale_exponential', [{ ...point, count: 1, sum: 1, positive: { bucketCounts: [1] } }]),
      ]);
    }),
  resources: (timeMs) =>
    [
      {},
      { 'service.name': 'alone' },
      { 'service.namespace': 'ns', 'service.name': 'alone' },
      { 'service.namespace': 'ns' },
      { 'service.instance.id': 'alone' },
      { 'service.name': '', 'service.instance.id': '' },
      { 'service.name': '', 'service.namespace': 'ns' },
      { 'service.name': 5, 'service.instance.id': 1.5 },
      { ...SERVICE, 'host.name': 'h', 'process.pid': 42, a: { arrayValue: { values: [{ intValue: 1 }] } } },
      { 'host.name': 'nobody' },
      { job: 'by attribute', 'host.name': 'h2' },
      { ...SERVICE, job: 'other', instance: 'other', 'host.name': 'h3', __name__: 'x' },
      { ...SERVICE, 'host.name': '', 'host-name': 'h4', host_name: 'h5' },
      { ...SERVICE, 'k8s.pod.name': 'pod', 'service.version': '1.0', service_version: '2' },
    ].map((resource, index) =>
      request(
        [
          gauge(
            'of_resource',
            points(timeMs, { asInt: 1, attributes: attributes({ index, 'service.version': 'mine' }) }),
          ),
        ],
        {
          resource,
        },
      ),
    ),
  'target_info over a longer time': (timeMs) =>
    request(
      [
        gauge(
          'over_time',
          [at(timeMs), at(timeMs + 200_000), at(timeMs + 440_000)].map((time, i) => ({
            ...time,
            asInt: i,
            attributes: attributes({ i }),
          })),
        ),
        sum('over_time_sum', [{ timeUnixNano: `${timeMs - 50}000500`, asInt: 1 }]),
      ],
      { resource: { 'service.name': 'long', 'host.name': 'h' } },
    ),
  'target_info exactly at its interval': (timeMs) =>
    request(
      [
        gauge(
          'at_interval',
          [at(timeMs), at(timeMs + 300_000)].map((time, i) => ({ ...time, asInt: i, attributes: attributes({ i }) })),
        ),
      ],
      { resource: { 'service.name': 'exact', 'host.name': 'h' } },
    ),
  'two resources with one target_info': (timeMs) => {
    const one = request([gauge('twice', points(timeMs, { asInt: 1, attributes: attributes({ i: 1 }) }))], {
      resource: { 'service.name': 'twice', 'host.name': 'h' },
    });
    const two = request([gauge('twice', points(timeMs, { asInt: 2, attributes: attributes({ i: 2 }) }))], {
      resource: { 'host.name': 'h', 'service.name': 'twice' },
    });
    return { resourceMetrics: [...(one['resourceMetrics'] as []), ...(two['resourceMetrics'] as [])] };
  },
  scopes: (timeMs) =>
    [
      { name: 'lib', version: '1.2', attributes: attributes({ 'a.b': 'x', n: 1, 'a-b': 'y' }) },
      { name: 'lib' },
      { version: '1' },
      {},
    ].map((scope, index) =>
      request(
        [gauge('of_scope', points(timeMs, { asInt: 1, attributes: attributes({ index, otel_scope_name: 'mine' }) }))],
        {
          scope,
          schemaUrl: `https://example.org/${index}`,
          resource: { ...SERVICE, 'host.name': 'scoped', otel_scope_version: 'of resource' },
        },
      ),
    ),
  'kinds side by side, with descriptions': (timeMs) =>
    request([
      gauge('side_gauge', points(timeMs, { asInt: 1 }), { description: 'A gauge', unit: 'By/s' }),
      sum('side_sum', points(timeMs, { asInt: 1 }), { description: 'A "sum"\nof two', unit: '{things}' }),
      sum('side_up_down', points(timeMs, { asInt: -1 }), {
        description: 'Down',
        sum: { dataPoints: points(timeMs, { asInt: -1 }), aggregationTemporality: 2 },
      }),
    ]),
};
