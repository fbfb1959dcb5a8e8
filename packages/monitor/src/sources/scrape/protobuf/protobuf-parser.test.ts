import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CollectionError } from '../../interface.ts';
import { CollectingSink } from '../testing/collecting-sink.ts';
import { MalformedFamilies } from './family-reader.ts';
import { ProtobufParser } from './protobuf-parser.ts';
import type { ProtobufRequest } from './protobuf-request.ts';
import { encodeFamilies, pairs, TYPE } from './testing/encode-families.ts';

const REQUEST = { sampleLimit: 100_000, nativeHistograms: true, classicHistograms: true } as const;
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
const CLASSIC_SAMPLES = [
  ['h_count{}', 6],
  ['h_sum{}', 10],
  ['h_bucket{le="1.0"}', 2],
  ['h_bucket{le="2.5"}', 5],
  ['h_bucket{le="+Inf"}', 6],
];
const BOTH = { ...NATIVE, bucket: BUCKETS };

async function parse(body: Uint8Array, options: Partial<ProtobufRequest> = {}): Promise<CollectingSink> {
  const sink = new CollectingSink();
  await new ProtobufParser().parse({ ...REQUEST, body: Buffer.from(body), sink, ...options });
  return sink;
}

function gauges(...names: readonly string[]): Buffer {
  return encodeFamilies(...names.map((name, at) => ({ name, type: TYPE.gauge, metric: [{ gauge: { value: at } }] })));
}

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

describe('a page is refused by the place of what is wrong', () => {
  const inGauge = (metric: object) =>
    encodeFamilies({ name: 'g', type: TYPE.gauge, metric: [{ gauge: { value: 1 }, ...metric }] });
  const broken = (text: string, body: Buffer) => {
    const copy = Buffer.from(body);
    copy[copy.indexOf(text)] = 0xff;
    return copy;
  };
  const pages: readonly (readonly [what: string, body: Uint8Array, problem: RegExp])[] = [
    ['cut off', gauges('a', 'b').subarray(0, -3), /^byte \d+: \d+ bytes are said to follow/],
    ['text', Buffer.from('a 1\n# TYPE b gauge\nb 2\n'), /^byte \d+: /],
    ['a web page', Buffer.from('<!doctype html><html>'), /^byte \d+: /],
    ['no name', gauges(''), /no name/],
    ['a name that is no UTF-8', broken('zz', gauges('zz')), /a metric's name is not valid UTF-8/],
    ['a help that is no UTF-8', broken('zz', encodeFamilies({ name: 'g', help: 'zz' })), /a help is not valid UTF-8/],
    [
      'a label that is no UTF-8',
      broken('zz', inGauge({ label: pairs({ a: 'zz' }) })),
      /metric "g": the value of the label "a"/,
    ],
    ['a label without a name', inGauge({ label: pairs({ '': 'b' }) }), /a label has no name/],
    ['a label twice', inGauge({ label: [...pairs({ a: '1' }), ...pairs({ a: '1' })] }), /"a" is given twice/],
    ['__name__ as a label', inGauge({ label: pairs({ __name__: 'b' }) }), /__name__ is the metric's name/],
    [
      'le of its own',
      encodeFamilies({ name: 'h', type: TYPE.histogram, metric: [{ label: pairs({ le: 'b' }), histogram: {} }] }),
      /"le" is given twice/,
    ],
    [
      'a value of another type',
      encodeFamilies({ name: 'g', type: TYPE.gauge, metric: [{ counter: { value: 1 } }] }),
      /it is a gauge and a metric of it has none/,
    ],
    ['no value', encodeFamilies({ name: 'h', type: TYPE.histogram, metric: [{}] }), /it is a histogram and/],
    [
      'a type that there is not',
      Buffer.from([5, 0x0a, 1, 0x67, 0x18, 9]),
      /metric "g": there is no type 9: types are 0 counter/,
    ],
    ['labels without end', inGauge({ label: pairs({ a: 'x'.repeat(33_000) }) }), /longer than 32768 bytes/],
    [
      'a metric without end',
      encodeFamilies({
        name: 'h',
        type: TYPE.histogram,
        metric: [{ histogram: { positiveDelta: Array(1_100_000).fill(0) } }],
      }),
      /longer than 1048576 bytes/,
    ],
    [
      'buckets without end',
      encodeFamilies({
        name: 'h',
        type: TYPE.histogram,
        metric: [{ histogram: { positiveDelta: Array(20_000).fill(0) } }],
      }),
      /more than 10000 buckets/,
    ],
    ['a help without end', encodeFamilies({ name: 'g', help: 'x'.repeat(70_000) }), /longer than 65536 bytes/],
  ];
  for (const [what, body, problem] of pages) {
    test(what, async () => {
      await assert.rejects(parse(body), (error: Error) => {
        assert.ok(error instanceof MalformedFamilies, String(error));
        assert.match(error.message, problem);
        assert.ok(error.byte >= 0 && error.byte <= body.length);
        return true;
      });
    });
  }

  // Each message with a field of a known number and another wire type, which no reader takes for unknown.
  const message = (field: number, ...bytes: number[]) => [(field << 3) | 2, bytes.length, ...bytes];
  const metricOf = (type: number, ...fields: number[]) => [...message(1, 0x67), 0x18, type, ...message(4, ...fields)];
  const wrongTypes: readonly (readonly [what: string, family: readonly number[], field: number])[] = [
    ['a family', [...metricOf(1, ...message(2)), 0x10, 1], 2],
    ['a metric', metricOf(1, ...message(2), 0x08, 1), 1],
    ['a label', metricOf(1, ...message(1, ...message(1, 0x61), 0x10, 1), ...message(2)), 2],
    ['a gauge', metricOf(1, ...message(2, 0x08, 1)), 1],
    ['a counter', metricOf(0, ...message(3, 0x10, 1)), 2],
    ['an exemplar', metricOf(0, ...message(3, ...message(2, 0x10, 1))), 2],
    ['a summary', metricOf(2, ...message(4, 0x10, 1)), 2],
    ['a quantile', metricOf(2, ...message(4, ...message(3, 0x10, 1))), 2],
    ['a histogram', metricOf(4, ...message(7, 0x10, 1)), 2],
    ['a bucket', metricOf(4, ...message(7, ...message(3, 0x10, 1))), 2],
    ['a span', metricOf(4, ...message(7, ...message(12, ...message(1)))), 1],
  ];
  for (const [what, family, field] of wrongTypes) {
    test(`a field of ${what} has another type than its own`, async () => {
      const problem = new RegExp(`field ${field} has wire type \\d, which is not its own`);
      await assert.rejects(parse(Uint8Array.of(family.length, ...family)), problem);
    });
  }

  test('a field that nobody knows is passed over, whatever its type', async () => {
    const family = metricOf(1, ...message(2, 0x10, 1), 0x78, 1);
    assert.deepEqual((await parse(Uint8Array.of(family.length, ...family))).samples, [['g{}', 0]]);
  });

  test('more samples, families, native buckets or exemplars than the limit refuse it', async () => {
    const limits: readonly (readonly [body: Buffer, sampleLimit: number, problem: RegExp])[] = [
      [encodeFamilies({ name: 'h', type: TYPE.histogram, metric: [{ histogram: BOTH }] }), 5, /more than 5 samples/],
      [encodeFamilies({ name: 'g', metric: [{}, {}, {}] }), 2, /more than 2 samples: raise the target's sampleLimit/],
      [encodeFamilies({ name: 'a' }, { name: 'b' }, { name: 'c' }), 2, /more than 2 metric families/],
      [
        encodeFamilies({
          name: 'h',
          type: TYPE.histogram,
          metric: [{ histogram: { positiveSpan: [{ length: 30 }], positiveDelta: Array(30).fill(0) } }],
        }),
        2,
        /more than 20 buckets of native histograms/,
      ],
      [
        encodeFamilies({
          name: 'h',
          type: TYPE.histogram,
          metric: [{ histogram: { zeroCount: 1, sampleCount: 1, exemplars: [{}, {}, {}] } }],
        }),
        2,
        /more than 2 exemplars/,
      ],
    ];
    for (const [body, sampleLimit, problem] of limits) {
      await assert.rejects(parse(body, { sampleLimit }), (error: Error) => {
        assert.ok(error instanceof CollectionError && error.outcome === 'too_large', String(error));
        assert.match(error.message, problem);
        return true;
      });
    }
    assert.equal((await parse(gauges('a', 'b', 'c'), { sampleLimit: 3 })).samples.length, 3);
  });
});

describe('what is remembered', () => {
  test('an unchanged series costs no reading of labels, in order or out of it', async () => {
    const sink = new CollectingSink();
    const parser = new ProtobufParser();
    const metric = (index: number, value: number) => ({ label: pairs({ i: `${index}` }), gauge: { value } });
    const page = (indices: readonly number[], value: number) =>
      encodeFamilies(
        { name: 'g', type: TYPE.gauge, metric: indices.map((index) => metric(index, value)) },
        { name: 'h', type: TYPE.histogram, metric: [{ histogram: { ...BOTH, sampleSum: value } }] },
      );
    const request = { ...REQUEST, sink };
    await parser.parse({ ...request, body: page([1, 2, 3, 4], 1) });
    assert.equal(sink.slotsAsked, 10);
    await parser.parse({ ...request, body: page([1, 2, 3, 4], 2) });
    await parser.parse({ ...request, body: page([4, 2, 1], 3) });
    await parser.parse({ ...request, body: page([1, 2, 3, 4], 4) });
    assert.equal(sink.slotsAsked, 10);
    await parser.parse({ ...request, body: page([0, 1, 2, 3, 4], 5) });
    assert.equal(sink.slotsAsked, 11);
  });

  test('metadata is described when it is new and when it has changed, and not otherwise', async () => {
    const sink = new CollectingSink();
    const parser = new ProtobufParser();
    const page = (help: string) => encodeFamilies({ name: 'a', type: TYPE.gauge }, { name: 'b', help, unit: 's' });
    for (const help of ['one', 'one', 'two', 'two']) await parser.parse({ ...REQUEST, body: page(help), sink });
    assert.deepEqual(
      sink.described.map(({ name, help, unit }) => `${name} ${help} ${unit}`),
      ['a  ', 'b one s', 'b two s'],
    );
  });

  test('slots are asked for again of a sink that has forgotten them, and of another', async () => {
    const sink = new CollectingSink();
    const parser = new ProtobufParser();
    await parser.parse({ ...REQUEST, body: gauges('a', 'b'), sink });
    sink.forget();
    await parser.parse({ ...REQUEST, body: gauges('a', 'b'), sink });
    const other = new CollectingSink();
    await parser.parse({ ...REQUEST, body: gauges('a', 'b'), sink: other });
    assert.deepEqual([sink.slotsAsked, other.slotsAsked], [4, 2]);
  });

  test('is bounded when series come and go', async () => {
    const sink = new CollectingSink();
    const parser = new ProtobufParser();
    const page = (round: number) =>
      encodeFamilies({
        name: 'g',
        metric: Array.from({ length: 600 }, (_, i) => ({ label: pairs({ i: `${round}-${i}` }), counter: {} })),
      });
    for (let round = 0; round < 4; round++) await parser.parse({ ...REQUEST, body: page(round), sink });
    sink.slotsAsked = 0;
    await parser.parse({ ...REQUEST, body: page(0), sink });
    assert.equal(sink.slotsAsked, 600, 'what came first was forgotten');
  });

  test('a body is read in slices, and a reader that was called off stops between them', async () => {
    const abort = new AbortController();
    let slices = 0;
    const parser = new ProtobufParser({
      yieldToOthers: async () => {
        if (++slices === 2) abort.abort(new Error('called off'));
      },
    });
    const metric = Array.from({ length: 100_000 }, (_, i) => ({ label: pairs({ i: `${i}` }), gauge: { value: 1 } }));
    const body = encodeFamilies({ name: 'g', type: TYPE.gauge, metric });
    await assert.rejects(
      parser.parse({ ...REQUEST, body, sink: new CollectingSink(), signal: abort.signal }),
      /called off/,
    );
    assert.equal(slices, 2);
  });

  test('large metrics are as many slices', async () => {
    let slices = 0;
    const parser = new ProtobufParser({
      yieldToOthers: async () => {
        slices++;
      },
    });
    const exemplars = Array.from({ length: 9000 }, () => ({
      label: pairs({ trace_id: 'x'.repeat(64) }),
      timestamp: {},
    }));
    const metric = Array.from({ length: 10 }, (_, i) => ({
      label: pairs({ i: `${i}` }),
      histogram: { zeroCount: 1, sampleCount: 1, exemplars },
    }));
    const body = encodeFamilies({ name: 'h', type: TYPE.histogram, metric });
    await parser.parse({ ...REQUEST, body, sink: new CollectingSink() });
    assert.ok(slices >= 2, `${slices}`);
  });

  const text = fc.constantFrom('a', 'b', 'é', '');
  const exemplar = fc.record(
    {
      label: fc.constantFrom([], pairs({ t: 'x' })),
      value: fc.nat(3),
      timestamp: fc.option(fc.record({ seconds: fc.nat(9) }), { nil: undefined }),
    },
    { requiredKeys: ['value'] },
  );
  const histogram = fc.record(
    {
      sampleCount: fc.constantFrom(6, 7),
      sampleSum: fc.nat(9),
      bucket: fc.array(
        fc.record(
          { cumulativeCount: fc.nat(9), upperBound: fc.constantFrom(1, 2.5, Infinity), exemplar },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
      positiveSpan: fc.constantFrom([], [{ offset: 0, length: 2 }]),
      positiveDelta: fc.constantFrom([], [2, 2]),
      exemplars: fc.array(exemplar, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const metric = fc.record(
    {
      label: fc
        .uniqueArray(fc.tuple(fc.constantFrom('x', 'y', 'le'), text), { maxLength: 2, selector: ([name]) => name })
        .map((each) => pairs(Object.fromEntries(each))),
      gauge: fc.record({ value: fc.double() }, { requiredKeys: [] }),
      counter: fc.record({ value: fc.nat(9), exemplar }, { requiredKeys: ['value'] }),
      untyped: fc.record({ value: fc.nat(9) }),
      summary: fc.record({
        sampleCount: fc.nat(9),
        quantile: fc.array(fc.record({ quantile: fc.constantFrom(0.5, 1), value: fc.nat(9) }), { maxLength: 2 }),
      }),
      histogram,
      timestampMs: fc.nat(5),
    },
    { requiredKeys: ['gauge', 'counter', 'untyped', 'summary', 'histogram'] },
  );
  const family = fc.record(
    {
      name: fc.constantFrom('a', 'b', 'ab'),
      help: text,
      type: fc.nat(5),
      unit: text,
      metric: fc.array(metric, { maxLength: 5 }),
    },
    { requiredKeys: ['name'] },
  );
  const families = fc.array(fc.array(family, { maxLength: 4 }), { minLength: 2, maxLength: 5 });
  const damage = fc.option(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), {
    nil: undefined,
    freq: 3,
  });

  test('a parser with memory gives exactly what a fresh one gives, errors and all', async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.array(damage, { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        async (given, damages, classicHistograms) => {
          const parser = new ProtobufParser();
          const sink = new CollectingSink();
          let before: (typeof given)[number] = [];
          for (const [round, some] of given.entries()) {
            // Mostly what came before, as pages are.
            before = [...before.slice(some.length >> 1), ...some].slice(-8);
            const body = damaged(encodeFamilies(...before), damages[round]);
            const fresh = new CollectingSink();
            const request = { ...REQUEST, classicHistograms };
            const expected = await outcomeOf(
              new ProtobufParser().parse({ ...request, body: Buffer.from(body), sink: fresh }),
            );
            assert.equal(await outcomeOf(parser.parse({ ...request, body, sink })), expected);
            assert.deepEqual(sink.take(), fresh.take());
            assert.deepEqual(sink.histograms.splice(0), fresh.histograms);
            assert.deepEqual(sink.exemplars.splice(0), fresh.exemplars);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('any bytes give samples or an error with a place', async () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.array(family, { maxLength: 4 }), fc.array(damage, { minLength: 1, maxLength: 6 }))
        .map(([some, damages]) => damages.reduce(damaged, encodeFamilies(...some))),
      fc
        .tuple(fc.array(family, { minLength: 1, maxLength: 3 }), fc.nat(300))
        .map(([some, length]) => encodeFamilies(...some).subarray(0, length)),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const { length } = body;
        await parse(body, { sampleLimit: 50 }).catch((error: unknown) => {
          if (error instanceof CollectionError) assert.equal(error.outcome, 'too_large');
          else {
            assert.ok(error instanceof MalformedFamilies, String(error));
            assert.ok(error.byte >= 0 && error.byte <= length);
          }
        });
      }),
      { numRuns: 5000 },
    );
  });
});

function damaged(body: Buffer, damage: { readonly at: number; readonly byte: number } | undefined): Buffer {
  if (damage !== undefined && body.length > 0)
    body[Math.min(body.length - 1, Math.floor(damage.at * body.length))] = damage.byte;
  return body;
}

async function outcomeOf(parsing: Promise<void>): Promise<string> {
  return parsing.then(
    () => 'ok',
    (error: Error) => error.message,
  );
}
