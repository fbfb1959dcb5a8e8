import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bitsOf } from '../../../model/staleness.ts';
import { BitWriter } from './bit-writer.ts';
import { crc32c } from './crc32c.ts';
import { decodeXorChunk } from './testing/decode-xor-chunk.ts';
import { encodeXorChunk } from './xor-chunk.ts';

test('the checksum is that of RFC 3720', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
});

test('every time and every bit of a value comes back from a chunk', () => {
  const writer = new BitWriter();
  const gap = fc.oneof(fc.constant(15_000), fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 1, max: 2 ** 40 }));
  const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, 2, Number.NaN, Infinity, 1 / 3));
  const points = fc.array(fc.tuple(gap, value), { minLength: 1, maxLength: 130 });
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), points, (startMs, list) => {
      let timeMs = startMs;
      const timestampsMs = Float64Array.from(list, ([distance]) => (timeMs += distance));
      const values = Float64Array.from(list, ([, one]) => one);
      const chunk = encodeXorChunk(writer, timestampsMs, bitsOf(values), 0, values.length);
      const decoded = decodeXorChunk(chunk);
      assert.deepEqual(decoded.timestampsMs, [...timestampsMs]);
      assert.deepEqual(decoded.bits, [...bitsOf(values)]);
    }),
  );
});
