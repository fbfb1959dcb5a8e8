import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderOtlpJson } from '../../../../../instrument/src/exposition/otlp-json.ts';
import { renderOtlpProtobuf } from '../../../../../instrument/src/exposition/otlp-protobuf.ts';
import { SAMPLE_SNAPSHOT, TAKEN_AT_MS } from '../../../../../instrument/src/push/testing/sample-snapshot.ts';
import { MalformedBytes } from '../../../encoding/malformed-bytes.ts';
import {
  type AttributeValue,
  at,
  attributes,
  exponential,
  gauge,
  histogram,
  request,
  SERVICE,
  sum,
  summary,
} from './testing/build-request.ts';
import { encodeOtlp, encodeOtlpJson, type OtlpObject } from './testing/official-otlp.ts';
import { NOW_MS, type Received, Receiving, receive } from './testing/received.ts';

const NOW = at(NOW_MS);

/** Of all samples at one time: series → value. */
function values(received: Received): Record<string, number | 'stale'> {
  return Object.fromEntries([...received.samples].map(([series, samples]) => [series, samples.at(-1)![1]]));
}

function point(value: number, labels: Readonly<Record<string, AttributeValue>> = {}): OtlpObject {
  return { ...NOW, asDouble: value, attributes: attributes(labels) };
}

describe('what a request of OTLP becomes', () => {
  it('makes job and instance of the resource, and target_info of the rest', async () => {
    const resource = { 'service.namespace': 'chain', ...SERVICE, 'host.name': 'h1', 'process.pid': 42 };
    const received = await receive(request([gauge('height', [point(7)])], { resource }));
    assert.deepEqual(values(received), {
      'height{instance="a:1",job="chain/node"}': 7,
      'target_info{host_name="h1",instance="a:1",job="chain/node",process_pid="42"}': 1,
    });
  });

  it('writes target_info along the data points at half the lookback', async () => {
    const dataPoints = [0, 100_000, 400_000].map((ms) => ({ ...at(NOW_MS - 400_000 + ms), asInt: ms }));
    const resource = { ...SERVICE, 'host.name': 'h1' };
    const received = await receive(request([gauge('height', dataPoints)], { resource }));
    const [times] = [...received.samples]
      .filter(([series]) => series.startsWith('target_info'))
      .map(([, list]) => list);
    assert.deepEqual(
      times?.map(([timeMs]) => timeMs - NOW_MS),
      [-400_000, -250_000, -100_000, 0],
    );
  });

  it('bounds target_info to the latest of its samples', async () => {
    const dataPoints = [{ asInt: 1 }, { ...NOW, asInt: 2 }];
    const resource = { ...SERVICE, 'host.name': 'h1' };
    const receiving = new Receiving({}, { targetInfoSamples: 5 });
    const received = await receiving.receive(encodeOtlp(request([gauge('height', dataPoints)], { resource })));
    const [info] = [...received.samples].filter(([series]) => series.startsWith('target_info'));
    assert.equal(info?.[1].length, 5);
    assert.equal(info?.[1].at(-1)?.[0], NOW_MS);
  });

  it('makes a classic histogram with cumulative buckets, and gives exemplars to theirs', async () => {
    const exemplar = {
      ...at(NOW_MS - 5),
      asDouble: 0.5,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      filteredAttributes: attributes({ k: 'v' }),
    };
    const dataPoint = {
      ...NOW,
      count: 6,
      sum: 4.5,
      bucketCounts: [1, 2, 3],
      explicitBounds: [0.25, 1],
      exemplars: [exemplar],
    };
    const received = await receive(request([histogram('commit', [dataPoint], { unit: 's', description: 'Commit.' })]));
    const labels = 'instance="a:1",job="node"';
    assert.deepEqual(values(received), {
      [`commit_seconds_sum{${labels}}`]: 4.5,
      [`commit_seconds_count{${labels}}`]: 6,
      [`commit_seconds_bucket{${labels},le="0.25"}`]: 1,
      [`commit_seconds_bucket{${labels},le="1"}`]: 3,
      [`commit_seconds_bucket{${labels},le="+Inf"}`]: 6,
    });
    assert.deepEqual(
      [...received.exemplars],
      [
        [
          `commit_seconds_bucket{${labels},le="1"}`,
          [
            {
              labels: [
                { name: 'k', value: 'v' },
                { name: 'span_id', value: '00f067aa0ba902b7' },
                { name: 'trace_id', value: '4bf92f3577b34da6a3ce929d0e0e4736' },
              ],
              value: 0.5,
              timestampMs: NOW_MS - 5,
            },
          ],
        ],
      ],
    );
    assert.deepEqual(received.metadata.get('commit_seconds'), {
      name: 'commit_seconds',
      type: 'histogram',
      help: 'Commit.',
      unit: 'seconds',
    });
  });

  it('makes a native histogram of an exponential one, stepped down to schema 8', async () => {
    const dataPoint = {
      ...NOW,
      count: 11,
      sum: 3,
      scale: 9,
      zeroCount: 1,
      positive: { offset: 1, bucketCounts: [1, 2, 3] },
      negative: { offset: -1, bucketCounts: [4] },
    };
    const received = await receive(request([exponential('latency', [dataPoint])]));
    assert.deepEqual(received.histograms.get('latency{instance="a:1",job="node"}'), [
      [
        NOW_MS,
        {
          schema: 8,
          zeroThreshold: 1e-128,
          zeroCount: 1,
          count: 11,
          sum: 3,
          // Buckets 1, 2 and 3 of scale 9 are 0, 1 and 1 of scale 8, which Prometheus counts from 1.
          positiveSpans: [{ offset: 1, length: 2 }],
          positiveCounts: Float64Array.of(1, 5),
          negativeSpans: [{ offset: 0, length: 1 }],
          negativeCounts: Float64Array.of(4),
        },
      ],
    ]);
  });

  it('makes a native histogram with custom bounds of an explicit one where that is set', async () => {
    const dataPoint = { ...NOW, count: 3, sum: 4.5, bucketCounts: [0, 1, 2], explicitBounds: [0.25, 1] };
    const received = await receive(request([histogram('commit', [dataPoint])]), { convertHistogramsToNhcb: true });
    const [[, native] = []] = received.histograms.get('commit{instance="a:1",job="node"}') ?? [];
    assert.equal(native?.schema, -53);
    assert.deepEqual(native?.positiveSpans, [{ offset: 1, length: 2 }]);
    assert.deepEqual(native?.positiveCounts, Float64Array.of(1, 2));
    assert.deepEqual(native?.customBounds, Float64Array.of(0.25, 1));
  });

  it('writes a stale marker for the flag that there is no value, for every kind', async () => {
    const stale = { ...NOW, flags: 1 };
    const received = await receive(
      request([
        gauge('g', [stale]),
        sum('c', [stale]),
        histogram('h', [{ ...stale, sum: 1, bucketCounts: [1, 0], explicitBounds: [1] }]),
        summary('s', [{ ...stale, quantileValues: [{ quantile: 0.5, value: 1 }] }]),
        exponential('e', [stale]),
      ]),
    );
    assert.deepEqual(Object.keys(values(received)).length, 10);
    assert.ok(Object.values(values(received)).every((value) => value === 'stale'));
  });

  it('keeps minus zero and whole numbers to the nearest double', async () => {
    const received = await receive(
      request([
        gauge('g', [
          point(-0, { i: 'zero' }),
          { ...NOW, asInt: '9007199254740993', attributes: attributes({ i: 'int' }) },
        ]),
      ]),
    );
    assert.deepEqual(Object.values(values(received)), [-0, 9_007_199_254_740_992]);
  });

  it('gives labels to scopes where that is set', async () => {
    const scope = { name: 'lib', version: '1.2', attributes: attributes({ 'a.b': 'x' }) };
    const received = await receive(request([gauge('g', [point(1)])], { scope, schemaUrl: 'https://s' }), {
      promoteScopeMetadata: true,
    });
    assert.deepEqual(Object.keys(values(received)), [
      'g{instance="a:1",job="node",otel_scope_a_b="x",otel_scope_name="lib",otel_scope_schema_url="https://s",otel_scope_version="1.2"}',
    ]);
  });

  it('promotes attributes of the resource that no attribute of the data point covers', async () => {
    const resource = { ...SERVICE, 'host.name': 'h1', zone: 'z' };
    const received = await receive(request([gauge('g', [point(1, { zone: 'mine' })])], { resource }), {
      promoteResourceAttributes: ['host.name', 'zone'],
    });
    assert.ok(received.samples.has('g{host_name="h1",instance="a:1",job="node",zone="mine"}'));
  });

  it('joins attributes that have one name when escaped, and says so', async () => {
    const received = await receive(request([gauge('g', [point(1, { 'a.b': 'x', 'a-b': 'y' })])]));
    assert.ok(received.samples.has('g{a_b="y;x",instance="a:1",job="node"}'));
    assert.match(received.outcome.warnings.join(), /"a-b", "a.b" are one label, "a_b"/);
  });

  it('has the same of a second request, and of other bytes for the same series', async () => {
    const receiving = new Receiving();
    const labels = { a: '1', b: '2' };
    await receiving.receive(encodeOtlp(request([gauge('g', [point(1, labels)])])));
    const again = await receiving.receive(
      encodeOtlp(request([gauge('g', [{ ...at(NOW_MS + 1), asInt: 2, attributes: attributes({ b: '2', a: '1' }) }])])),
    );
    assert.deepEqual(values(again), { 'g{a="1",b="2",instance="a:1",job="node"}': 2 });
    assert.equal(receiving.appender.samples().get('g{a="1",b="2",instance="a:1",job="node"}')?.length, 2);
  });

  it('is the same when its tables are far too small', async () => {
    const small = new Receiving({}, { rememberedPoints: 3, rememberedBytes: 200, rememberedBuckets: 2 });
    const body = encodeOtlp(
      request([
        gauge(
          'g',
          Array.from({ length: 20 }, (_, i) => point(i, { i })),
        ),
        histogram('h', [{ ...NOW, count: 2, sum: 1, bucketCounts: [1, 1], explicitBounds: [1] }]),
      ]),
    );
    const [first, second] = [await new Receiving().receive(body), await small.receive(body)];
    assert.deepEqual(values(second), values(first));
  });

  it('reads parts of messages that come in another order or in pieces', async () => {
    const resourceAlone = encodeOtlp({
      resourceMetrics: [{ resource: { attributes: attributes({ 'service.name': 'x' }) } }],
    });
    const metricsAlone = encodeOtlp({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [gauge('g', [point(2)])] }] }],
    });
    // The content of the two ResourceMetrics one after the other, the resource last.
    const content = Buffer.concat([metricsAlone.subarray(2), resourceAlone.subarray(2)]);
    const swapped = Buffer.concat([Buffer.from([0x0a, content.length]), content]);
    assert.ok(content.length < 128, 'its length takes one byte');
    assert.deepEqual(values(await new Receiving().receive(swapped)), { 'g{job="x"}': 2 });
  });

  it("takes this project's own push, in protobuf and in JSON", async () => {
    const resource = { 'service.name': 'node', 'service.instance.id': 'a:1' };
    const protobuf = await new Receiving().receive(
      renderOtlpProtobuf(SAMPLE_SNAPSHOT, { resource }),
      'protobuf',
      TAKEN_AT_MS,
    );
    const json = await new Receiving().receive(
      Buffer.from(renderOtlpJson(SAMPLE_SNAPSHOT, { resource })),
      'json',
      TAKEN_AT_MS,
    );
    assert.equal(protobuf.outcome.refusedDataPoints, 0, protobuf.totals.errors.join('\n'));
    assert.equal(values(protobuf)['chain_votes_total{instance="a:1",job="node",type="commit"}'], 7);
    assert.equal(values(protobuf)['chain_height{instance="a:1",job="node"}'], 42);
    assert.deepEqual({ ...json, totals: undefined }, { ...protobuf, totals: undefined });
  });
});

describe('what is refused, while the rest is kept', () => {
  const good = gauge('good', [point(1)]);

  /** Of a request with a metric beside `good`: the error, which has to be the only one. */
  async function errorOf(metric: OtlpObject, options: Parameters<typeof receive>[1] = {}): Promise<string> {
    const received = await receive(request([metric, good]), options);
    assert.deepEqual(values(received), { 'good{instance="a:1",job="node"}': 1 });
    assert.equal(received.totals.errors.length, 1);
    assert.equal(received.outcome.refusedDataPoints, received.outcome.dataPoints - 1);
    return received.totals.errors[0]!;
  }

  it('deltas, unless they are to be added up', async () => {
    const delta = { name: 'd', sum: { aggregationTemporality: 1, dataPoints: [point(1), point(2, { a: 1 })] } };
    assert.match(
      await errorOf(delta),
      /metric "d": 2 data points are refused: it is of delta temporality: set the sender/,
    );
  });

  it('sums and histograms of no temporality', async () => {
    assert.match(await errorOf({ name: 'd', sum: { dataPoints: [point(1)] } }), /metric "d".*set its temporality/);
  });

  it('names of which nothing is left', async () => {
    assert.match(await errorOf(gauge('ä', [point(1)])), /metric "ä".*nothing is left of its name/);
    assert.match(await errorOf(gauge('', [point(1)])), /metric "".*nothing is left of its name/);
  });

  it('names of attributes of which nothing is left', async () => {
    assert.match(await errorOf(gauge('g', [point(1, { '..': 'x' })])), /metric "g".*attribute ".." makes no label/);
  });

  it('an attribute that comes twice, where names are not escaped', async () => {
    const twice = [...attributes({ a: 1 }), ...attributes({ a: 2 })];
    const error = await errorOf(gauge('g', [{ ...NOW, asInt: 1, attributes: twice }]), {
      translationStrategy: 'NoTranslation',
    });
    assert.match(error, /its attribute "a" comes twice/);
  });

  it('a data point without a value', async () => {
    assert.match(await errorOf(gauge('g', [{ ...NOW }])), /metric "g": a data point is refused: it has no value/);
  });

  it('scales below -4', async () => {
    assert.match(await errorOf(exponential('e', [{ ...NOW, scale: -5 }])), /its scale is -5/);
  });

  it('a histogram whose buckets disagree with its count', async () => {
    const dataPoint = { ...NOW, count: 3, sum: 1, positive: { bucketCounts: [1] } };
    assert.match(
      await errorOf(exponential('e', [dataPoint])),
      /series \{__name__="e".*hold 1 observations and its count is 3/,
    );
  });

  it('more buckets, labels, or lists within each other than there may be', async () => {
    const receiving = new Receiving({}, { bucketsAPoint: 2, labelsASeries: 4, attributeDepth: 3, attributeItems: 3 });
    const nested = { arrayValue: { values: [{ arrayValue: { values: [{ arrayValue: { values: [{}] } }] } }] } };
    const received = await receiving.receive(
      encodeOtlp(
        request([
          histogram('h', [{ ...NOW, bucketCounts: [1, 1, 1], explicitBounds: [1, 2] }]),
          exponential('e', [{ ...NOW, positive: { bucketCounts: [1, 1, 1] } }]),
          summary('s', [{ ...NOW, quantileValues: [{}, {}, {}] }]),
          gauge('many', [point(1, { a: 1, b: 2, c: 3, d: 4, e: 5 })]),
          gauge('labels', [point(1, { a: 1, b: 2 })]),
          gauge('deep', [point(1, { a: nested })]),
          gauge('wide', [point(1, { a: { arrayValue: { values: [{}, {}, {}, {}] } } })]),
          good,
        ]),
      ),
    );
    assert.deepEqual(values(received), { 'good{instance="a:1",job="node"}': 1 });
    assert.deepEqual(
      received.totals.errors.map((error) => /^metric "(.*)": a data point is refused: /.exec(error)?.[1]),
      ['h', 'e', 's', 'many', 'labels', 'deep', 'wide'],
    );
  });

  it('text that is no UTF-8', async () => {
    const body = Buffer.from(encodeOtlp(request([gauge('broken', [point(1, { key: 'QQ' })]), good])));
    body[body.indexOf('QQ')] = 0xff;
    const received = await new Receiving().receive(body);
    assert.match(received.totals.errors.join(), /metric "broken".*its attribute "key" is no UTF-8/);
    assert.deepEqual(values(received), { 'good{instance="a:1",job="node"}': 1 });
  });

  it('what is of no known kind is passed over with a warning', async () => {
    const received = await receive(request([{ name: 'new' }, good]));
    assert.match(received.outcome.warnings.join(), /metric "new": it is of no kind/);
    assert.equal(received.outcome.refusedDataPoints, 0);
  });

  it('all data points of a resource whose promoted attribute makes no label', async () => {
    const received = await receive(request([good], { resource: { ...SERVICE, __: 'x' } }), {
      promoteResourceAttributes: ['__'],
    });
    assert.match(
      received.totals.errors.join(),
      /metric "good": a data point is refused: of its resource.*"__" makes no label/,
    );
  });
});

describe('bytes that are no such request', () => {
  const body = encodeOtlp(request([histogram('h', [{ ...NOW, count: 2, bucketCounts: [1, 1], explicitBounds: [1] }])]));

  it('cut off: refused with the place', async () => {
    await assert.rejects(new Receiving().receive(body.subarray(0, -3)), (error: unknown) => {
      assert.ok(error instanceof MalformedBytes);
      assert.match(error.message, /at byte \d+/);
      return true;
    });
  });

  it('nothing at all is an empty request', async () => {
    assert.equal((await new Receiving().receive(new Uint8Array(0))).outcome.dataPoints, 0);
    assert.equal((await new Receiving().receive(encodeOtlpJson({}), 'json')).outcome.dataPoints, 0);
  });
});
