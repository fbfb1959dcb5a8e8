import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CollectingSink } from '../testing/collecting-sink.ts';
import { MalformedFamilies } from './family-reader.ts';
import { ProtobufParser } from './protobuf-parser.ts';
import { encodeFamilies, pairs, TYPE } from './testing/encode-families.ts';
import { BOTH, BUCKETS, CLASSIC_SAMPLES, NATIVE, parse, REQUEST } from './testing/parsed-page.ts';

describe('a page', () => {
  test('gives its scalars, with labels in order, times and metadata', async () => {
    const sink = await parse(
      encodeFamilies(
        {
          name: 'c_total',
          help: 'How "many"\nthere are.',
          type: TYPE.counter,
          unit: 'things',
          metric: [
            {
              label: pairs({ z: 'é "😀"', a: '1', empty: '' }),
              counter: { value: 2.5, createdTimestamp: { seconds: 5 } },
            },
            { label: pairs({ a: '2' }), counter: { value: 0 }, timestampMs: 1_700_000_000_123 },
          ],
        },
        {
          name: 'g',
          type: TYPE.gauge,
          metric: [{ gauge: { value: -Infinity } }, { label: pairs({ 'a.b': 'c' }), gauge: {} }],
        },
        { name: 'u', type: TYPE.untyped, metric: [{ untyped: { value: 7 }, timestampMs: -5 }] },
        { name: 'nobody', type: TYPE.gauge },
      ),
    );
    assert.deepEqual(sink.samples, [
      ['c_total{a="1",z="é \\"😀\\""}', 2.5],
      ['c_total{a="2"}', 0, 1_700_000_000_123],
      ['g{}', -Infinity],
      ['g{a.b="c"}', 0],
      ['u{}', 7, -5],
    ]);
    assert.deepEqual(sink.described, [
      { name: 'c_total', type: 'counter', help: 'How "many"\nthere are.', unit: 'things' },
      { name: 'g', type: 'gauge', help: '', unit: '' },
      { name: 'u', type: 'unknown', help: '', unit: '' },
      { name: 'nobody', type: 'gauge', help: '', unit: '' },
    ]);
  });

  test('gives summaries', async () => {
    const summary = {
      sampleCount: 3,
      sampleSum: 1.5,
      quantile: [
        { quantile: 0.5, value: 2 },
        { quantile: 1, value: NaN },
      ],
    };
    const { samples } = await parse(encodeFamilies({ name: 's', type: TYPE.summary, metric: [{ summary }] }));
    assert.deepEqual(samples, [
      ['s_count{}', 3],
      ['s_sum{}', 1.5],
      ['s{quantile="0.5"}', 2],
      ['s{quantile="1.0"}', NaN],
    ]);
  });

  test('may have the fields of its messages in any order', async () => {
    const [label] = pairs({ a: 'b' });
    // gauge, label, label: as no known writer does.
    const gauge = [0x12, 9, 0x09, ...new Uint8Array(Float64Array.of(3).buffer)];
    const labelBytes = (name: string) => [0x0a, 6, 0x0a, 1, name.charCodeAt(0), 0x12, 1, label!.value.charCodeAt(0)];
    const metric = [...gauge, ...labelBytes('z'), ...labelBytes('a')];
    const family = [0x22, metric.length, ...metric, 0x18, 1, 0x22, gauge.length, ...gauge, 0x0a, 1, 0x67];
    const body = Buffer.from([family.length, ...family]);
    const parser = new ProtobufParser();
    const sink = new CollectingSink();
    for (let round = 0; round < 3; round++) {
      await parser.parse({ ...REQUEST, body: Buffer.from(body), sink });
      assert.deepEqual(sink.take(), [
        ['g{a="b",z="b"}', 3],
        ['g{}', 3],
      ]);
    }
  });

  test('without anything has no samples', async () => {
    assert.deepEqual((await parse(Buffer.alloc(0))).samples, []);
  });
});

describe('a histogram', () => {
  const page = (histogram: object, type: number = TYPE.histogram) =>
    encodeFamilies({ name: 'h', type, metric: [{ histogram }] });

  test('that is classic gives its buckets, +Inf included', async () => {
    const { samples, histograms } = await parse(page({ sampleCount: 6, sampleSum: 10, bucket: BUCKETS }));
    assert.deepEqual(samples, CLASSIC_SAMPLES);
    assert.deepEqual(histograms, []);
    const said = { cumulativeCount: 7, upperBound: Infinity };
    const own = await parse(
      page({ sampleCountFloat: 6.5, bucket: [{ cumulativeCountFloat: 2.5, upperBound: 1 }, said] }),
    );
    assert.deepEqual(own.samples, [
      ['h_count{}', 6.5],
      ['h_sum{}', 0],
      ['h_bucket{le="1.0"}', 2.5],
      ['h_bucket{le="+Inf"}', 7],
    ]);
  });

  test('in both forms is taken in both, in one of them, or in the classic one', async () => {
    const both = await parse(page(BOTH));
    assert.deepEqual(both.samples, CLASSIC_SAMPLES);
    const expected = {
      schema: 0,
      zeroThreshold: 0.01,
      zeroCount: 1,
      count: 6,
      sum: 10,
      positiveSpans: [{ offset: 0, length: 2 }],
      positiveCounts: Float64Array.of(2, 3),
      negativeSpans: [],
      negativeCounts: new Float64Array(0),
    };
    assert.deepEqual(both.histograms, [['h{}', expected]]);
    const native = await parse(page(BOTH), { classicHistograms: false });
    assert.deepEqual([native.samples, native.histograms], [[], both.histograms]);
    const classic = await parse(page(BOTH), { nativeHistograms: false });
    assert.deepEqual([classic.samples, classic.histograms], [CLASSIC_SAMPLES, []]);
  });

  test('that is native alone leaves its count and sum where native ones are not taken', async () => {
    const native = await parse(page(NATIVE));
    assert.deepEqual([native.samples, native.histograms.length], [[], 1]);
    const classic = await parse(page(NATIVE), { nativeHistograms: false });
    assert.deepEqual(classic.samples, [
      ['h_count{}', 6],
      ['h_sum{}', 10],
      ['h_bucket{le="+Inf"}', 6],
    ]);
  });

  test('may be of floats, of gauges, empty, two-sided, or finer than anything that is read', async () => {
    const float = {
      sampleCountFloat: 6.5,
      schema: 3,
      zeroCountFloat: 1.5,
      negativeSpan: [
        { offset: -2, length: 1 },
        { offset: 3, length: 1 },
      ],
      negativeCount: [2, 3],
    };
    const [[, ofFloats] = []] = (await parse(page(float))).histograms;
    assert.deepEqual(
      [ofFloats?.count, ofFloats?.zeroCount, ofFloats?.negativeCounts, ofFloats?.negativeSpans],
      [6.5, 1.5, Float64Array.of(2, 3), float.negativeSpan],
    );
    const [[, ofGauges] = []] = (await parse(page(NATIVE, TYPE.gaugeHistogram))).histograms;
    assert.equal(ofGauges?.isGauge, true);
    const [[, empty] = []] = (await parse(page({ positiveSpan: [{ offset: 0, length: 0 }] }))).histograms;
    assert.equal(empty?.count, 0);
    const [[, fine] = []] = (await parse(page({ ...NATIVE, schema: 9 }))).histograms;
    assert.equal(fine?.schema, 8);
  });

  test('keeps what it had when the next one is read', async () => {
    const few = { sampleCount: 1, zeroCount: 1 };
    const many = { ...NATIVE, negativeSpan: [{ offset: 1, length: 1 }], negativeDelta: [0] };
    const { histograms } = await parse(
      encodeFamilies({
        name: 'h',
        type: TYPE.histogram,
        metric: [few, many, few].map((each, at) => ({ label: pairs({ at: `${at}` }), histogram: each })),
      }),
    );
    assert.deepEqual(
      histograms.map(([, { positiveSpans, negativeSpans }]) => [positiveSpans.length, negativeSpans.length]),
      [
        [0, 0],
        [1, 1],
        [0, 0],
      ],
    );
  });

  test('that contradicts itself is refused by the name of its series', async () => {
    const problems: readonly (readonly [object, RegExp])[] = [
      [{ ...NATIVE, sampleCount: 9 }, /hold 6 observations and its count is 9/],
      [{ ...NATIVE, positiveSpan: [{ offset: 0, length: 5 }] }, /spans cover 5 buckets and 2 are there/],
      [{ ...NATIVE, positiveSpan: [{ offset: 0, length: 4_000_000_000 }] }, /spans cover 4000000000 buckets/],
      [{ ...NATIVE, positiveDelta: [2, -3] }, /bucket 2 counts -1/],
      [{ ...NATIVE, schema: 60 }, /schema is 60/],
      [{ ...NATIVE, schema: -53 }, /custom/],
    ];
    for (const [histogram, problem] of problems) {
      await assert.rejects(parse(page(histogram)), (error: Error) => {
        assert.ok(error instanceof MalformedFamilies, String(error));
        assert.match(error.message, /^byte \d+: metric "h": the native histogram \{__name__="h"\} is none: /);
        assert.match(error.message, problem);
        return true;
      });
    }
  });
});

describe('exemplars', () => {
  const shown = (value: number, seconds?: number) => ({
    label: pairs({ trace_id: `t${value}` }),
    value,
    ...(seconds !== undefined && { timestamp: { seconds, nanos: 500_900_000 } }),
  });
  const expected = (value: number, timestampMs?: number) => ({
    labels: [{ name: 'trace_id', value: `t${value}` }],
    value,
    timestampMs,
  });

  test('come with counters and buckets', async () => {
    const bucket = [
      { ...BUCKETS[0], exemplar: shown(1, 1_700_000_000) },
      BUCKETS[1],
      { upperBound: Infinity, exemplar: shown(2) },
    ];
    const { exemplars } = await parse(
      encodeFamilies(
        { name: 'c', type: TYPE.counter, metric: [{ counter: { value: 1, exemplar: shown(3, -1) } }] },
        { name: 'h', type: TYPE.histogram, metric: [{ histogram: { sampleCount: 6, bucket } }] },
      ),
    );
    assert.deepEqual(exemplars, [
      ['c{}', expected(3, -500)],
      ['h_bucket{le="1.0"}', expected(1, 1_700_000_000_500)],
      ['h_bucket{le="+Inf"}', expected(2)],
    ]);
  });

  test('of native histograms need a time, come in its order, and are those of the buckets where there are no others', async () => {
    const own = { ...NATIVE, exemplars: [shown(3, 30), shown(9), shown(2, 20)] };
    const ofBuckets = {
      ...NATIVE,
      bucket: [
        { ...BUCKETS[0], exemplar: shown(4, 5) },
        { ...BUCKETS[1], exemplar: shown(5) },
      ],
    };
    const { exemplars } = await parse(
      encodeFamilies(
        { name: 'h', type: TYPE.histogram, metric: [{ histogram: own }] },
        { name: 'k', type: TYPE.histogram, metric: [{ histogram: ofBuckets }] },
      ),
      { classicHistograms: false },
    );
    assert.deepEqual(exemplars, [
      ['h{}', expected(2, 20_500)],
      ['h{}', expected(3, 30_500)],
      ['k{}', expected(4, 5500)],
    ]);
  });
});
