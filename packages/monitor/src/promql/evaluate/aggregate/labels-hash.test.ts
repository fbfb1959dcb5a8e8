import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../../../model/labels.ts';
import { labelsHashFraction } from './labels-hash.ts';
import { xxh64 } from './xxh64.ts';

/** What another implementation (github.com/cespare/xxhash) gives for the first bytes of 0, 7, 14, … */
const HASHES: readonly (readonly [length: number, hash: bigint])[] = [
  [0, 0xef46db3751d8e999n],
  [1, 0xe934a84adb052768n],
  [3, 0x9ff70a635a6209abn],
  [4, 0xae5acdc00a55ac41n],
  [8, 0x87116b3365b924ebn],
  [31, 0xf187c62b1e722b7n],
  [32, 0x91b0cb0931a8c629n],
  [33, 0x931b043cf8d65b94n],
  [64, 0xbf3052e3445775d0n],
  [101, 0x42312f4d55d9bd17n],
];

test('the hash is XXH64 at every length', () => {
  const bytes = Uint8Array.from({ length: 101 }, (_, index) => index * 7);
  for (const [length, hash] of HASHES) assert.equal(xxh64(bytes.subarray(0, length)), hash, `${length} bytes`);
});

test('a label set lies where Prometheus has it', () => {
  assert.equal(labelsHashFraction(labelsFromRecord({ __name__: 'm', a: 'a1' })), 0.18099855579011775);
});
