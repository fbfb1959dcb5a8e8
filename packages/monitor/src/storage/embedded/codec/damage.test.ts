import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { Columns } from '../columns.ts';
import { SERIES_SAMPLES_MAX } from './bounds.ts';
import { ChunkReader, encodeChunk, mergeChunks } from './chunk.ts';
import { readPacked, writePacked } from './packed-block.ts';
import { ALWAYS, anyChunkPlan, seriesOf } from './testing/any-chunk.ts';

/** Reads whatever there is; `DamagedBytes` is the one error that bytes may cause. */
function tryAll(payload: Uint8Array): 'read' | 'damaged' {
  try {
    const reader = new ChunkReader(payload);
    const into = new Columns();
    for (const ref of reader.refs) {
      into.clear();
      reader.read(ref, ALWAYS, into);
      assert.ok(into.length <= SERIES_SAMPLES_MAX);
      for (const { histogram } of reader.histograms(ref, ALWAYS)) assert.ok(histogram.positiveCounts.length >= 0);
      reader.exemplars(ref, ALWAYS);
    }
    mergeChunks([{ payload, sequence: 1 }], { tombstones: [], effort: 'fast' });
    return 'read';
  } catch (error) {
    if (error instanceof DamagedBytes) return 'damaged';
    throw error;
  }
}

/** The bytes, with the header unpacked, so that damage reaches what it says instead of its packing. */
function withPlainHeader(payload: Uint8Array): Uint8Array {
  const reader = new ByteReader(payload);
  const writer = new ByteWriter();
  writer.byte(reader.byte());
  const header = readPacked(reader);
  writer.varint(header.length);
  writer.varint(0);
  writer.bytes(header);
  writer.bytes(reader.bytes(payload.length - offsetAfter(payload)));
  return writer.written().slice();
}

function offsetAfter(payload: Uint8Array): number {
  const reader = new ByteReader(payload.subarray(1));
  const length = reader.varint();
  const packed = reader.varint();
  return 1 + varintBytes(length) + varintBytes(packed) + (packed === 0 ? length : packed);
}

function varintBytes(value: number): number {
  const writer = new ByteWriter();
  writer.varint(value);
  return writer.written().length;
}

describe('damaged bytes', () => {
  const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 4,
  });

  it('fail as such or are read as something else, in the header too', () => {
    const outcomes = { read: 0, damaged: 0 };
    fc.assert(
      fc.property(anyChunkPlan, damage, fc.boolean(), (plan, flips, isHeaderPlain) => {
        const encoded = encodeChunk(seriesOf(plan), 'fast').payload;
        const payload = isHeaderPlain ? withPlainHeader(encoded) : encoded;
        for (const [at, byte] of flips) payload[Math.floor(at * payload.length)]! ^= byte;
        outcomes[tryAll(payload)]++;
      }),
      { numRuns: 600 },
    );
    assert.ok(outcomes.read > 0 && outcomes.damaged > 0, JSON.stringify(outcomes));
  });

  it('fail when they end too early', () => {
    fc.assert(
      fc.property(anyChunkPlan, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (plan, part) => {
        const { payload } = encodeChunk(seriesOf(plan), 'fast');
        assert.equal(tryAll(payload.subarray(0, Math.floor(part * payload.length))), 'damaged');
      }),
      { numRuns: 200 },
    );
  });

  it('fail when there is something behind them', () => {
    const { payload } = encodeChunk([], 'fast');
    assert.equal(tryAll(payload), 'read');
    assert.equal(tryAll(Uint8Array.of(...payload, 0)), 'damaged');
  });

  it('may be anything', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void tryAll(bytes)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (header) => {
        const writer = new ByteWriter();
        writer.byte(1);
        writePacked(writer, header, 'fast');
        tryAll(writer.written().slice());
      }),
      { numRuns: 500 },
    );
  });

  it('cannot ask for more memory than a chunk may take', () => {
    const bomb = zstdCompressSync(new Uint8Array(256 * 1024 * 1024));
    for (const claimed of [100, 60 * 1024 * 1024, 2 ** 40]) {
      const writer = new ByteWriter();
      writer.byte(1);
      writer.varint(claimed);
      writer.varint(bomb.length);
      writer.bytes(bomb);
      assert.equal(tryAll(writer.written().slice()), 'damaged');
    }
  });
});
