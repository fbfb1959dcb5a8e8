import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { uncompress } from 'snappyjs';
import { compressSnappy, MAX_SNAPPY_INPUT_BYTES } from './snappy.ts';

function assertRoundTrip(content: Uint8Array): Uint8Array {
  const compressed = compressSnappy(content);
  assert.deepEqual(Buffer.from(uncompress(compressed)), Buffer.from(content));
  return compressed;
}

it('gives back any bytes, whether they compress or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (content) => {
      assertRoundTrip(content);
    }),
  );
});

it('gives back bytes in which pieces come again at any distance, across blocks too', () => {
  const piece = fc.record({
    text: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    times: fc.integer({ min: 1, max: 400 }),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const parts = pieces.flatMap(({ text, times }) => Array.from({ length: times }, () => text));
      assertRoundTrip(Buffer.concat([...parts, ...parts.toReversed()]));
    }),
    { numRuns: 40 },
  );
});

it('gives back every length around where the encoding of lengths changes', () => {
  const noise = noiseOf(70_000);
  for (const around of [0, 4, 11, 12, 60, 64, 68, 128, 256, 2047, 65_536]) {
    for (let length = Math.max(0, around - 2); length <= around + 2; length++) {
      assertRoundTrip(noise.subarray(0, length));
      assertRoundTrip(new Uint8Array(length).fill(7));
      assertRoundTrip(Buffer.concat([noise.subarray(0, length), noise.subarray(0, length)]));
    }
  }
});

it('makes a text of many alike lines several times smaller', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `chain_votes_sent_total{type="prepare",node="${i}"} ${i}\n`);
  const content = Buffer.from(lines.join(''));
  assert.ok(assertRoundTrip(content).length < content.length / 3);
});

it('makes noise hardly longer', () => {
  const content = noiseOf(1_000_000);
  assert.ok(assertRoundTrip(content).length < content.length + 100);
});

it('refuses content past its bound', () => {
  assert.throws(() => compressSnappy(new Uint8Array(MAX_SNAPPY_INPUT_BYTES + 1)), RangeError);
});

/** The same on every run: numbers of a linear congruential generator. */
function noiseOf(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
