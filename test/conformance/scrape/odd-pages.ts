// Pages of protobuf, most of them odd, by a name for each.

import {
  encodeFamilies,
  pairs,
  TYPE,
} from '../../../packages/monitor/src/sources/scrape/protobuf/testing/encode-families.ts';

const NATIVE = {
  sampleCount: 6,
  sampleSum: 10,
  schema: 0,
  zeroThreshold: 0.01,
  zeroCount: 1,
  positiveSpan: [{ offset: 0, length: 2 }],
  positiveDelta: [2, 1],
};
const BUCKETS = [
  { cumulativeCount: 2, upperBound: 1 },
  { cumulativeCount: 5, upperBound: 2.5 },
];
const BOUNDS = [1e-5, 0.0001, 1, 10, 123_456, 1e6, 1_234_567, 1e21, Number.NaN];
const GAUGE = { gauge: { value: 3 } };
/** Behind a histogram that is refused, to see whether the page is. */
const OTHER = { name: 'other', type: TYPE.gauge, metric: [GAUGE] };

const histogramPage = (histogram: object, type: number = TYPE.histogram) =>
  encodeFamilies({ name: 'h', type, metric: [{ histogram }] }, OTHER);
const gaugePage = (...metric: readonly object[]) => encodeFamilies({ name: 'g', type: TYPE.gauge, metric });

const SECONDS = Math.floor(Date.now() / 1000);
const exemplar = (value: number, secondsAgo?: number) => ({
  label: pairs({ trace_id: `x${value}` }),
  value,
  ...(secondsAgo !== undefined && { timestamp: { seconds: SECONDS - secondsAgo, nanos: 500_000_000 } }),
});

export const ODD_PAGES: Readonly<Record<string, Uint8Array>> = {
  nothing: Buffer.alloc(0),
  scalars: encodeFamilies(
    {
      name: 'c_total',
      type: TYPE.counter,
      help: 'C.',
      metric: [{ counter: { value: 1, createdTimestamp: { seconds: 5 } } }],
    },
    {
      name: 'g',
      type: TYPE.gauge,
      unit: 'seconds',
      metric: [{ gauge: { value: Number.NaN } }, { label: pairs({ a: 'é "\n', b: '' }), ...GAUGE }],
    },
    { name: 'u', metric: [{ counter: { value: -0 } }] },
    {
      name: 's',
      type: TYPE.summary,
      metric: [
        {
          summary: {
            sampleCount: 3,
            sampleSum: 4,
            quantile: [
              { quantile: 0.99, value: 2 },
              { quantile: 1, value: Number.NaN },
            ],
          },
        },
      ],
    },
  ),
  targetLabels: gaugePage({ label: pairs({ job: 'own', instance: 'mine', exported_job: 'already' }), ...GAUGE }),
  both: histogramPage({ ...NATIVE, bucket: BUCKETS }),
  nativeAlone: histogramPage(NATIVE),
  classic: histogramPage({ sampleCount: 6, sampleSum: 1, bucket: BUCKETS }),
  classicWithInfinity: histogramPage({
    sampleCount: 6,
    bucket: [...BUCKETS, { cumulativeCount: 7, upperBound: Number.POSITIVE_INFINITY }],
  }),
  withoutBuckets: histogramPage({ sampleCount: 6, sampleSum: 1 }),
  bounds: histogramPage({ sampleCount: 6, bucket: BOUNDS.map((upperBound) => ({ upperBound, cumulativeCount: 1 })) }),
  ofGauges: histogramPage({ ...NATIVE, bucket: BUCKETS }, TYPE.gaugeHistogram),
  ofFloats: histogramPage({
    sampleCountFloat: 6.5,
    sampleSum: 10,
    schema: 2,
    zeroThreshold: 0.01,
    zeroCountFloat: 1.5,
    positiveSpan: [{ offset: -3, length: 2 }],
    positiveCount: [2, 3],
  }),
  classicOfFloats: histogramPage({ sampleCountFloat: 6.5, bucket: [{ cumulativeCountFloat: 2.5, upperBound: 1 }] }),
  twoSided: histogramPage({
    sampleCount: 10,
    sampleSum: -3,
    schema: 3,
    zeroCount: 2,
    positiveSpan: [
      { offset: -40, length: 1 },
      { offset: 12, length: 2 },
    ],
    positiveDelta: [1, 1, -1],
    negativeSpan: [{ offset: 5, length: 2 }],
    negativeDelta: [3, -2],
  }),
  emptyNative: histogramPage({ positiveSpan: [{ offset: 0, length: 0 }] }),
  sumIsNaN: histogramPage({ ...NATIVE, sampleCount: 7, sampleSum: Number.NaN }),
  exemplars: encodeFamilies(
    { name: 'c_total', type: TYPE.counter, metric: [{ counter: { value: 1, exemplar: exemplar(1) } }] },
    {
      name: 'h',
      type: TYPE.histogram,
      metric: [{ histogram: { ...NATIVE, exemplars: [exemplar(3, 1), exemplar(2, 2), exemplar(9)] } }],
    },
    {
      name: 'k',
      type: TYPE.histogram,
      metric: [
        {
          histogram: {
            ...NATIVE,
            bucket: [
              { ...BUCKETS[0], exemplar: exemplar(1, 3) },
              { ...BUCKETS[1], exemplar: exemplar(2) },
            ],
          },
        },
      ],
    },
  ),
  timestamps: gaugePage({ ...GAUGE, timestampMs: (SECONDS - 5) * 1000 }),
  familyWithoutMetrics: encodeFamilies({ name: 'e', type: TYPE.gauge }, OTHER),
  noValueIsZero: gaugePage({ gauge: {} }),
  seriesTwice: gaugePage(GAUGE, { gauge: { value: 4 } }),
  utf8Names: encodeFamilies({ name: 'a.b é', type: TYPE.gauge, metric: [{ label: pairs({ 'c d': 'e' }), ...GAUGE }] }),
  noName: encodeFamilies({ type: TYPE.gauge, metric: [GAUGE] }),
  labelTwice: gaugePage({ label: [...pairs({ a: '1' }), ...pairs({ a: '2' })], ...GAUGE }),
  labelWithoutName: gaugePage({ label: pairs({ '': '1' }), ...GAUGE }),
  nameAsLabel: gaugePage({ label: pairs({ __name__: 'z' }), ...GAUGE }),
  ownLe: encodeFamilies({
    name: 'h',
    type: TYPE.histogram,
    metric: [{ label: pairs({ le: 'mine' }), histogram: { bucket: BUCKETS } }],
  }),
  ownQuantile: encodeFamilies({
    name: 's',
    type: TYPE.summary,
    metric: [{ label: pairs({ quantile: 'mine' }), summary: { quantile: [{ quantile: 0.5, value: 3 }] } }],
  }),
  wrongCount: histogramPage({ ...NATIVE, sampleCount: 9 }),
  wrongSpans: histogramPage({ ...NATIVE, positiveSpan: [{ offset: 0, length: 5 }] }),
  negativeCount: histogramPage({ ...NATIVE, positiveDelta: [2, -3] }),
  customSchema: histogramPage({ ...NATIVE, schema: -53 }),
  unknownSchema: histogramPage({ ...NATIVE, schema: 60 }),
  cutOff: gaugePage(GAUGE).subarray(0, -2),
  labelNoUtf8: withBrokenText(gaugePage({ label: pairs({ a: 'zz' }), ...GAUGE })),
  helpNoUtf8: withBrokenText(encodeFamilies({ name: 'g', help: 'zz', metric: [{ untyped: { value: 1 } }] })),
};

/** What we refuse and Prometheus does not: it takes a metric that lacks its content for 0. */
export const REFUSED_HERE_ALONE: Readonly<Record<string, Uint8Array>> = {
  noContent: gaugePage({}),
  contentOfAnotherType: gaugePage({ counter: { value: 1 } }),
};

/** What Prometheus refuses and we step down: a native histogram that is finer than schema 8. */
export const TAKEN_HERE_ALONE: Readonly<Record<string, Uint8Array>> = {
  fineSchema: histogramPage({ ...NATIVE, schema: 9 }),
};

function withBrokenText(page: Buffer): Buffer {
  page[page.indexOf('zz')] = 0xff;
  return page;
}
