// Names: those of metrics with their units, those of attributes, and what the values of attributes are as text.

import {
  at,
  attributes,
  exponential,
  gauge,
  histogram,
  request,
  sum,
  summary,
} from '../../../packages/monitor/src/sources/push/otlp/testing/build-request.ts';
import type { OtlpObject } from '../../../packages/monitor/src/sources/push/otlp/testing/official-otlp.ts';

export type OtlpCase = (timeMs: number) => OtlpObject | readonly OtlpObject[];

const UNITS = [
  '',
  '1',
  '%',
  's',
  'ms',
  'us',
  'ns',
  'min',
  'h',
  'd',
  'By',
  'KiBy',
  'MiBy',
  'GiBy',
  'TiBy',
  'KBy',
  'MBy',
  'GBy',
  'TBy',
  'm',
  'V',
  'A',
  'J',
  'W',
  'g',
  'Cel',
  'Hz',
  'By/s',
  'm/s',
  '1/s',
  '{block}',
  '{block}/s',
  'By/{block}',
  's/mo',
  '/s',
  'k/',
  'foo',
  'foo/bar',
  'foo bar',
  ' s ',
  '_s',
  's_',
  'é',
  'é/é',
  'a__b/c--d',
  'By/s/h',
  '/',
  '//',
  'per',
  '°C',
  'ratio',
  'total',
];
const NAMES = [
  'requests',
  'requests_total',
  'total',
  'total_requests',
  'a.total.b',
  'seconds',
  'uptime_seconds',
  'uptime_seconds_total',
  'http.server.duration',
  'cpu ratio',
  'ratio',
  'a_ratio',
  'a_ratio_b',
  '1st',
  '_private',
  '__double__',
  'a..b',
  '.a.',
  'é.b',
  'per_second',
  'io_bytes_per_second',
  'bytes',
  'x:y',
  'ünïcödé',
  'a-b-',
  '9',
  '_9',
  'foototal',
  'fooseconds',
  'A.B/C',
];

/** Each name with every unit, but only a part of them a case. */
function named(
  kind: (name: string, points: readonly OtlpObject[], more: OtlpObject) => OtlpObject,
  part: number,
): OtlpCase {
  return (timeMs) => {
    let number = 0;
    const metrics = NAMES.flatMap((name) =>
      UNITS.filter(() => number++ % 4 === part).map((unit, index) =>
        kind(name, [{ ...at(timeMs), asInt: 1, attributes: attributes({ unit, index, name }) }], { unit }),
      ),
    );
    return request(metrics);
  };
}

export const points = (timeMs: number, ...values: readonly OtlpObject[]): OtlpObject[] =>
  values.map((value) => ({ ...at(timeMs), ...value }));

export const NAME_CASES: Readonly<Record<string, OtlpCase>> = {
  'names and units of gauges': named(gauge, 0),
  'names and units of counters': named(sum, 1),
  'names and units of sums that can fall': named(
    (name, dataPoints, more) => ({ name, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: false }, ...more }),
    2,
  ),
  'names and units of summaries': (timeMs) =>
    request(
      NAMES.map((name, i) => summary(name, points(timeMs, { count: 1, sum: 2 }), { unit: UNITS[i % UNITS.length] })),
    ),
  'names of attributes': (timeMs) =>
    request([
      gauge(
        'attribute_names',
        [
          'a',
          'a.b',
          'a-b',
          '_a',
          '__a',
          '__a__',
          '.a',
          '..a',
          '1a',
          '_',
          '.',
          'a_',
          'a__b',
          'é',
          'aé',
          '😀',
          'A',
          'a:b',
          'le',
          'quantile',
          '__name__',
          'job',
          'instance',
          'exported_job',
          '9',
          'a b',
          'otel_scope_name',
          '_1',
          '-1',
        ].map((key, index) => ({ ...at(timeMs), asInt: index, attributes: attributes({ [key]: 'x', index }) })),
      ),
    ]),
  'attributes that have one name when escaped': (timeMs) =>
    request([
      gauge(
        'collisions',
        points(
          timeMs,
          { asInt: 1, attributes: attributes({ 'a.b': '1', 'a-b': '2', a_b: '3', case: 1 }) },
          { asInt: 2, attributes: attributes({ 'a.b': '', 'a-b': '2', case: 2 }) },
          { asInt: 3, attributes: attributes({ 'a.b': '2', a_b: '', case: 3 }) },
          { asInt: 4, attributes: attributes({ 'service.name': '2', job: 'mine', 'instance ': 'x', case: 4 }) },
        ),
      ),
    ]),
  'values of attributes': (timeMs) =>
    request([
      gauge(
        'attribute_values',
        [
          { stringValue: 'text "quoted" \\ \n é 😀' },
          { stringValue: '' },
          {},
          { boolValue: true },
          { boolValue: false },
          { intValue: '0' },
          { intValue: '-1' },
          { intValue: '9223372036854775807' },
          { intValue: '-9223372036854775808' },
          { intValue: '9007199254740993' },
          { doubleValue: 0 },
          { doubleValue: -0 },
          { doubleValue: 1.5 },
          { doubleValue: 1e21 },
          { doubleValue: 1e20 },
          { doubleValue: 1e-7 },
          { doubleValue: -1.25e-9 },
          { doubleValue: 123456789.123 },
          { doubleValue: Number.NaN },
          { doubleValue: Infinity },
          { doubleValue: -Infinity },
          { doubleValue: Number.MIN_VALUE },
          { doubleValue: Number.MAX_VALUE },
          { bytesValue: 'AAECAw==' },
          { bytesValue: '' },
          { arrayValue: {} },
          {
            arrayValue: {
              values: [{ stringValue: 'a<>&\u2028\u2029"\u0001\b\f\t' }, { intValue: '1' }, {}, { boolValue: true }],
            },
          },
          {
            arrayValue: {
              values: [{ doubleValue: 1e-7 }, { doubleValue: -0 }, { doubleValue: 1e21 }, { bytesValue: 'AQ==' }],
            },
          },
          { arrayValue: { values: [{ doubleValue: Number.NaN }] } },
          { kvlistValue: {} },
          {
            kvlistValue: {
              values: attributes({
                b: 'x',
                a: { arrayValue: { values: [{ intValue: '9007199254740993' }] } },
                é: 1.5,
                B: true,
              }),
            },
          },
        ].map((value, index) => ({ ...at(timeMs), asInt: index, attributes: attributes({ index, value }) })),
      ),
    ]),
};

/** Each name once, as metadata is by name. */
export const METADATA_CASES: Readonly<Record<string, OtlpCase>> = {
  units: (timeMs) =>
    request(
      UNITS.map((unit, index) => gauge(`unit_${index}`, points(timeMs, { asInt: 1 }), { unit, description: 'A unit' })),
    ),
  types: (timeMs) =>
    request([
      gauge('of_type_gauge', points(timeMs, { asInt: 1 })),
      sum('of_type_sum', points(timeMs, { asInt: 1 }), { unit: 'By' }),
      { name: 'of_type_up_down', sum: { aggregationTemporality: 2, dataPoints: points(timeMs, { asInt: -1 }) } },
      histogram('of_type_histogram', points(timeMs, { count: 1, sum: 1, bucketCounts: [1, 0], explicitBounds: [1] }), {
        unit: 's',
      }),
      exponential('of_type_exponential', points(timeMs, { count: 1, sum: 1, positive: { bucketCounts: [1] } })),
      summary('of_type_summary', points(timeMs, { count: 1, sum: 1, quantileValues: [{ quantile: 0.5, value: 1 }] })),
    ]),
};
