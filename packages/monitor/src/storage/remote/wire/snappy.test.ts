import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { compress, uncompress } from 'snappyjs';
import { compressSnappy, uncompressSnappy } from './snappy.ts';
import { WireError } from './wire-reader.ts';

const MAX_BYTES = 1_000_000;

/** Bytes in which pieces come again. */
const repetitive = fc
  .array(fc.record({ piece: fc.uint8Array({ minLength: 1, maxLength: 300 }), times: fc.nat(300) }), { maxLength: 6 })
  .map((parts) => Buffer.concat(parts.flatMap(({ piece, times }) => Array.from({ length: times }, () => piece))));
const content = fc.oneof(fc.uint8Array({ maxLength: 2000 }), repetitive);

it('makes what another implementation reads, and reads what it and another one make', () => {
  fc.assert(
    fc.property(content, (bytes) => {
      const packed = compressSnappy(bytes);
      assert.deepEqual(Buffer.from(uncompress(packed)), Buffer.from(bytes));
      assert.deepEqual(Buffer.from(uncompressSnappy(packed, MAX_BYTES)), Buffer.from(bytes));
      assert.deepEqual(Buffer.from(uncompressSnappy(compress(bytes), MAX_BYTES)), Buffer.from(bytes));
    }),
    { numRuns: 100 },
  );
});

it('answers damaged bytes with a WireError or with bytes, never otherwise', () => {
  fc.assert(
    fc.property(
      content,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
      fc.nat(),
      (bytes, changes, cut) => {
        const packed = compressSnappy(bytes).slice();
        for (const [at, value] of changes) packed[at % packed.length] = value;
        const damaged = packed.subarray(0, packed.length - (cut % 3));
        try {
          assert.ok(uncompressSnappy(damaged, MAX_BYTES).length <= MAX_BYTES);
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      },
    ),
  );
});

it('refuses what announces more than the limit before it takes memory', () => {
  const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0);
  assert.throws(() => uncompressSnappy(bomb, MAX_BYTES), /the limit is 1000000/);
});
