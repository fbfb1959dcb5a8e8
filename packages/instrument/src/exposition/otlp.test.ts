import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Decoded, decodeOtlp } from '../push/testing/official-proto.ts';
import {
  arbitrarySnapshot,
  CREATED_MS,
  SAMPLE_SNAPSHOT,
  SPAN_ID,
  TAKEN_AT_MS,
  TRACE_ID,
} from '../push/testing/sample-snapshot.ts';
import type { ExponentialPoint, FamilySnapshot, ScalarPoint, Snapshot } from '../snapshot/snapshot.ts';
import { renderOtlpJson } from './otlp-json.ts';
import { otlpUnit } from './otlp-model.ts';
import { renderOtlpProtobuf } from './otlp-protobuf.ts';

const OPTIONS = { resource: { 'service.name': 'node', 'service.instance.id': 'a:1' } };
const TIME = `${TAKEN_AT_MS}000000`;
const CREATED = `${CREATED_MS}000000`;

describe('OTLP as protobuf, read with the official definitions', () => {
  it('says whose metrics these are', () => {
    const [resourceMetrics] = decodeOtlp(renderOtlpProtobuf(SAMPLE_SNAPSHOT, OPTIONS))['resourceMetrics'] as Decoded[];
    assert.deepEqual(resourceMetrics?.['resource'], {
      attributes: [attribute('service.name', 'node'), attribute('service.instance.id', 'a:1')],
    });
    const [scopeMetrics] = (resourceMetrics?.['scopeMetrics'] ?? []) as Decoded[];
    assert.deepEqual(scopeMetrics?.['scope'], { name: '@chainpulse/instrument' });
  });

  it('names an unknown service as OpenTelemetry does, and a scope with its version', () => {
    const scope = { name: 'node', version: '2.0' };
    const decoded = decodeOtlp(renderOtlpProtobuf(SAMPLE_SNAPSHOT, { scope }));
    const [resourceMetrics] = decoded['resourceMetrics'] as Decoded[];
    assert.deepEqual(resourceMetrics?.['resource'], { attributes: [attribute('service.name', 'unknown_service')] });
    assert.deepEqual(((resourceMetrics?.['scopeMetrics'] ?? []) as Decoded[])[0]?.['scope'], scope);
  });

  const metrics = metricsOf(renderOtlpProtobuf(SAMPLE_SNAPSHOT, OPTIONS));

  it('leaves out families without points, which receivers refuse', () => {
    assert.equal(metrics.has('chain_empty'), false);
    assert.equal(metrics.size, SAMPLE_SNAPSHOT.families.length - 1);
  });

  it('shows a counter as a monotonic cumulative sum with its start', () => {
    const metric = metrics.get('chain_votes_total');
    assert.equal(metric?.['unit'], '{votes}');
    assert.equal(metric?.['description'], 'Votes.');
    assert.deepEqual(metric?.['sum'], {
      aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
      isMonotonic: true,
      dataPoints: [
        {
          attributes: [attribute('type', 'commit')],
          startTimeUnixNano: CREATED,
          timeUnixNano: TIME,
          asDouble: 7,
          exemplars: [{ timeUnixNano: `${TAKEN_AT_MS - 500}000000`, asDouble: 1, traceId: TRACE_ID, spanId: SPAN_ID }],
        },
        {
          attributes: [attribute('type', 'prepare')],
          startTimeUnixNano: CREATED,
          timeUnixNano: TIME,
          asDouble: 2 ** 53,
        },
      ],
    });
  });

  it('shows gauges, infos, state sets and what is of unknown type as gauges, the type kept beside', () => {
    assert.deepEqual(metrics.get('chain_height')?.['gauge'], { dataPoints: [{ timeUnixNano: TIME, asDouble: 42 }] });
    assert.equal(metrics.get('chain_height')?.['metadata'], undefined);
    assert.deepEqual(metrics.get('other_odd')?.['gauge'], { dataPoints: [{ timeUnixNano: TIME, asDouble: Infinity }] });
    for (const [name, type] of [
      ['chain_build_info', 'info'],
      ['chain_phase', 'stateset'],
      ['other_odd', 'unknown'],
    ] as const) {
      assert.ok(metrics.get(name)?.['gauge'] !== undefined, name);
      assert.deepEqual(metrics.get(name)?.['metadata'], [attribute('prometheus.type', type)]);
    }
  });

  it('shows a histogram with its bounds, counts of each bucket alone, and exemplars', () => {
    const metric = metrics.get('chain_block_commit_duration_seconds');
    assert.equal(metric?.['unit'], 's');
    assert.deepEqual(metric?.['histogram'], {
      aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
      dataPoints: [
        {
          attributes: [attribute('kind', 'fast "one"')],
          startTimeUnixNano: CREATED,
          timeUnixNano: TIME,
          count: '6',
          sum: 4.25,
          bucketCounts: ['3', '2', '1'],
          explicitBounds: [0.1, 1],
          exemplars: [
            { timeUnixNano: `${TAKEN_AT_MS - 500}000000`, asDouble: 0.5, traceId: TRACE_ID, spanId: SPAN_ID },
          ],
        },
      ],
    });
  });

  it('shows an exponential histogram as it is', () => {
    assert.deepEqual(metrics.get('chain_peer_latency_seconds')?.['exponentialHistogram'], {
      aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
      dataPoints: [
        {
          startTimeUnixNano: CREATED,
          timeUnixNano: TIME,
          count: '7',
          sum: 12.5,
          scale: 3,
          zeroCount: '2',
          zeroThreshold: 1e-9,
          positive: { offset: -4, bucketCounts: ['1', '0', '0', '0', '3'] },
          negative: { offset: 2, bucketCounts: ['1'] },
          exemplars: [
            {
              timeUnixNano: `${TAKEN_AT_MS - 1000}000000`,
              asDouble: 0.9,
              filteredAttributes: [attribute('peer', 'a')],
            },
          ],
        },
      ],
    });
  });

  it('shows a summary with its quantiles', () => {
    assert.deepEqual(metrics.get('other_request_seconds')?.['summary'], {
      dataPoints: [{ timeUnixNano: TIME, count: '10', sum: 3.5, quantileValues: [{ quantile: 0.5, value: 0.25 }] }],
    });
  });
});

it('says the same in JSON as in protobuf, whatever the snapshot', () => {
  const same = (snapshot: Snapshot) => {
    const json = JSON.parse(renderOtlpJson(snapshot, OPTIONS)) as unknown;
    assert.deepEqual(normalized(json), normalized(decodeOtlp(renderOtlpProtobuf(snapshot, OPTIONS))));
  };
  same(SAMPLE_SNAPSHOT);
  fc.assert(fc.property(arbitrarySnapshot, same));
});

it('gives back every value of any snapshot', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const metrics = metricsOf(renderOtlpProtobuf(snapshot));
      for (const family of snapshot.families) assertSameValues(family, metrics.get(family.name));
    }),
  );
});

it('gives the unit in UCUM only where the name ends in it, so that no receiver adds it again', () => {
  const unitOf = (name: string, unit: string) => otlpUnit({ name, unit, type: 'gauge', help: '', points: [] });
  assert.equal(unitOf('a_seconds', 'seconds'), 's');
  assert.equal(unitOf('a_seconds_total', 'seconds'), 's');
  assert.equal(unitOf('a_bytes', 'bytes'), 'By');
  assert.equal(unitOf('a_ratio', 'ratio'), '1');
  assert.equal(unitOf('a_utilization', 'ratio'), '{ratio}');
  assert.equal(unitOf('seconds', 'seconds'), '{seconds}');
  assert.equal(unitOf('a_blocks_total', 'blocks'), '{blocks}');
  assert.equal(unitOf('a_constructor', 'constructor'), '{constructor}');
  assert.equal(unitOf('a', ''), '');
});

it('keeps ids that are none as attributes, and rounds counts that are no counts', () => {
  const snapshot: Snapshot = {
    takenAtMs: TAKEN_AT_MS,
    families: [
      {
        name: 'odd',
        type: 'histogram',
        help: '',
        unit: '',
        bounds: [1],
        points: [
          {
            labels: [],
            counts: [1.4, -3],
            sum: Number.NaN,
            exemplars: [
              {
                labels: [
                  { name: 'span_id', value: '0000000000000000' },
                  { name: 'trace_id', value: `${TRACE_ID}0` },
                ],
                value: 1,
                timestampMs: TAKEN_AT_MS,
              },
            ],
          },
        ],
      },
    ],
  };
  const histogram = metricsOf(renderOtlpProtobuf(snapshot)).get('odd')?.['histogram'] as Decoded;
  const [point] = histogram['dataPoints'] as Decoded[];
  assert.deepEqual(point?.['bucketCounts'], ['1', '0']);
  assert.equal(point?.['count'], '1');
  assert.equal(point?.['sum'], Number.NaN);
  assert.deepEqual(((point?.['exemplars'] ?? []) as Decoded[])[0]?.['filteredAttributes'], [
    attribute('span_id', '0000000000000000'),
    attribute('trace_id', `${TRACE_ID}0`),
  ]);
});

function attribute(key: string, value: string): Decoded {
  return { key, value: { stringValue: value } };
}

function metricsOf(bytes: Uint8Array): ReadonlyMap<string, Decoded> {
  const [resourceMetrics] = decodeOtlp(bytes)['resourceMetrics'] as Decoded[];
  const [scopeMetrics] = (resourceMetrics?.['scopeMetrics'] ?? []) as Decoded[];
  const metrics = (scopeMetrics?.['metrics'] ?? []) as Decoded[];
  return new Map(metrics.map((metric) => [metric['name'] as string, metric]));
}

const KINDS = ['sum', 'gauge', 'histogram', 'exponentialHistogram', 'summary'];

it('leaves out times of other libraries that are none', () => {
  for (const timeMs of [Number.NaN, Number.POSITIVE_INFINITY, -5, 1e300]) {
    const exemplar = { labels: [], value: 1, timestampMs: timeMs };
    const points = [{ labels: [], value: 7, createdMs: timeMs, exemplar }];
    const snapshot: Snapshot = {
      takenAtMs: 1000,
      families: [{ name: 'a_total', type: 'counter', help: '', unit: '', points }],
    };
    const json = renderOtlpJson(snapshot);
    assert.ok(json.includes('"dataPoints":[{"attributes":[],"timeUnixNano":"1000000000","asDouble":7}]'), json);
    const untimed = { ...snapshot, families: [{ ...snapshot.families[0]!, points: [{ labels: [], value: 7 }] }] };
    assert.deepEqual(renderOtlpProtobuf(snapshot), renderOtlpProtobuf(untimed as Snapshot));
  }
});

function assertSameValues(family: FamilySnapshot, metric: Decoded | undefined): void {
  if (family.points.length === 0) {
    assert.equal(metric, undefined);
    return;
  }
  const kind = KINDS.find((name) => metric?.[name] !== undefined) ?? '';
  const points = ((metric?.[kind] ?? {}) as Decoded)['dataPoints'] as Decoded[];
  assert.equal(points.length, family.points.length);
  for (const [i, point] of points.entries()) {
    const original = family.points[i]!;
    const pairs = (point['attributes'] ?? []) as { key: string; value: Decoded }[];
    assert.deepEqual(
      pairs.map(({ key, value }) => ({ name: key, value: value['stringValue'] })),
      original.labels,
    );
    if (family.type === 'exponential') assertSameBuckets(original as ExponentialPoint, point);
    else if (family.type !== 'histogram' && family.type !== 'summary') {
      assert.equal(point['asDouble'], (original as ScalarPoint).value);
    } else {
      // A summary's 0 is the same as none to the decoder; adding 0 makes -0 one, too.
      assert.equal(((point['sum'] ?? 0) as number) + 0, (original as ExponentialPoint).sum + 0);
    }
  }
}

function assertSameBuckets(point: ExponentialPoint, decoded: Decoded): void {
  for (const side of ['positive', 'negative'] as const) {
    const buckets = (decoded[side] ?? {}) as Decoded;
    assert.deepEqual(((buckets['bucketCounts'] ?? []) as string[]).map(Number), point[side].counts);
    if (point[side].counts.length > 0) assert.equal(buckets['offset'] ?? 0, point[side].offset);
  }
  assert.equal(decoded['scale'] ?? 0, point.scale);
}

const DEFAULTS = new Set<unknown>([0, '0', '']);

/** Both encodings as one shape: enums as numbers, odd doubles as text, and defaults and empty lists absent. */
function normalized(value: unknown): unknown {
  if (value === 'AGGREGATION_TEMPORALITY_CUMULATIVE') return 2;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(normalized);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([, inner]) => !DEFAULTS.has(inner) && (!Array.isArray(inner) || inner.length > 0),
  );
  return Object.fromEntries(entries.map(([key, inner]) => [key, normalized(inner)]));
}
