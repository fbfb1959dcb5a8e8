import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compress } from 'snappyjs';
import { compressSnappy } from '../../../../instrument/src/encoding/snappy.ts';
import { MalformedPush, OversizedPush } from './malformed.ts';
import { Slices } from './pacing.ts';
import { unpackSnappy } from './snappy.ts';

const MAX_BYTES = 1_000_000;

function unpack(packed: Uint8Array, maxBytes = MAX_BYTES): Promise<Uint8Array> {
  return unpackSnappy(packed, maxBytes, new Slices());
}

/** Bytes that repeat at all distances, as protobuf does, and some that do not. */
const CONTENT = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .record({ byte: fc.nat(255), length: fc.nat(300) })
        .map(({ byte, length }) => new Uint8Array(length).fill(byte)),
      fc.constant(Buffer.from('a label that comes again and again ')),
    ),
    { maxLength: 60 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe('Snappy', () => {
  it('unpacks what two compressors pack', async () => {
    await fc.assert(
      fc.asyncProperty(CONTENT, async (content) => {
        assert.deepEqual(Buffer.from(await unpack(compressSnappy(content))), Buffer.from(content));
        assert.deepEqual(Buffer.from(await unpack(new Uint8Array(compress(content)))), Buffer.from(content));
      }),
    );
  });

  it('unpacks long runs, short distances and literals of every length', async () => {
    for (const length of [0, 1, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 70_000]) {
      const content = Buffer.from(Array.from({ length }, (_, at) => (at * 7919) % 251));
      assert.deepEqual(Buffer.from(await unpack(compressSnappy(content))), content);
    }
    // A copy that overlaps itself: one byte, then 63 times the byte before.
    assert.deepEqual(Buffer.from(await unpack(Uint8Array.of(64, 0, 0x61, (62 << 2) | 2, 1, 0))), Buffer.alloc(64, 'a'));
  });

  it('refuses a length over the bound before anything is reserved', async () => {
    const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0);
    await assert.rejects(unpack(bomb), (error) => error instanceof OversizedPush && /4294967295/.test(error.message));
  });

  it('does not believe a length that its bytes cannot come to', async () => {
    await assert.rejects(unpack(Uint8Array.of(0x80, 0x80, 0x04, 0, 0)), MalformedPush);
  });

  it('refuses bytes that are cut off, lead out of the content, or promise another length', async () => {
    const packed = compressSnappy(Buffer.from('abcdabcdabcdabcd, and so on: abcdabcdabcd'));
    for (let length = 0; length < packed.length; length++) {
      await assert.rejects(unpack(packed.slice(0, length)), MalformedPush);
    }
    const [before, nothing, ahead] = [
      [4, 2 << 2, 1, 2, 3, (3 << 2) | 2, 9, 0],
      [4, 0x0d, 0],
      [2, 0, 1, 0x02, 0, 0],
    ];
    for (const bytes of [before, nothing, ahead]) await assert.rejects(unpack(Uint8Array.from(bytes)), MalformedPush);
  });

  it('answers any bytes with content of the promised length or an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        try {
          const content = await unpack(bytes, 10_000);
          assert.ok(content.length <= 10_000);
        } catch (error) {
          assert.ok(error instanceof MalformedPush || error instanceof OversizedPush, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
