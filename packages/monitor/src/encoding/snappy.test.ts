import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compress, uncompress } from 'snappyjs';
import { compressSnappy as compressForInstrument } from '../../../instrument/src/encoding/snappy.ts';
import { compressSnappy } from './compress-snappy.ts';
import { MalformedBytes, OversizedBytes } from './malformed-bytes.ts';
import { SnappyUnpacking, uncompressSnappy } from './uncompress-snappy.ts';

const MAX_BYTES = 1_000_000;
const COMPRESSORS = { compressSnappy, compressForInstrument, compress };

function unpack(packed: Uint8Array, maxBytes = MAX_BYTES): Buffer {
  return Buffer.from(uncompressSnappy(packed, maxBytes));
}

/** Bytes that repeat at all distances, as protobuf does, and some that do not. */
const CONTENT = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .record({ piece: fc.uint8Array({ minLength: 1, maxLength: 20 }), times: fc.nat(60) })
        .map(({ piece, times }) => Buffer.concat(Array<Uint8Array>(times).fill(piece))),
      fc.constant(Buffer.from('a label that comes again and again ')),
    ),
    { maxLength: 60 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe('Snappy', () => {
  it('unpacks what any compressor packs, and another implementation reads ours', () => {
    fc.assert(
      fc.property(CONTENT, (content) => {
        for (const [name, pack] of Object.entries(COMPRESSORS)) {
          assert.deepEqual(unpack(new Uint8Array(pack(content))), Buffer.from(content), name);
        }
        assert.deepEqual(Buffer.from(uncompress(compressSnappy(content))), Buffer.from(content));
      }),
      { numRuns: 300 },
    );
  });

  it('unpacks long runs, short distances and literals of every length', () => {
    for (const length of [0, 1, 15, 16, 17, 59, 60, 61, 63, 64, 65, 255, 256, 257, 65_535, 65_536, 70_000]) {
      const content = Buffer.from(Array.from({ length }, (_, at) => (at * 7919) % 251));
      assert.deepEqual(unpack(compressSnappy(content)), content);
    }
    // Copies that overlap themselves: some bytes, then 64 bytes of what stands so many before.
    for (let distance = 1; distance <= 20; distance++) {
      const begin = Buffer.from(Array.from({ length: distance }, (_, at) => 0x61 + at));
      const packed = Buffer.from([distance + 64, (distance - 1) << 2, ...begin, (63 << 2) | 2, distance, 0]);
      assert.deepEqual(unpack(packed), Buffer.alloc(distance + 64, begin));
    }
  });

  it('unpacks in steps into what is given, and gives nothing of what lay there', () => {
    const content = Buffer.from('abcdefgh, and again abcdefgh; '.repeat(5000));
    const packed = compressSnappy(content);
    const steps = (reserve: (bytes: number) => Uint8Array) => {
      const unpacking = new SnappyUnpacking(packed, MAX_BYTES, reserve);
      let count = 1;
      while (unpacking.advance(1000)) count++;
      return { count, bytes: Buffer.from(unpacking.content()) };
    };
    const { count, bytes } = steps((size) => Buffer.alloc(size + 777, 0xee));
    assert.ok(count > 100);
    assert.deepEqual(bytes, content);
  });

  it('refuses a length over the bound before anything is reserved', () => {
    const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0);
    const reserve = () => assert.fail('nothing may be reserved');
    assert.throws(
      () => new SnappyUnpacking(bomb, MAX_BYTES, reserve),
      (error) => error instanceof OversizedBytes && error.sizeBytes === 4_294_967_295,
    );
  });

  it('does not believe a length that its bytes cannot come to', () => {
    assert.throws(() => unpack(Uint8Array.of(0x80, 0x80, 0x04, 0, 0)), MalformedBytes);
  });

  it('refuses bytes that are cut off, lead out of the content, or promise another length', () => {
    const packed = compressSnappy(Buffer.from('abcdabcdabcdabcd, and so on: abcdabcdabcd'));
    for (let length = 0; length < packed.length; length++) {
      assert.throws(() => unpack(packed.slice(0, length)), MalformedBytes);
    }
    const cases = {
      'a copy from before the begin': [4, 2 << 2, 1, 2, 3, (3 << 2) | 2, 9, 0],
      'a copy of nothing': [4, 0x0d, 0],
      'a copy from itself': [2, 0, 1, 0x02, 0, 0],
      'a literal behind the promised end': [2, 1 << 2, 1, 2, 0, 3],
      'a copy behind the promised end': [2, 1 << 2, 1, 2, (3 << 2) | 2, 1, 0],
    };
    for (const [name, bytes] of Object.entries(cases)) {
      assert.throws(() => unpack(Uint8Array.from(bytes)), MalformedBytes, name);
    }
  });

  it('answers any bytes, and any damage, with content of the promised length or an error', () => {
    const damaged = fc
      .tuple(CONTENT, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), fc.nat(2))
      .map(([content, changes, cut]) => {
        const packed = compressSnappy(content).slice();
        for (const [at, value] of changes) packed[at % packed.length] = value;
        return packed.subarray(0, packed.length - cut);
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
        try {
          assert.ok(unpack(bytes, 10_000).length <= 10_000);
        } catch (error) {
          assert.ok(error instanceof MalformedBytes || error instanceof OversizedBytes, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
