import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { compressSnappy } from '../../../encoding/compress-snappy.ts';
import { ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import type { SeriesSamples } from '../../interface.ts';
import type { ApiClient } from './api-client.ts';
import { RemoteReadSource } from './remote-read.ts';

async function read(answer: Uint8Array): Promise<SeriesSamples[]> {
  const api = { bytes: () => Promise.resolve(Buffer.from(compressSnappy(answer))) } as unknown as ApiClient;
  const found: SeriesSamples[] = [];
  const source = new RemoteReadSource(api, 1_000_000);
  for await (const series of source.fetch({ matchers: [], warn: () => {} }, { minTimeMs: -100, maxTimeMs: 100 })) {
    found.push(series);
  }
  return found;
}

it('answers bytes that are no response with an error that has a code, or with what is in them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const inner = new ProtobufWriter();
      inner.varint(0x0a);
      inner.varint(bytes.length);
      inner.bytes(bytes);
      for (const answer of [bytes, inner.written()]) {
        try {
          await read(answer);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'remote_malformed', String(error));
        }
      }
    }),
    { numRuns: 500 },
  );
});

it('reads times of any sign, a stale marker and a field that is not there', async () => {
  const sample = (timeMs: number, words?: readonly [number, number]) => {
    const writer = new ProtobufWriter();
    if (words !== undefined) {
      writer.tag(1, 1);
      writer.words(...words);
    }
    writer.tag(2, 0);
    writer.int64(timeMs);
    return writer.written();
  };
  const nested = (field: number, ...messages: readonly Uint8Array[]) => {
    const writer = new ProtobufWriter();
    for (const message of messages) {
      writer.tag(field, 2);
      writer.varint(message.length);
      writer.bytes(message);
    }
    return writer.written();
  };
  const series = nested(
    2,
    sample(-101),
    sample(-5, [2, 0x7ff00000]),
    sample(0),
    sample(7, [0, 0x40080000]),
    sample(101),
  );
  const [found] = await read(nested(1, nested(1, series)));
  assert.deepEqual([...found!.timestampsMs], [-5, 0, 7]);
  assert.deepEqual([...new Uint32Array(found!.values.buffer)], [2, 0x7ff00000, 0, 0, 0, 0x40080000]);
});
