import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ExponentialBuckets, ExponentialPoint, Snapshot } from '../snapshot/snapshot.ts';
import { sampleCount, withClassicHistograms } from './batches.ts';
import { encodeRemoteWriteV1 } from './remote-write-v1.ts';
import { encodeRemoteWriteV2 } from './remote-write-v2.ts';
import { type Decoded, decodeRemoteWriteV1, decodeRemoteWriteV2 } from './testing/official-proto.ts';
import {
  arbitrarySnapshot,
  CREATED_MS,
  SAMPLE_SNAPSHOT,
  SPAN_ID,
  TAKEN_AT_MS,
  TRACE_ID,
} from './testing/sample-snapshot.ts';

const EXTERNAL = [
  { name: 'Zone', value: 'a' },
  { name: 'job', value: 'node' },
  { name: 'type', value: 'loses to the metric' },
  { name: 'unset', value: '' },
];

/** What both versions say of a series, in one shape. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | undefined;
  readonly histogram: Decoded | undefined;
  readonly exemplars: readonly Decoded[];
  readonly start: string | undefined;
  readonly metadata: Decoded | undefined;
}

describe('remote write 1.0, read with the official definitions', () => {
  const request = decodeRemoteWriteV1(encodeRemoteWriteV1(SAMPLE_SNAPSHOT, EXTERNAL));
  const series = readV1(request);

  it('sorts labels, the name and the external ones among them', () => {
    const [first] = request['timeseries'] as Decoded[];
    assert.deepEqual(
      ((first?.['labels'] ?? []) as Decoded[]).map((label) => label['name']),
      ['Zone', '__name__', 'job', 'kind', 'le', 'type'],
    );
    const votes = series.filter(({ labels }) => labels['__name__'] === 'chain_votes_total');
    assert.deepEqual(
      votes.map(({ labels }) => labels['type']),
      ['commit', 'prepare'],
    );
  });

  it('sends the parts of histograms and summaries as the series of a scrape', () => {
    assert.deepEqual(partsOf(series), EXPECTED_PARTS);
  });

  it('tells of every metric what it is', () => {
    assert.deepEqual(request['metadata'], [
      {
        type: 'HISTOGRAM',
        metricFamilyName: 'chain_block_commit_duration_seconds',
        help: 'Time to commit a block.',
        unit: 'seconds',
      },
      { type: 'INFO', metricFamilyName: 'chain_build_info', help: 'Version.' },
      { type: 'GAUGE', metricFamilyName: 'chain_height', help: 'Height.' },
      { type: 'HISTOGRAM', metricFamilyName: 'chain_peer_latency_seconds', help: 'Latency.', unit: 'seconds' },
      { type: 'STATESET', metricFamilyName: 'chain_phase', help: 'Phase.' },
      { type: 'COUNTER', metricFamilyName: 'chain_votes_total', help: 'Votes.', unit: 'votes' },
      { metricFamilyName: 'other_odd', help: 'From elsewhere.' },
      { type: 'SUMMARY', metricFamilyName: 'other_request_seconds', help: 'From elsewhere.', unit: 'seconds' },
    ]);
  });

  it('sends exemplars with their bucket or counter', () => {
    assertExemplars(series);
  });

  it('sends an exponential histogram as a native one', () => {
    assertNativeHistogram(series);
  });
});

describe('remote write 2.0, read with the official definitions', () => {
  const request = decodeRemoteWriteV2(encodeRemoteWriteV2(SAMPLE_SNAPSHOT, EXTERNAL));
  const series = readV2(request);

  it('sends every string once, the empty one first', () => {
    const symbols = request['symbols'] as string[];
    assert.equal(symbols[0], '');
    assert.equal(new Set(symbols).size, symbols.length);
  });

  it('sends the same series as 1.0', () => {
    const v1 = readV1(decodeRemoteWriteV1(encodeRemoteWriteV1(SAMPLE_SNAPSHOT, EXTERNAL)));
    assert.deepEqual(
      series.map(({ labels, value }) => ({ labels, value })),
      v1.map(({ labels, value }) => ({ labels, value })),
    );
    assert.deepEqual(partsOf(series), EXPECTED_PARTS);
    assertExemplars(series);
    assertNativeHistogram(series);
  });

  it('tells of every series since when it counts and what it is', () => {
    const byName = new Map(series.map((one) => [one.labels['__name__'], one]));
    const votes = byName.get('chain_votes_total');
    assert.equal(votes?.start, String(CREATED_MS));
    assert.deepEqual(votes?.metadata, { type: 'METRIC_TYPE_COUNTER', help: 'Votes.', unit: 'votes' });
    assert.equal(byName.get('chain_peer_latency_seconds')?.start, String(CREATED_MS));
    assert.equal(byName.get('chain_height')?.start, undefined);
    assert.deepEqual(byName.get('chain_block_commit_duration_seconds_bucket')?.metadata, {
      type: 'METRIC_TYPE_HISTOGRAM',
      help: 'Time to commit a block.',
      unit: 'seconds',
    });
  });
});

it('gives the same series in both versions, as many as were counted, whatever the snapshot', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const v1 = readV1(decodeRemoteWriteV1(encodeRemoteWriteV1(snapshot)));
      const v2 = readV2(decodeRemoteWriteV2(encodeRemoteWriteV2(snapshot)));
      const shown = ({ labels, value, histogram = {}, exemplars }: Series) => ({
        labels,
        value,
        histogram: { ...histogram, startTimestamp: undefined, resetHint: undefined },
        exemplars: exemplars.length,
      });
      assert.deepEqual(v2.map(shown), v1.map(shown));
      assert.equal(v1.length, sampleCount(snapshot));
    }),
  );
});

it('gives native histograms that hold the same buckets, one index higher', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const points = snapshot.families.flatMap((family) => (family.type === 'exponential' ? family.points : []));
      const sent = readV1(decodeRemoteWriteV1(encodeRemoteWriteV1(snapshot))).flatMap(({ histogram }): Decoded[] =>
        histogram === undefined ? [] : [histogram],
      );
      assert.equal(sent.length, points.length);
      for (const [i, point] of points.entries()) assertSameBuckets(point, sent[i]!);
    }),
  );
});

it('sends scales that Prometheus lacks at the nearest that it has', () => {
  for (const [scale, schema] of [
    [9, 8],
    [-5, -4],
  ] as const) {
    const [series] = readV1(decodeRemoteWriteV1(encodeRemoteWriteV1(nativeOf({ scale }))));
    assert.equal(series?.histogram?.['schema'], schema);
    assert.equal(series?.histogram?.['countInt'], '7');
  }
});

it('sends classic histograms in place of exponential ones where that is asked for', () => {
  const classic = withClassicHistograms(SAMPLE_SNAPSHOT);
  const series = readV2(decodeRemoteWriteV2(encodeRemoteWriteV2(classic)));
  assert.ok(series.every(({ histogram }) => histogram === undefined));
  assert.equal(series.find(({ labels }) => labels['__name__'] === 'chain_peer_latency_seconds_count')?.value, 7);
});

it('leaves out exemplars that Prometheus would refuse', () => {
  const labels = [{ name: 'trace_id', value: 'x'.repeat(200) }];
  const snapshot: Snapshot = {
    takenAtMs: TAKEN_AT_MS,
    families: [
      {
        name: 'a_total',
        type: 'counter',
        help: '',
        unit: '',
        points: [{ labels: [], value: 1, exemplar: { labels, value: 1, timestampMs: TAKEN_AT_MS } }],
      },
    ],
  };
  assert.deepEqual(readV1(decodeRemoteWriteV1(encodeRemoteWriteV1(snapshot)))[0]?.exemplars, []);
});

it('leaves out times of other libraries that are none, and sends the values', () => {
  for (const timeMs of [Number.NaN, Number.POSITIVE_INFINITY, -5, 1e300]) {
    const exemplar = { labels: [], value: 1, timestampMs: timeMs };
    const snapshot: Snapshot = {
      takenAtMs: TAKEN_AT_MS,
      families: [
        {
          name: 'a_total',
          type: 'counter',
          help: '',
          unit: '',
          points: [{ labels: [], value: 7, createdMs: timeMs, exemplar }],
        },
      ],
    };
    for (const [series] of [
      readV1(decodeRemoteWriteV1(encodeRemoteWriteV1(snapshot))),
      readV2(decodeRemoteWriteV2(encodeRemoteWriteV2(snapshot))),
    ]) {
      assert.equal(series?.value, 7);
      assert.deepEqual(series?.exemplars, []);
    }
  }
});

const EXPECTED_PARTS = [
  ['chain_block_commit_duration_seconds_bucket', '0.1', 3],
  ['chain_block_commit_duration_seconds_bucket', '1', 5],
  ['chain_block_commit_duration_seconds_bucket', '+Inf', 6],
  ['chain_block_commit_duration_seconds_sum', undefined, 4.25],
  ['chain_block_commit_duration_seconds_count', undefined, 6],
  ['other_request_seconds', '0.5', 0.25],
  ['other_request_seconds_sum', undefined, 3.5],
  ['other_request_seconds_count', undefined, 10],
];

function partsOf(series: readonly Series[]): unknown[] {
  return series
    .filter(({ labels }) => /commit_duration|request/.test(labels['__name__'] ?? ''))
    .map(({ labels, value }) => [labels['__name__'], labels['le'] ?? labels['quantile'], value]);
}

function assertExemplars(series: readonly Series[]): void {
  const withSome = series.filter(({ exemplars }) => exemplars.length > 0);
  assert.deepEqual(
    withSome.map(({ labels }) => [labels['__name__'], labels['le'] ?? labels['type'] ?? '']),
    [
      ['chain_block_commit_duration_seconds_bucket', '1'],
      ['chain_peer_latency_seconds', 'loses to the metric'],
      ['chain_votes_total', 'commit'],
    ],
  );
  assert.deepEqual(withSome[0]?.exemplars, [
    { labels: { span_id: SPAN_ID, trace_id: TRACE_ID }, value: 0.5, timestamp: String(TAKEN_AT_MS - 500) },
  ]);
}

function assertNativeHistogram(series: readonly Series[]): void {
  const histogram = series.find(({ labels }) => labels['__name__'] === 'chain_peer_latency_seconds')?.histogram;
  const { startTimestamp: _, ...rest } = histogram ?? {};
  assert.deepEqual(rest, {
    countInt: '7',
    sum: 12.5,
    schema: 3,
    zeroThreshold: 1e-9,
    zeroCountInt: '2',
    negativeSpans: [{ offset: 3, length: 1 }],
    negativeDeltas: ['1'],
    positiveSpans: [
      { offset: -3, length: 1 },
      { offset: 3, length: 1 },
    ],
    positiveDeltas: ['1', '2'],
    timestamp: String(TAKEN_AT_MS),
  });
}

function assertSameBuckets(point: ExponentialPoint, histogram: Decoded): void {
  assert.deepEqual(bucketsOf(histogram, 'positive'), shifted(point.positive));
  assert.deepEqual(bucketsOf(histogram, 'negative'), shifted(point.negative));
  const total = point.zeroCount + sumOf(point.positive.counts) + sumOf(point.negative.counts);
  assert.equal(Number(histogram['countInt'] ?? 0), total);
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Counts by Prometheus's index, without those of 0. */
function shifted({ offset, counts }: ExponentialBuckets): ReadonlyMap<number, number> {
  return new Map(counts.map((count, i) => [offset + i + 1, count] as const).filter(([, count]) => count > 0));
}

function bucketsOf(histogram: Decoded, side: string): ReadonlyMap<number, number> {
  const spans = (histogram[`${side}Spans`] ?? []) as { offset?: number; length?: number }[];
  const deltas = ((histogram[`${side}Deltas`] ?? []) as string[]).map(Number);
  const buckets = new Map<number, number>();
  let index = 0;
  let count = 0;
  for (const { offset = 0, length = 0 } of spans) {
    index += offset;
    for (let i = 0; i < length; i++, index++) {
      count += deltas.shift() ?? Number.NaN;
      if (count !== 0) buckets.set(index, count);
    }
  }
  assert.deepEqual(deltas, []);
  return buckets;
}

function nativeOf({ scale }: { scale: number }): Snapshot {
  const families = SAMPLE_SNAPSHOT.families.flatMap((family) =>
    family.type === 'exponential' ? [{ ...family, points: family.points.map((point) => ({ ...point, scale })) }] : [],
  );
  return { ...SAMPLE_SNAPSHOT, families };
}

function readV1(request: Decoded): readonly Series[] {
  return ((request['timeseries'] ?? []) as Decoded[]).map((series) => ({
    labels: recordOf(series['labels'] as Decoded[]),
    value: numberOf(series),
    histogram: (series['histograms'] as Decoded[] | undefined)?.[0],
    exemplars: ((series['exemplars'] ?? []) as Decoded[]).map((exemplar) => ({
      ...exemplar,
      labels: recordOf((exemplar['labels'] ?? []) as Decoded[]),
    })),
    start: undefined,
    metadata: undefined,
  }));
}

function readV2(request: Decoded): readonly Series[] {
  const symbols = request['symbols'] as string[];
  const labelsOf = (refs: unknown): Record<string, string> => {
    const places = (refs ?? []) as number[];
    return recordOf(
      places
        .map((place) => symbols[place]!)
        .flatMap((name, i, all) => (i % 2 === 0 ? [{ name, value: all[i + 1] }] : [])),
    );
  };
  return ((request['timeseries'] ?? []) as Decoded[]).map((series) => {
    const sample = (series['samples'] as Decoded[] | undefined)?.[0];
    const histogram = (series['histograms'] as Decoded[] | undefined)?.[0];
    const metadata = series['metadata'] as Decoded;
    return {
      labels: labelsOf(series['labelsRefs']),
      value: numberOf(series),
      histogram,
      exemplars: ((series['exemplars'] ?? []) as Decoded[]).map(({ labelsRefs, ...exemplar }) => ({
        ...exemplar,
        labels: labelsOf(labelsRefs),
      })),
      start: ((sample ?? histogram)?.['startTimestamp'] as string | undefined) ?? undefined,
      metadata: {
        type: metadata['type'],
        help: symbols[(metadata['helpRef'] ?? 0) as number],
        unit: symbols[(metadata['unitRef'] ?? 0) as number],
      },
    };
  });
}

function numberOf(series: Decoded): number | undefined {
  const [sample] = (series['samples'] ?? []) as Decoded[];
  return sample === undefined ? undefined : ((sample['value'] ?? 0) as number);
}

function recordOf(labels: readonly Decoded[]): Record<string, string> {
  return Object.fromEntries(labels.map(({ name, value }) => [name, value ?? '']));
}
