// What the official definitions encode is what our decoders hand to the store, of both versions, the first time and when the
// series are known; and no bytes whatever come to more than a clean answer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compressSnappy } from '../../../../../instrument/src/encoding/snappy.ts';
import type { PushProtocol } from '../interface.ts';
import type { PushLimits } from '../limits.ts';
import { PushReceiver } from '../push-receiver.ts';
import { bitsOfNumber, CollectingAppender } from '../testing/collecting-appender.ts';
import { encodeWrite1, encodeWrite2, encodeWrite2Raw, labelMessages, type Pairs } from '../testing/official-proto.ts';

const NOW_MS = 1_700_000_000_000;

function start(limits: Partial<PushLimits> = {}) {
  const appender = new CollectingAppender();
  const receiver = new PushReceiver({ appender, clock: { nowMs: () => NOW_MS }, limits });
  const push = (protocol: PushProtocol, message: Uint8Array) =>
    receiver.push({ protocol, encoding: 'snappy', body: compressSnappy(message), receivedMs: NOW_MS });
  return { appender, push };
}

interface Series {
  readonly labels: Pairs;
  readonly samples: readonly { readonly value: number; readonly timestamp: number }[];
}

const NAME = fc.constantFrom('a', 'le', 'job', 'instance', 'é', 'a label', '__x');
/** Any time, and mostly one that is written in the bytes that a time of these days has. */
const TIMESTAMP = fc.oneof(
  { weight: 1, arbitrary: fc.integer({ min: -(2 ** 50), max: NOW_MS }) },
  { weight: 2, arbitrary: fc.integer({ min: NOW_MS - 1_000_000, max: NOW_MS }) },
);
const SERIES: fc.Arbitrary<Series[]> = fc.uniqueArray(
  fc.record({
    labels: fc
      .tuple(
        fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
        fc.uniqueArray(fc.tuple(NAME, fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' })), {
          maxLength: 6,
          selector: ([name]) => name,
        }),
      )
      .map(([metric, labels]): Pairs => [['__name__', metric], ...labels]),
    samples: fc.array(fc.record({ value: fc.double(), timestamp: TIMESTAMP }), { minLength: 1, maxLength: 4 }),
  }),
  { selector: ({ labels }) => JSON.stringify(labels.map(String).sort()), maxLength: 12 },
);

const ENCODERS: Readonly<Record<string, (series: readonly Series[]) => Uint8Array>> = {
  'remote-write-1': (series) =>
    encodeWrite1({ timeseries: series.map(({ labels, samples }) => ({ labels: labelMessages(labels), samples })) }),
  'remote-write-2': encodeWrite2,
};

function expected(series: readonly Series[]) {
  const sorted = series.map(({ labels, samples }) => ({
    labels: [...labels].sort(([a], [b]) => (a < b ? -1 : 1)),
    samples: samples.map(({ value, timestamp }) => ({ timeMs: timestamp, bits: bitsOfNumber(value) })),
  }));
  return sorted.map(({ labels, samples }) => JSON.stringify([labels, samples])).sort();
}

describe('remote write', () => {
  for (const [name, encode] of Object.entries(ENCODERS)) {
    const protocol = name as PushProtocol;

    it(`${protocol}: every sample of every series arrives, new or known`, async () => {
      await fc.assert(
        fc.asyncProperty(SERIES, fc.constantFrom(1, 3, 1000), async (series, batchRowsMax) => {
          const { appender, push } = start({ batchRowsMax });
          const count = series.reduce((sum, { samples }) => sum + samples.length, 0);
          for (let time = 0; time < 3; time++) {
            appender.clear();
            const answer = await push(protocol, encode(time === 2 ? series.toReversed() : series));
            assert.deepEqual(
              { outcome: answer.outcome, samples: answer.samples },
              { outcome: 'stored', samples: count },
            );
            assert.deepEqual(appender.collected(), expected(series));
          }
          assert.equal(appender.resolved, series.length);
        }),
      );
    });

    it(`${protocol}: the same series in whatever order its labels come`, async () => {
      const { appender, push } = start();
      const samples = [{ value: 1, timestamp: NOW_MS }];
      for (const labels of [
        [
          ['a', '1'],
          ['__name__', 'up'],
        ],
        [
          ['__name__', 'up'],
          ['a', '1'],
          ['b', ''],
        ],
      ] as const) {
        assert.equal((await push(protocol, encode([{ labels, samples }]))).outcome, 'stored');
      }
      assert.deepEqual([...appender.samples.keys()], ['{__name__="up", a="1"}']);
    });

    it(`${protocol}: series that went away are resolved again`, async () => {
      const { appender, push } = start();
      const message = (timestamp: number) =>
        encode([{ labels: [['__name__', 'up']], samples: [{ value: 1, timestamp }] }]);
      await push(protocol, message(NOW_MS - 2));
      appender.forgetSeries();
      for (const timestamp of [NOW_MS - 1, NOW_MS]) assert.equal((await push(protocol, message(timestamp))).samples, 1);
      assert.equal(appender.resolved, 2);
    });

    it(`${protocol}: more series than are remembered arrive all the same`, async () => {
      const { appender, push } = start({ knownSeriesMax: 10 });
      const series = Array.from({ length: 50 }, (_, at) => ({
        labels: [
          ['__name__', `metric_${at}`],
          ['at', `${at}`],
        ] as const,
        samples: [{ value: at, timestamp: NOW_MS }],
      }));
      for (let time = 0; time < 2; time++) {
        appender.clear();
        assert.equal((await push(protocol, encode(series))).samples, 50);
        assert.deepEqual(appender.collected(), expected(series));
      }
    });

    it(`${protocol}: many series arrive, new, known, and in another order`, async () => {
      const { appender, push } = start();
      const series = Array.from({ length: 700 }, (_, at) => ({
        labels: [
          ['__name__', `metric_${at}`],
          ['long', 'x'.repeat(at % 300)],
          ['at', `${at}`],
        ].filter(([, value]) => value !== '') as unknown as Pairs,
        samples: [{ value: at, timestamp: NOW_MS - at }],
      }));
      const shuffled = series.toSorted((a, b) => (a.samples[0]!.value % 7) - (b.samples[0]!.value % 7));
      for (const order of [series, series, shuffled, shuffled.slice(100, 500), series]) {
        appender.clear();
        assert.equal((await push(protocol, encode(order))).samples, order.length);
        assert.deepEqual(appender.collected(), expected(order));
      }
      assert.equal(appender.resolved, series.length);
    });

    it(`${protocol}: a series with more samples than a batch is stored in several`, async () => {
      const { appender, push } = start({ batchRowsMax: 5000 });
      const samples = Array.from({ length: 20_000 }, (_, at) => ({ value: at, timestamp: NOW_MS - 20_000 + at }));
      const answer = await push(protocol, encode([{ labels: [['__name__', 'long']], samples }]));
      assert.equal(answer.samples, 20_000);
      assert.ok(appender.batches > 1);
      assert.deepEqual(
        appender.samples.get('{__name__="long"}')?.map(({ timeMs }) => timeMs),
        samples.map(({ timestamp }) => timestamp),
      );
    });

    it(`${protocol}: bytes that are damaged are malformed, and nothing of them is stored`, async () => {
      const message = encode([
        {
          labels: [
            ['__name__', 'up'],
            ['job', 'node'],
          ],
          samples: [{ value: 1, timestamp: NOW_MS }],
        },
        { labels: [['__name__', 'down']], samples: [{ value: 2, timestamp: NOW_MS }] },
      ]);
      const damage = fc.array(fc.tuple(fc.nat(message.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(damage, fc.nat(message.length), async (changes, length) => {
          const { appender, push } = start();
          const damaged = message.slice(0, length);
          for (const [at, byte] of changes) if (at < length) damaged[at] = byte;
          const { outcome, samples, errors } = await push(protocol, damaged);
          if (outcome === 'malformed') {
            assert.equal(samples + appender.samples.size, 0);
            assert.match(errors[0]!, /at byte \d+/);
          } else assert.ok(outcome === 'stored' || outcome === 'partial');
        }),
        { numRuns: 1000 },
      );
    });

    it(`${protocol}: whatever bytes come of series that came before are answered as if they had not`, async () => {
      // So many that places of symbols take one byte or two.
      const series = Array.from({ length: 80 }, (_, at) => ({
        labels: [
          ['__name__', `metric_${at}`],
          ['at', `${at}`],
        ] as Pairs,
        samples: [{ value: at + 0.5, timestamp: NOW_MS - at }],
        metadata: { type: 2, help: '', unit: '' },
      }));
      const message = encode(series);
      // Mostly a byte that means something somewhere.
      const byte = fc.oneof(fc.constantFrom(...message), fc.nat(255));
      const damage = fc.array(fc.tuple(fc.nat(message.length - 1), byte), { maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(
          damage,
          fc.integer({ min: message.length - 20, max: message.length }),
          async (changes, end) => {
            const damaged = message.slice(0, end);
            for (const [at, value] of changes) if (at < end) damaged[at] = value;
            const [knowing, fresh] = [start(), start()];
            await knowing.push(protocol, message);
            knowing.appender.clear();
            const [answer, wanted] = [await knowing.push(protocol, damaged), await fresh.push(protocol, damaged)];
            assert.deepEqual(answer, wanted);
            assert.deepEqual(knowing.appender.collected(), fresh.appender.collected());
          },
        ),
        { numRuns: 2000 },
      );
    });

    it(`${protocol}: any bytes come to a clean answer`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
          await start().push(protocol, bytes);
        }),
        { numRuns: 1000 },
      );
    });
  }

  it('1.0: labels that stand behind the samples name the series too', async () => {
    const { appender, push } = start();
    const label = (name: string, value: string) =>
      encodeWrite1({ timeseries: [{ labels: [{ name, value }] }] }).slice(2);
    const sample = encodeWrite1({ timeseries: [{ samples: [{ value: 1, timestamp: NOW_MS }] }] }).slice(2);
    const series = Buffer.concat([label('__name__', 'up'), sample, label('job', 'node')]);
    const message = Buffer.concat([Buffer.from([0x0a, series.length]), series]);
    for (let time = 0; time < 2; time++) assert.equal((await push('remote-write-1', message)).samples, 1);
    assert.deepEqual([...appender.samples.keys()], ['{__name__="up", job="node"}']);
  });

  it('2.0: what stands behind the metadata of a series that came before is read too', async () => {
    const { appender, push } = start();
    const part = (fields: object) => encodeWrite2Raw({ timeseries: [fields] }).slice(2);
    const sample = (timestamp: number) => part({ samples: [{ value: 1, timestamp }] });
    const message = (...parts: Uint8Array[]) => {
      const series = Buffer.concat(parts);
      const symbols = encodeWrite2Raw({ symbols: ['', '__name__', 'up'] });
      return Buffer.concat([symbols, Buffer.from([(5 << 3) | 2, series.length]), series]);
    };
    const refs = part({ labelsRefs: [1, 2] });
    const metadata = part({ metadata: { type: 2 } });
    await push('remote-write-2', message(refs, sample(NOW_MS - 3), metadata));
    const { samples } = await push('remote-write-2', message(refs, sample(NOW_MS - 2), metadata, sample(NOW_MS - 1)));
    assert.equal(samples, 2);
    assert.equal(appender.samples.get('{__name__="up"}')!.length, 3);
  });

  it('2.0: a reference that is cut off at the end of its list is malformed, of a series that came before too', async () => {
    const { push } = start();
    const symbols = encodeWrite2Raw({ symbols: ['', '__name__', ...Array.from({ length: 200 }, (_, at) => `m${at}`)] });
    const sample = encodeWrite2Raw({ timeseries: [{ samples: [{ value: 1, timestamp: NOW_MS }] }] }).slice(2);
    const message = (...refs: number[]) => {
      const series = Buffer.concat([Buffer.from([(1 << 3) | 2, refs.length, ...refs]), sample]);
      return Buffer.concat([symbols, Buffer.from([(5 << 3) | 2, series.length]), series]);
    };
    for (let time = 0; time < 2; time++) assert.equal((await push('remote-write-2', message(1, 0x81, 1))).samples, 1);
    assert.equal((await push('remote-write-2', message(1, 0x81))).outcome, 'malformed');
  });

  it('2.0: symbols that stand behind the series are found', async () => {
    const { appender, push } = start();
    const symbols = encodeWrite2Raw({ symbols: ['', '__name__', 'up'] });
    const series = encodeWrite2Raw({
      timeseries: [{ labelsRefs: [1, 2], samples: [{ value: 1, timestamp: NOW_MS }] }],
    });
    assert.equal((await push('remote-write-2', Buffer.concat([series, symbols]))).samples, 1);
    assert.deepEqual([...appender.samples.keys()], ['{__name__="up"}']);
  });

  it('both take native histograms, whole and float, custom bounds, exemplars and metadata', async () => {
    const whole = {
      countInt: 7,
      sum: 2.5,
      schema: 3,
      zeroThreshold: 0.5,
      zeroCountInt: 1,
      positiveSpans: [
        { offset: -2, length: 2 },
        { offset: 1, length: 1 },
      ],
      positiveDeltas: [1, 1, -1],
      negativeSpans: [{ offset: 0, length: 1 }],
      negativeDeltas: [2],
      resetHint: 3,
      timestamp: NOW_MS - 2,
    };
    const float = {
      countFloat: 3.5,
      sum: 1,
      schema: 0,
      positiveSpans: [{ offset: 0, length: 2 }],
      positiveCounts: [1.5, 2],
      timestamp: NOW_MS - 1,
    };
    const custom = {
      countInt: 3,
      sum: 4,
      schema: -53,
      positiveSpans: [{ offset: 0, length: 2 }],
      positiveDeltas: [1, 1],
      customValues: [0.5, 2],
      timestamp: NOW_MS,
    };
    const histograms = [whole, float, custom];
    const labels: Pairs = [['__name__', 'latency']];
    const exemplars = [{ labels: [['trace_id', 'abc']] as Pairs, value: 0.3, timestamp: NOW_MS }];
    const messages = {
      'remote-write-1': encodeWrite1({
        timeseries: [
          {
            labels: labelMessages(labels),
            histograms,
            exemplars: exemplars.map((each) => ({ ...each, labels: labelMessages(each.labels) })),
          },
        ],
        metadata: [{ type: 3, metricFamilyName: 'latency', help: 'Latency.', unit: 'seconds' }],
      }),
      'remote-write-2': encodeWrite2([
        { labels, histograms, exemplars, metadata: { type: 3, help: 'Latency.', unit: 'seconds' } },
      ]),
    };
    for (const [protocol, message] of Object.entries(messages)) {
      const { appender, push } = start();
      const { samples, histograms: written, exemplars: kept } = await push(protocol as PushProtocol, message);
      assert.deepEqual({ samples, written, kept }, { samples: 0, written: 3, kept: 1 });
      const stored = appender.samples.get('{__name__="latency"}')!.map(({ histogram }) => histogram!);
      assert.deepEqual(stored[0], {
        schema: 3,
        zeroThreshold: 0.5,
        zeroCount: 1,
        count: 7,
        sum: 2.5,
        positiveSpans: [
          { offset: -2, length: 2 },
          { offset: 1, length: 1 },
        ],
        positiveCounts: Float64Array.of(1, 2, 1),
        negativeSpans: [{ offset: 0, length: 1 }],
        negativeCounts: Float64Array.of(2),
        isGauge: true,
      });
      assert.deepEqual([stored[1]!.count, stored[1]!.positiveCounts], [3.5, Float64Array.of(1.5, 2)]);
      assert.deepEqual([stored[2]!.schema, stored[2]!.customBounds], [-53, Float64Array.of(0.5, 2)]);
      assert.deepEqual(appender.exemplars.get('{__name__="latency"}'), [
        { labels: [{ name: 'trace_id', value: 'abc' }], value: 0.3, timestampMs: NOW_MS },
      ]);
      assert.deepEqual(appender.metadata, [{ name: 'latency', type: 'histogram', help: 'Latency.', unit: 'seconds' }]);
    }
  });

  it('a histogram finer than is read is stepped down without losing a count', async () => {
    const { appender, push } = start();
    const histogram = {
      countInt: 6,
      sum: 1,
      schema: 10,
      positiveSpans: [{ offset: 1, length: 6 }],
      positiveDeltas: [1, 0, 0, 0, 0, 0],
      timestamp: NOW_MS,
    };
    await push('remote-write-2', encodeWrite2([{ labels: [['__name__', 'fine']], histograms: [histogram] }]));
    const [sample] = appender.samples.get('{__name__="fine"}')!;
    // Buckets 1 to 4 of schema 10 are bucket 1 of schema 8, 5 and 6 are of bucket 2.
    assert.equal(sample!.histogram!.schema, 8);
    assert.deepEqual(sample!.histogram!.positiveSpans, [{ offset: 1, length: 2 }]);
    assert.deepEqual(sample!.histogram!.positiveCounts, Float64Array.of(4, 2));
  });

  it('a histogram of more buckets than are taken is refused, in lists of whatever length', async () => {
    const { push } = start({ histogramBucketsMax: 100 });
    const wide = (length: number) => ({
      countInt: length,
      schema: 0,
      positiveSpans: [{ offset: 0, length }],
      positiveDeltas: [1, ...Array(length - 1).fill(0)],
      timestamp: NOW_MS,
    });
    const message = (length: number) => encodeWrite2([{ labels: [['__name__', 'wide']], histograms: [wide(length)] }]);
    assert.equal((await push('remote-write-2', message(100))).outcome, 'stored');
    for (const length of [101, 5000]) {
      const { outcome, errors } = await push('remote-write-2', message(length));
      assert.equal(outcome, 'partial');
      assert.match(errors[0]!, /wide.*more than 100 buckets/);
    }
  });

  it('the end of a series of histograms is a stale marker', async () => {
    const { appender, push } = start();
    const message = encodeWrite2([{ labels: [['__name__', 'ended']], histograms: [{ sum: 1.25, timestamp: NOW_MS }] }]);
    const at = Buffer.from(message).indexOf(Buffer.from(new Float64Array([1.25]).buffer));
    message.set(Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf0, 0x7f), at);
    const { histograms } = await push('remote-write-2', message);
    assert.equal(histograms, 1);
    assert.deepEqual(appender.samples.get('{__name__="ended"}'), [{ timeMs: NOW_MS, bits: '7ff0000000000002' }]);
  });

  it('2.0: metadata that comes with every request is told to the store once, unless storing failed', async () => {
    const { appender, push } = start();
    const message = (timestamp: number) =>
      encodeWrite2([
        {
          labels: [['__name__', 'a_bucket']],
          samples: [{ value: 1, timestamp }],
          metadata: { type: 3, help: 'A.', unit: '' },
        },
      ]);
    appender.failure = new Error('no space left');
    await assert.rejects(push('remote-write-2', message(NOW_MS - 3)));
    for (let at = 2; at >= 0; at--) await push('remote-write-2', message(NOW_MS - at));
    assert.deepEqual(appender.metadata, [{ name: 'a', type: 'histogram', help: 'A.', unit: '' }]);
  });

  it('2.0: metadata that lead out of the symbols refuse their series, new or known', async () => {
    const { appender, push } = start();
    const write = (timestamp: number, helpRef: number) =>
      push(
        'remote-write-2',
        encodeWrite2Raw({
          symbols: ['', '__name__', 'm'],
          timeseries: [
            { labelsRefs: [1, 2], samples: [{ value: 1, timestamp }], metadata: { type: 1, helpRef, unitRef: 0 } },
          ],
        }),
      );
    for (const [timestamp, helpRef, samples] of [
      [NOW_MS, 3, 0],
      [NOW_MS + 1, 0, 1],
      [NOW_MS + 2, 3, 0],
      [NOW_MS + 3, 2, 1],
    ] as const) {
      const answer = await write(timestamp, helpRef);
      assert.deepEqual([answer.outcome, answer.samples], [samples === 1 ? 'stored' : 'partial', samples]);
      assert.deepEqual(answer.rejected, samples === 1 ? {} : { invalid: 1 });
    }
    assert.deepEqual(
      [...appender.samples.values()].map((all) => all.map(({ timeMs }) => timeMs)),
      [[NOW_MS + 1, NOW_MS + 3]],
    );
  });

  it('a field that is known is malformed with another wire type, also where the series came before', async () => {
    const { appender, push } = start();
    const good = encodeWrite1({
      timeseries: [{ labels: labelMessages([['__name__', 'm']]), samples: [{ value: 1, timestamp: NOW_MS }] }],
    });
    assert.equal((await push('remote-write-1', good)).outcome, 'stored');
    const bad = Buffer.from(good);
    const valueTag = bad.indexOf(Buffer.of(0x12, 16, 0x09)) + 2;
    // A fixed32 is four bytes shorter: what follows would be read as a field that nobody knows.
    bad[valueTag] = (1 << 3) | 5;
    const answer = await push('remote-write-1', bad);
    assert.equal(answer.outcome, 'malformed');
    assert.match(answer.errors[0]!, /at byte \d+ of what was unpacked field 1 has wire type 5/);
    assert.equal(appender.samples.get('{__name__="m"}')?.length, 1);
  });

  it('refuses a request over the bounds of series and labels', async () => {
    const many = Array.from({ length: 4 }, (_, at) => ({
      labels: [['__name__', `m${at}`]] as Pairs,
      samples: [{ value: 1, timestamp: NOW_MS }],
    }));
    for (const [protocol, encode] of Object.entries(ENCODERS)) {
      const few = start({ seriesPerRequestMax: 3 });
      assert.equal((await few.push(protocol as PushProtocol, encode(many))).outcome, 'too_large');
      const bare = start({ labelsPerSeriesMax: 1 });
      const labelled = encode([
        {
          labels: [
            ['__name__', 'wide'],
            ['a', '1'],
            ['b', '2'],
          ],
          samples: many[0]!.samples,
        },
        many[1]!,
      ]);
      const { samples, rejected, errors } = await bare.push(protocol as PushProtocol, labelled);
      assert.deepEqual({ samples, rejected }, { samples: 1, rejected: { invalid: 1 } });
      assert.match(errors[0]!, /wide.*more than 1 labels/);
    }
  });
});
