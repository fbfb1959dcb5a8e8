import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bitmapBytes, readBitmap, writeBitmap } from './place-bitmaps.ts';

describe('a bitmap of places', () => {
  it('gives the places below a length back, and no others', () => {
    const places = fc.uniqueArray(fc.nat(299), { maxLength: 300 });
    fc.assert(
      fc.property(places, fc.nat(300), (unsorted, length) => {
        const given = Int32Array.from(unsorted).sort();
        const bytes = new Uint8Array(bitmapBytes(300)).fill(255);
        writeBitmap(bytes, given, given.length);
        const found = new Int32Array(300);
        const count = readBitmap(bytes, length, found);
        assert.deepEqual(
          [...found.subarray(0, count)],
          [...given].filter((place) => place < length),
        );
      }),
    );
  });
});
