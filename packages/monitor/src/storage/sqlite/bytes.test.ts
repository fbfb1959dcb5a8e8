import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from './bytes.ts';

it('holds whole numbers up to 2^53 in varints, of either sign up to 2^52', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (natural, signed) => {
      const writer = new ByteWriter();
      writer.varint(natural);
      writer.signedVarint(signed);
      const reader = new ByteReader(writer.written());
      assert.deepEqual([reader.varint(), reader.signedVarint()], [natural, signed]);
      reader.expectEnd();
    }),
  );
});
