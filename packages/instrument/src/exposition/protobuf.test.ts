import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import type { Label } from '../labels.ts';
import type { Exemplar, ExponentialBuckets, FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { renderProtobuf } from './protobuf.ts';
import { arbitrarySnapshot } from './testing/arbitrary-snapshot.ts';

/** The official definition, see the licence at its top. */
const MetricFamily = new protobuf.Root()
  .loadSync(join(import.meta.dirname, 'testdata', 'metrics.proto'))
  .lookupType('io.prometheus.client.MetricFamily');

interface TimestampMessage {
  readonly seconds?: number;
  readonly nanos?: number;
}

interface LabelledMessage {
  readonly label?: readonly Label[];
}

interface ExemplarMessage extends LabelledMessage {
  readonly value: number;
  readonly timestamp: TimestampMessage;
}

interface SpanMessage {
  readonly offset: number;
  readonly length: number;
}

interface CreatedMessage {
  readonly createdTimestamp?: TimestampMessage;
}

interface CounterMessage extends CreatedMessage {
  readonly value: number;
  readonly exemplar?: ExemplarMessage;
}

interface HistogramMessage extends CreatedMessage {
  readonly sampleCount: number;
  readonly sampleSum: number;
  readonly bucket?: readonly {
    readonly cumulativeCount: number;
    readonly upperBound: number;
    readonly exemplar?: ExemplarMessage;
  }[];
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCount?: number;
  readonly positiveSpan?: readonly SpanMessage[];
  readonly positiveDelta?: readonly number[];
  readonly negativeSpan?: readonly SpanMessage[];
  readonly negativeDelta?: readonly number[];
  readonly exemplars?: readonly ExemplarMessage[];
}

interface SummaryMessage extends CreatedMessage {
  readonly sampleCount: number;
  readonly sampleSum: number;
  readonly quantile?: readonly { readonly quantile: number; readonly value: number }[];
}

interface MetricMessage extends LabelledMessage {
  readonly counter?: CounterMessage;
  readonly gauge?: CounterMessage;
  readonly untyped?: CounterMessage;
  readonly histogram?: HistogramMessage;
  readonly summary?: SummaryMessage;
}

/** As protobufjs gives it; absent fields are absent. */
interface FamilyMessage {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly unit?: string;
  readonly metric: readonly MetricMessage[];
}

const TYPES = {
  counter: 'COUNTER',
  gauge: 'GAUGE',
  info: 'GAUGE',
  stateset: 'GAUGE',
  unknown: 'UNTYPED',
  histogram: 'HISTOGRAM',
  exponential: 'HISTOGRAM',
  summary: 'SUMMARY',
};

function decoded(snapshot: Snapshot): FamilyMessage[] {
  const reader = protobuf.Reader.create(renderProtobuf(snapshot));
  const families: FamilyMessage[] = [];
  while (reader.pos < reader.len) {
    const message = MetricFamily.decodeDelimited(reader);
    families.push(MetricFamily.toObject(message, { enums: String, longs: Number }) as FamilyMessage);
  }
  return families;
}

function labelsOf({ label = [] }: LabelledMessage): Label[] {
  return label.map(({ name, value }) => ({ name, value }));
}

/** Of this message zeros are absent: it is of proto3. */
function timeMs({ seconds = 0, nanos = 0 }: TimestampMessage): number {
  return seconds * 1000 + nanos / 1_000_000;
}

function createdMs({ createdTimestamp }: CreatedMessage): { createdMs?: number } {
  return createdTimestamp === undefined ? {} : { createdMs: timeMs(createdTimestamp) };
}

function exemplarOf(message: ExemplarMessage): Exemplar {
  return { labels: labelsOf(message), value: message.value, timestampMs: timeMs(message.timestamp) };
}

/** Counts by our index, only those above 0: how zeros around them are written is the writer's choice. */
function nativeCounts(spans: readonly SpanMessage[] = [], deltas: readonly number[] = []): Map<number, number> {
  const counts = new Map<number, number>();
  let index = 0;
  let count = 0;
  let at = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++, index++) {
      count += deltas[at++]!;
      // Prometheus names buckets by their upper bound.
      if (count > 0) counts.set(index - 1, count);
    }
  }
  assert.equal(at, deltas.length);
  return counts;
}

function countsOf({ offset, counts }: ExponentialBuckets): Map<number, number> {
  return new Map(counts.map((count, i) => [offset + i, count] as const).filter(([, count]) => count > 0));
}

function readPoint(metric: MetricMessage): unknown {
  const labels = labelsOf(metric);
  const { histogram, summary } = metric;
  if (histogram !== undefined) {
    const content = histogram.bucket === undefined ? readNative(histogram) : readClassic(histogram);
    return { labels, ...createdMs(histogram), ...content };
  }
  if (summary !== undefined) {
    const { quantile: quantiles = [], sampleSum: sum, sampleCount: count } = summary;
    return { labels, ...createdMs(summary), quantiles, sum, count };
  }
  const content = metric.counter ?? metric.gauge ?? metric.untyped;
  assert.ok(content);
  const { value, exemplar } = content;
  return {
    labels,
    ...createdMs(content),
    value,
    ...(exemplar === undefined ? {} : { exemplar: exemplarOf(exemplar) }),
  };
}

function readClassic({ sampleCount, sampleSum, bucket = [] }: HistogramMessage): object {
  assert.equal(sampleCount, bucket.at(-1)?.cumulativeCount);
  return {
    bounds: bucket.map(({ upperBound }) => upperBound),
    counts: bucket.map(({ cumulativeCount }, i) => cumulativeCount - (bucket[i - 1]?.cumulativeCount ?? 0)),
    sum: sampleSum,
    exemplars: bucket.map(({ exemplar }) => (exemplar === undefined ? undefined : exemplarOf(exemplar))),
  };
}

function readNative(histogram: HistogramMessage): object {
  const { schema, sampleSum, sampleCount, zeroThreshold, zeroCount, exemplars = [] } = histogram;
  return {
    scale: schema,
    sum: sampleSum,
    count: sampleCount,
    zeroThreshold,
    zeroCount,
    positive: nativeCounts(histogram.positiveSpan, histogram.positiveDelta),
    negative: nativeCounts(histogram.negativeSpan, histogram.negativeDelta),
    exemplars: exemplars.map(exemplarOf),
  };
}

function expectedPoints(family: FamilySnapshot): unknown[] {
  switch (family.type) {
    case 'histogram':
      return family.points.map((point) => ({
        ...point,
        bounds: [...family.bounds, Number.POSITIVE_INFINITY],
        exemplars: point.exemplars ?? point.counts.map(() => undefined),
      }));
    case 'exponential':
      return family.points.map((point) => ({
        ...point,
        count: [point.zeroCount, ...point.positive.counts, ...point.negative.counts].reduce((sum, of) => sum + of, 0),
        positive: countsOf(point.positive),
        negative: countsOf(point.negative),
        exemplars: point.exemplars ?? [],
      }));
    default:
      return [...family.points];
  }
}

it('writes any snapshot so that the official definition reads back the same, native histograms included', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const shown = snapshot.families.filter((family) => family.points.length > 0);
      const read = decoded(snapshot);
      assert.deepEqual(
        read.map(({ name, help, type, unit = '' }) => ({ name, help, type, unit })),
        shown.map(({ name, help, type, unit }) => {
          const isSuffix = name.endsWith(`_${unit}`) || (type === 'counter' && name.endsWith(`_${unit}_total`));
          return { name, help, type: TYPES[type], unit: isSuffix ? unit : '' };
        }),
      );
      for (const [i, family] of shown.entries()) {
        assert.deepEqual(read[i]!.metric.map(readPoint), expectedPoints(family));
      }
    }),
    { numRuns: 300 },
  );
});

it('marks an empty native histogram by an empty span', () => {
  const none = { offset: 0, counts: [] };
  const [family] = decoded({
    takenAtMs: 0,
    families: [
      {
        name: 'x',
        help: 'X.',
        unit: '',
        type: 'exponential',
        points: [{ labels: [], scale: 8, sum: 0, zeroThreshold: 0, zeroCount: 0, positive: none, negative: none }],
      },
    ],
  });
  assert.deepEqual(family?.metric[0]?.histogram?.positiveSpan, [{ offset: 0, length: 0 }]);
});

it('never fails because of counts or times that cannot be sent as they are', () => {
  const counts = [Number.NaN, -5, 1.5, 2 ** 70];
  const [histogram, summary] = decoded({
    takenAtMs: 0,
    families: [
      { name: 'h', help: '', unit: '', type: 'histogram', bounds: [1, 2, 3], points: [{ labels: [], counts, sum: 0 }] },
      {
        name: 's',
        help: '',
        unit: '',
        type: 'summary',
        points: [{ labels: [], quantiles: [], sum: 0, count: Number.NaN, createdMs: -1.4 }],
      },
    ],
  });
  assert.deepEqual(
    histogram?.metric[0]?.histogram?.bucket?.map(({ cumulativeCount }) => cumulativeCount),
    [0, 0, 2, Number.MAX_SAFE_INTEGER + 2],
  );
  const content = summary?.metric[0]?.summary;
  assert.equal(content?.sampleCount, 0);
  assert.deepEqual(content?.createdTimestamp, { seconds: -1, nanos: 999_000_000 });
  for (const createdMs of [Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
    const exemplar = { labels: [], value: 1, timestampMs: createdMs };
    const [counter] = decoded({
      takenAtMs: 0,
      families: [
        { name: 'c', help: '', unit: '', type: 'counter', points: [{ labels: [], value: 1, createdMs, exemplar }] },
      ],
    });
    assert.deepEqual(counter?.metric[0]?.counter, { value: 1, exemplar: { value: 1 } });
  }
});
