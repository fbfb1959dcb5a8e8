// Bytes of all kinds: what comes back is a request's samples or a clean refusal, never another error.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MalformedBytes } from '../../../encoding/malformed-bytes.ts';
import { MalformedPush, OversizedPush } from '../malformed.ts';
import {
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
import { encodeOtlp, encodeOtlpJson } from './testing/official-otlp.ts';
import { NOW_MS, type Received, Receiving } from './testing/received.ts';

/** A message's field of its bytes. */
function field(number: number, ...content: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes]);
}

it('a field that is known is malformed with another wire type', async () => {
  const varint = (number: number) => Buffer.of(number << 3, 1);
  const resource = (...content: readonly Uint8Array[]) => field(1, ...content);
  const metric = (...content: readonly Uint8Array[]) => resource(field(2, field(2, ...content)));
  const point = (...content: readonly Uint8Array[]) =>
    metric(field(1, Buffer.from('g')), field(5, field(1, ...content)));
  for (const bytes of [
    varint(1),
    resource(varint(1)),
    resource(varint(2)),
    resource(field(1, varint(1))),
    resource(field(2, varint(1))),
    resource(field(2, varint(2))),
    metric(varint(1)),
    metric(varint(5)),
    metric(field(5, varint(1))),
    metric(field(7, field(2))),
    point(varint(3)),
    point(varint(4)),
    point(varint(7)),
    point(field(7, varint(1))),
    point(field(7, field(2, varint(1)))),
    metric(field(1, Buffer.from('h')), field(9, field(1, varint(5)))),
    metric(field(1, Buffer.from('h')), field(10, field(1, field(6)))),
    metric(field(1, Buffer.from('s')), field(11, field(1, field(6, varint(1))))),
  ]) {
    await assert.rejects(new Receiving().receive(bytes), { name: 'MalformedBytes', message: /which is not its own/ });
  }
});

const labels = fc.dictionary(
  fc.string({ maxLength: 6 }),
  fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.boolean()),
  {
    maxKeys: 4,
  },
);
const base = fc
  .record({ labels, flags: fc.constantFrom(0, 0, 0, 1) })
  .map(({ labels: given, flags }) => ({ ...at(NOW_MS), attributes: attributes(given), flags }));
const counts = fc.array(fc.nat(9), { maxLength: 6 });
const metric = fc.oneof(
  fc.tuple(fc.string(), base, fc.double()).map(([name, point, asDouble]) => gauge(name, [{ ...point, asDouble }])),
  fc
    .tuple(fc.string(), base, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
    .map(([name, point, value]) => sum(name, [{ ...point, asInt: String(value) }])),
  fc
    .tuple(fc.string(), base, counts, fc.array(fc.double(), { maxLength: 5 }))
    .map(([name, point, bucketCounts, explicitBounds]) =>
      histogram(name, [{ ...point, count: 3, bucketCounts, explicitBounds }]),
    ),
  fc
    .tuple(fc.string(), base, counts, fc.integer({ min: -8, max: 25 }), fc.integer({ min: -50, max: 50 }))
    .map(([name, point, bucketCounts, scale, offset]) =>
      exponential(name, [
        { ...point, scale, count: bucketCounts.reduce((a, b) => a + b, 0), positive: { offset, bucketCounts } },
      ]),
    ),
  fc
    .tuple(fc.string(), base, fc.array(fc.record({ quantile: fc.double(), value: fc.double() }), { maxLength: 3 }))
    .map(([name, point, quantileValues]) => summary(name, [{ ...point, quantileValues }])),
);
const requests = fc
  .tuple(fc.array(metric, { maxLength: 5 }), labels)
  .map(([metrics, resource]) => request(metrics, { resource: { ...SERVICE, ...resource } }));

function content({ samples, histograms, exemplars, outcome }: Received): unknown {
  return { samples, histograms, exemplars, outcome };
}

function isRefusal(error: unknown): boolean {
  return error instanceof MalformedBytes || error instanceof MalformedPush || error instanceof OversizedPush;
}

async function isReadOrRefused(body: Uint8Array, format: 'protobuf' | 'json'): Promise<void> {
  const receiving = new Receiving({ delta: 'cumulative', promoteScopeMetadata: true }, { rememberedPoints: 8 });
  try {
    await receiving.receive(body, format);
  } catch (error) {
    assert.ok(isRefusal(error), String((error as Error).stack));
  }
}

describe('hostile OTLP', () => {
  it('is the same in protobuf and in JSON, whatever the request', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (each) => {
        const [protobuf, json] = [
          await new Receiving().receive(encodeOtlp(each)),
          await new Receiving().receive(encodeOtlpJson(each), 'json'),
        ];
        assert.deepEqual(content(json), content(protobuf));
      }),
    );
  });

  it('random bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => isReadOrRefused(bytes, 'protobuf')));
    await fc.assert(fc.asyncProperty(fc.json(), (text) => isReadOrRefused(Buffer.from(text), 'json')));
  });

  for (const format of ['protobuf', 'json'] as const) {
    it(`requests in ${format} with bytes changed and cut off`, async () => {
      const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(requests, change, fc.nat(), async (each, changes, cut) => {
          const body = Buffer.from(format === 'json' ? encodeOtlpJson(each) : encodeOtlp(each));
          for (const [place, byte] of changes) body[place % body.length] = byte;
          await isReadOrRefused(cut % 3 === 0 ? body.subarray(0, cut % body.length) : body, format);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('a body of messages that are all empty', async () => {
    const empty = { attributes: 0x3a, exemplars: 0x2a, points: 0x0a };
    for (const tag of Object.values(empty)) {
      const point = Buffer.alloc(200_000);
      for (let at = 0; at < point.length; at += 2) point[at] = tag;
      const wrap = (tags: readonly number[], inner: Buffer): Buffer =>
        tags.reduceRight((content, outer) => {
          const length: number[] = [];
          for (let rest = content.length; ; rest >>>= 7) {
            if (rest < 128) {
              length.push(rest);
              break;
            }
            length.push((rest & 127) | 128);
          }
          return Buffer.concat([Buffer.from([outer, ...length]), content]);
        }, inner);
      await isReadOrRefused(wrap([0x0a, 0x12, 0x12, 0x2a, 0x0a], point), 'protobuf');
      await isReadOrRefused(wrap([0x0a, 0x12, 0x12, 0x2a], point), 'protobuf');
      await isReadOrRefused(wrap([0x0a, 0x0a], point), 'protobuf');
    }
  });
});
