// What senders get wrong, and what Prometheus 3 answers to it. The statuses were taken from a real one; a test asks it again.

import { compressSnappy } from '../../../packages/instrument/src/encoding/snappy.ts';
import {
  encodeWrite1,
  encodeWrite2,
  encodeWrite2Raw,
  labelMessages,
  type Pairs,
  type Series2,
} from '../../../packages/monitor/src/sources/push/testing/official-proto.ts';

export const HEADERS_1 = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
const HEADERS_2 = {
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'content-encoding': 'snappy',
};

export interface BadInput {
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent one after the other; the last one is what is asked about. */
  readonly bodies: readonly Uint8Array[];
  /** What Prometheus 3 answers. */
  readonly status: number;
  /** Ours, where it is deliberately another, and why. */
  readonly ours?: { readonly status: number; readonly why: string };
  /** What 2.0's headers say was written. */
  readonly written?: { readonly samples: number; readonly histograms: number; readonly exemplars?: number };
  /** In the text of our answer. */
  readonly says?: RegExp;
}

export function badInputs(nowMs: number): BadInput[] {
  let names = 0;
  const fresh = () => `bad_input_${++names}`;
  const sample = (timestamp: number, value = 1) => ({ timestamp, value });
  const one = (labels: Pairs, samples: readonly object[] = [sample(nowMs)], more: object = {}) =>
    compressSnappy(encodeWrite1({ timeseries: [{ labels: labelMessages(labels), samples, ...more }] }));
  const two = (...series: Series2[]) => compressSnappy(encodeWrite2(series));
  const good = (): Series2 => ({ labels: [['__name__', fresh()]], samples: [sample(nowMs)] });
  const in1 = (name: string, body: Uint8Array, status: number, more: Partial<BadInput> = {}): BadInput => ({
    name: `1.0: ${name}`,
    bodies: [body],
    status,
    ...more,
  });
  const in2 = (name: string, body: Uint8Array, status: number, more: Partial<BadInput> = {}): BadInput => ({
    name: `2.0: ${name}`,
    headers: HEADERS_2,
    bodies: [body],
    status,
    ...more,
  });
  const typed = (name: string, headers: Record<string, string>, status: number): BadInput => ({
    name,
    headers,
    bodies: [one([['__name__', fresh()]])],
    status,
  });

  return [
    typed('another media type', { ...HEADERS_1, 'content-type': 'text/plain' }, 415),
    typed('an unknown message', { ...HEADERS_1, 'content-type': 'application/x-protobuf;proto=foo' }, 415),
    typed(
      'a quoted message',
      { ...HEADERS_1, 'content-type': 'application/x-protobuf;proto="prometheus.WriteRequest"' },
      415,
    ),
    typed('a media type in capitals', { ...HEADERS_1, 'content-type': 'Application/X-Protobuf' }, 415),
    typed('a parameter without a value', { ...HEADERS_1, 'content-type': 'application/x-protobuf;proto' }, 415),
    typed('a charset', { ...HEADERS_1, 'content-type': 'application/x-protobuf; charset=utf-8' }, 204),
    {
      ...typed(
        'a space before the semicolon',
        { ...HEADERS_1, 'content-type': 'application/x-protobuf ;charset=x' },
        415,
      ),
      ours: {
        status: 204,
        why: 'RFC 9110 allows spaces there; behind the semicolon Prometheus passes over what is named',
      },
    },
    typed('gzip', { ...HEADERS_1, 'content-encoding': 'gzip' }, 415),
    typed('Snappy in capitals', { ...HEADERS_1, 'content-encoding': 'Snappy' }, 415),
    in1('an empty body', new Uint8Array(0), 400),
    in1('an empty request', compressSnappy(encodeWrite1({})), 204),
    in2('an empty request', two(), 204, { written: { samples: 0, histograms: 0 } }),
    in1('no snappy', Buffer.from('hello world'), 400),
    in1('a snappy bomb of 4 GiB', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]), 400, { says: /4294967295/ }),
    in1('a snappy bomb of 1 GiB', Buffer.from([0x80, 0x80, 0x80, 0x80, 0x04, 0, 0]), 400),
    in1('truncated snappy', one([['__name__', fresh()]]).slice(0, -4), 400),
    in1('no protobuf', compressSnappy(Buffer.from('hello world hello')), 400),
    in1('an absurd length', compressSnappy(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2])), 400),
    in1(
      'truncated protobuf',
      compressSnappy(encodeWrite1({ timeseries: [{ samples: [sample(nowMs)] }] }).slice(0, -3)),
      400,
    ),
    in1('unknown fields', compressSnappy(Buffer.from([0x78, 1])), 204),
    ...wrongWireTypes().map(([name, version, message]) => {
      const body = compressSnappy(message);
      return version === 1 ? in1(name, body, 400, NO_FIELD) : in2(name, body, 400, NO_FIELD);
    }),
    in1(
      'unsorted labels',
      one([
        ['b', '1'],
        ['__name__', fresh()],
        ['a', '2'],
      ]),
      204,
    ),
    in1(
      'a label twice',
      one([
        ['__name__', fresh()],
        ['a', '1'],
        ['a', '2'],
      ]),
      204,
    ),
    in1(
      'a label without a name',
      one([
        ['', '1'],
        ['__name__', fresh()],
      ]),
      204,
    ),
    in1(
      'a label without a value',
      one([
        ['__name__', fresh()],
        ['a', ''],
      ]),
      204,
    ),
    in1('no metric name', one([['a', '1']]), 204),
    in1('no labels', one([]), 204),
    in1(
      'names of any UTF-8',
      one([
        ['__name__', 'a.b c'],
        ['d é', '1'],
      ]),
      204,
    ),
    in1(
      'invalid UTF-8',
      invalidUtf8(
        encodeWrite1({ timeseries: [{ labels: labelMessages([['__name__', 'XYZW']]), samples: [sample(nowMs)] }] }),
      ),
      204,
    ),
    in2(
      'a label twice',
      two(
        {
          labels: [
            ['__name__', 'bad_twice'],
            ['a', '1'],
            ['a', '2'],
          ],
          samples: [sample(nowMs)],
        },
        good(),
      ),
      400,
      { written: { samples: 1, histograms: 0 }, says: /bad_twice.*"a"/ },
    ),
    in2(
      'unsorted labels',
      two(
        {
          labels: [
            ['b', '1'],
            ['__name__', fresh()],
          ],
          samples: [sample(nowMs)],
        },
        good(),
      ),
      204,
      { written: { samples: 2, histograms: 0 } },
    ),
    in2(
      'a label without a name',
      two(
        {
          labels: [
            ['', '1'],
            ['__name__', 'bad_empty'],
          ],
          samples: [sample(nowMs)],
        },
        good(),
      ),
      400,
      { written: { samples: 1, histograms: 0 }, says: /bad_empty/ },
    ),
    in2('no metric name', two({ labels: [['a', 'bad_nameless']], samples: [sample(nowMs)] }, good()), 400, {
      written: { samples: 1, histograms: 0 },
      says: /bad_nameless/,
    }),
    in2('no labels', two({ labels: [], samples: [sample(nowMs)] }, good()), 400, {
      written: { samples: 1, histograms: 0 },
    }),
    in2('no samples', two({ labels: [['__name__', 'bad_sampleless']] }, good()), 400, {
      written: { samples: 1, histograms: 0 },
      says: /bad_sampleless/,
    }),
    in2('exemplars alone', two({ labels: [['__name__', fresh()]], exemplars: [{ value: 1, timestamp: nowMs }] }), 400, {
      ours: { status: 204, why: 'Prometheus 3 sends exemplars in series of their own, and refuses them from others' },
    }),
    in2(
      'samples and histograms',
      two({ labels: [['__name__', fresh()]], samples: [sample(nowMs - 1)], histograms: [histogram(nowMs)] }, good()),
      204,
      { written: { samples: 2, histograms: 1 } },
    ),
    in2(
      'an odd number of references',
      compressSnappy(
        encodeWrite2Raw({
          symbols: ['', '__name__', 'x'],
          timeseries: [{ labelsRefs: [1], samples: [sample(nowMs)] }],
        }),
      ),
      400,
      { written: { samples: 0, histograms: 0 } },
    ),
    in2(
      'a reference beyond the symbols',
      compressSnappy(
        encodeWrite2Raw({
          symbols: ['', '__name__', fresh()],
          timeseries: [
            { labelsRefs: [1, 9], samples: [sample(nowMs)] },
            { labelsRefs: [1, 2], samples: [sample(nowMs)] },
          ],
        }),
      ),
      400,
      { written: { samples: 1, histograms: 0 }, says: /\[1 9\]/ },
    ),
    in2(
      'an exemplar with a reference beyond the symbols',
      compressSnappy(
        encodeWrite2Raw({
          symbols: ['', '__name__', fresh()],
          timeseries: [
            {
              labelsRefs: [1, 2],
              samples: [sample(nowMs)],
              exemplars: [{ labelsRefs: [1, 77], value: 1, timestamp: nowMs }],
            },
          ],
        }),
      ),
      400,
      { written: { samples: 1, histograms: 0 } },
    ),
    in2(
      'metadata with a reference beyond the symbols',
      compressSnappy(
        encodeWrite2Raw({
          symbols: ['', '__name__', 'bad_metadata', fresh()],
          timeseries: [
            { labelsRefs: [1, 2], samples: [sample(nowMs)], metadata: { type: 1, helpRef: 4, unitRef: 0 } },
            { labelsRefs: [1, 3], samples: [sample(nowMs)], metadata: { type: 1, helpRef: 0, unitRef: 3 } },
          ],
        }),
      ),
      400,
      { written: { samples: 1, histograms: 0 }, says: /metadata/ },
    ),
    ...exemplarCases(nowMs, fresh).map(
      ([name, series, status, written]): BadInput => ({
        ...in2(name, two(series), status),
        written: { histograms: 0, ...written },
      }),
    ),
    ...(
      [
        ['the year 9999', 253_402_300_799_000],
        ['11 minutes ahead', nowMs + 660_000],
        ['the last one there is', '9223372036854775807'],
      ] as const
    ).map(([when, timestamp]) =>
      in1(`a time in ${when}`, one([['__name__', 'bad_future']], [{ timestamp, value: 1 }]), 400, {
        says: /bad_future/,
      }),
    ),
    ...(
      [
        ['1970', 1],
        ['no time', 0],
        ['1969', -1],
      ] as const
    ).map(([when, timestamp]) =>
      in1(
        `a time in ${when}`,
        one([['__name__', `bad_past_${when.replace(' ', '_')}`]], [{ timestamp, value: 1 }]),
        400,
        { says: /bad_past/ },
      ),
    ),
    in1(
      'the first time there is',
      one([['__name__', 'bad_first']], [{ timestamp: '-9223372036854775808', value: 1 }]),
      400,
      { says: /bad_first/ },
    ),
    sequence('1.0: the same sample again', HEADERS_1, 204, (name) => [
      one([['__name__', name]]),
      one([['__name__', name]]),
    ]),
    {
      ...sequence('1.0: another value for a time', HEADERS_1, 400, (name) => [
        one([['__name__', name]]),
        one([['__name__', name]], [sample(nowMs, 2)]),
      ]),
      says: /sequence_\d+/,
    },
    {
      ...sequence('2.0: another value for a time', HEADERS_2, 400, (name) => [
        two({ labels: [['__name__', name]], samples: [sample(nowMs)] }),
        two({ labels: [['__name__', name]], samples: [sample(nowMs, 2), sample(nowMs + 1)] }),
      ]),
      written: { samples: 1, histograms: 0 },
      says: /sequence_\d+/,
    },
    ...badHistograms(nowMs).map(
      ([name, message, status]): BadInput =>
        in2(
          `a histogram: ${name}`,
          two({
            labels: [
              ['__name__', 'bad_histogram'],
              ['case', name],
            ],
            histograms: [message],
          }),
          status,
          {
            written: { samples: 0, histograms: status === 204 ? 1 : 0 },
            ...(status === 400 ? { says: /bad_histogram/ } : {}),
          },
        ),
    ),
  ];
}

/** What is written of exemplars is what is stored. */
function exemplarCases(
  nowMs: number,
  fresh: () => string,
): [name: string, series: Series2, status: number, written: { samples: number; exemplars: number }][] {
  const of = (timestamp: number, exemplars: readonly object[]): Series2 => ({
    labels: [['__name__', fresh()]],
    samples: [{ timestamp, value: 1 }],
    exemplars: exemplars as NonNullable<Series2['exemplars']>,
  });
  const exemplar = (label = 'x', timestamp = nowMs) => ({ labels: [['trace_id', label]], value: 1, timestamp });
  return [
    ['an exemplar', of(nowMs, [exemplar()]), 204, { samples: 1, exemplars: 1 }],
    ['an exemplar twice', of(nowMs, [exemplar(), exemplar()]), 204, { samples: 1, exemplars: 2 }],
    ['an exemplar of 1,100 characters', of(nowMs, [exemplar('x'.repeat(1092))]), 204, { samples: 1, exemplars: 0 }],
    ['an exemplar an hour ahead', of(nowMs, [exemplar('x', nowMs + 3_600_000)]), 204, { samples: 1, exemplars: 0 }],
    ['an exemplar of a refused sample', of(1, [exemplar()]), 400, { samples: 0, exemplars: 0 }],
  ];
}

const NO_FIELD = { says: /field \d+ has wire type \d/ };

/** Fields that are known, with another wire type than theirs: read as if they were not there, samples would be 0. */
function wrongWireTypes(): [name: string, version: 1 | 2, message: Uint8Array][] {
  const message = (field: number, ...content: readonly (number | Uint8Array)[]) => {
    const bytes = Buffer.concat(content.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)));
    return Buffer.concat([Buffer.of((field << 3) | 2, bytes.length), bytes]);
  };
  const label = message(1, message(1, Buffer.from('__name__')), message(2, Buffer.from('wire_type')));
  const [varint1, varint2] = [Buffer.of(1 << 3, 1), Buffer.of(2 << 3, 1)];
  const fixed2 = Buffer.concat([Buffer.of((2 << 3) | 1), Buffer.alloc(8)]);
  return [
    ['a value as a varint', 1, message(1, label, message(2, varint1, varint2))],
    ['a time as eight bytes', 1, message(1, label, message(2, fixed2))],
    ['a series as a varint', 1, varint1],
    ['a label as a varint', 1, message(1, varint1)],
    ['the name of a label as a varint', 1, message(1, message(1, varint1))],
    ['the value of a label as a varint', 1, message(1, message(1, varint2))],
    ['a sum of a histogram as a varint', 1, message(1, label, message(4, 3 << 3, 1))],
    ['symbols as a varint', 2, Buffer.of(4 << 3, 1)],
    ['a series as a varint', 2, Buffer.of(5 << 3, 1)],
    ['a value as a varint', 2, message(5, message(2, varint1))],
  ];
}

let sequences = 0;

function sequence(
  name: string,
  headers: BadInput['headers'],
  status: number,
  bodies: (metric: string) => Uint8Array[],
): BadInput {
  return { name, ...(headers && { headers }), status, bodies: bodies(`sequence_${++sequences}`) };
}

function invalidUtf8(message: Uint8Array): Uint8Array {
  message[Buffer.from(message).indexOf('XYZW')] = 0xff;
  return compressSnappy(message);
}

function histogram(timestamp: number, more: object = {}): object {
  return {
    countInt: 6,
    sum: 10,
    schema: 1,
    zeroThreshold: 0.001,
    zeroCountInt: 1,
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveDeltas: [1, 1],
    negativeSpans: [{ offset: 0, length: 1 }],
    negativeDeltas: [2],
    timestamp,
    ...more,
  };
}

function badHistograms(nowMs: number): [name: string, message: object, status: number][] {
  const of = (more: object) => histogram(nowMs, more);
  const custom = (more: object) => ({
    countInt: 3,
    sum: 1,
    schema: -53,
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveDeltas: [1, 1],
    customValues: [1, 2],
    timestamp: nowMs,
    ...more,
  });
  const float = (more: object) => ({
    countFloat: 3.5,
    sum: 1,
    schema: 0,
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveCounts: [1.5, 2],
    timestamp: nowMs,
    ...more,
  });
  return [
    ['right', of({}), 204],
    ['count too great', of({ countInt: 7 }), 400],
    ['count too small', of({ countInt: 5 }), 400],
    ['a negative bucket', of({ positiveDeltas: [1, -3] }), 400],
    ['spans beyond the buckets', of({ positiveSpans: [{ offset: 0, length: 3 }] }), 400],
    ['buckets beyond the spans', of({ positiveSpans: [{ offset: 0, length: 1 }] }), 400],
    ['a span of 4 billion buckets', of({ positiveSpans: [{ offset: 0, length: 4_294_967_295 }] }), 400],
    [
      'a span that goes back',
      of({
        positiveSpans: [
          { offset: 0, length: 1 },
          { offset: -1, length: 1 },
        ],
      }),
      400,
    ],
    ['a first span that goes back', of({ positiveSpans: [{ offset: -5, length: 2 }] }), 204],
    [
      'an empty span',
      of({
        positiveSpans: [
          { offset: 0, length: 1 },
          { offset: 2, length: 0 },
          { offset: 1, length: 1 },
        ],
      }),
      204,
    ],
    ['schema 9', of({ schema: 9 }), 204],
    ['schema 52', of({ schema: 52 }), 204],
    ['schema 60', of({ schema: 60 }), 400],
    ['schema -5', of({ schema: -5 }), 400],
    ['schema -54', of({ schema: -54 }), 400],
    ['a NaN sum and observations in no bucket', of({ sum: Number.NaN, countInt: 7 }), 204],
    ['a NaN sum and too many in buckets', of({ sum: Number.NaN, countInt: 5 }), 400],
    ['nothing but a time', { timestamp: nowMs }, 204],
    ['custom, right', custom({ positiveDeltas: [1, 1], countInt: 3 }), 204],
    ['custom bounds that fall', custom({ customValues: [2, 1] }), 400],
    [
      'too few custom bounds',
      custom({ positiveSpans: [{ offset: 0, length: 3 }], positiveDeltas: [1, 0, 0], customValues: [1] }),
      400,
    ],
    ['custom with negative buckets', custom({ negativeSpans: [{ offset: 0, length: 1 }], negativeDeltas: [2] }), 400],
    ['custom with a zero count', custom({ zeroCountInt: 2 }), 400],
    ['custom with a zero threshold', custom({ zeroThreshold: 1 }), 400],
    ['custom with an infinite bound', custom({ customValues: [1, Number.POSITIVE_INFINITY] }), 400],
    ['custom bounds of an exponential one', of({ customValues: [1] }), 400],
    ['floats', float({}), 204],
    ['floats with another count', float({ countFloat: 30 }), 204],
    ['floats with a negative bucket', float({ positiveCounts: [-1.5, 2] }), 400],
    ['floats with a negative count', float({ countFloat: -3 }), 400],
    ['floats with a negative zero count', float({ zeroCountFloat: -1 }), 400],
    ['whole count and buckets of floats', float({ countFloat: undefined, countInt: 3 }), 400],
    ['year 9999', of({ timestamp: 253_402_300_799_000 }), 400],
    ['1970', of({ timestamp: 1 }), 400],
  ];
}
