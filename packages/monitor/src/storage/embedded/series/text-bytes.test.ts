import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { anyText } from './testing/arbitraries.ts';
import { bytesOfText, textOfBytes } from './text-bytes.ts';

function back(bytes: Uint8Array): string {
  return textOfBytes(Buffer.from(bytes), 0, bytes.length);
}

it('gives every string back, lone surrogates and replacement characters included', () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(back(bytesOfText(text)), text)));
});

it('writes UTF-8 where that can say the text, and three bytes for a lone surrogate', () => {
  assert.deepEqual([...bytesOfText('é\ud83d\ude00')], [...Buffer.from('é😀', 'utf8')]);
  assert.deepEqual([...bytesOfText('\ud800\udfff\udfff')], [0xf0, 0x90, 0x8f, 0xbf, 0xed, 0xbf, 0xbf]);
});

it('refuses bytes that are no text, and gives no two bytes the same text', () => {
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0], [0xed, 0xa0, 0x41], [0x61, 0xed, 0xc0, 0x80], [0xc0, 0x80]]) {
    assert.throws(() => back(Uint8Array.from(bytes)), DamagedBytes);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      try {
        const text = back(bytes);
        // A pair of surrogates written as two is read as the pair, and written as one.
        if (text.isWellFormed() && !hasSurrogateBytes(bytes)) assert.deepEqual([...bytesOfText(text)], [...bytes]);
      } catch (error) {
        assert.ok(error instanceof DamagedBytes);
      }
    }),
  );
});

function hasSurrogateBytes(bytes: Uint8Array): boolean {
  return bytes.some((byte, at) => byte === 0xed && bytes[at + 1]! >= 0xa0);
}
