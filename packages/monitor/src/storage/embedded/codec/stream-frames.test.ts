import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { ColumnStreams, STREAM, StreamCursor, StreamReader, StreamWriter } from './stream-frames.ts';

interface Stream {
  readonly kind: number;
  readonly length: number;
}

function bytesOf({ kind, length }: Stream, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => kind + 7 * seed + (index % 11));
}

/** Streams of several columns, written and put into frames. */
function pack(columns: readonly (readonly Stream[])[]) {
  const writer = new StreamWriter();
  const cursor = new StreamCursor();
  const places = columns.map((streams, seed) => {
    const place = cursor.places();
    for (const stream of streams) {
      writer.stream(stream.kind, stream.length).set(bytesOf(stream, seed));
      cursor.skip(stream.kind, stream.length);
    }
    return place;
  });
  const header = new ByteWriter();
  const body = new ByteWriter();
  writer.write(header, body, 'fast');
  const open = (): StreamReader =>
    new StreamReader(new ByteReader(header.written()), new ByteReader(body.written()), cursor.places());
  return { places, open, headerBytes: header.written().length };
}

describe('streams in frames', () => {
  const stream = fc.record({
    kind: fc.constantFrom(...Object.values(STREAM)),
    length: fc.oneof(fc.nat(20), fc.nat(3000), fc.constantFrom(0, 70_000)),
  });

  it('are given back in any order of the columns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(stream, { maxLength: 5 }), { maxLength: 12 }),
        fc.boolean(),
        (columns, isBackwards) => {
          const { places, open } = pack(columns);
          const reader = open();
          const order = [...columns.keys()];
          for (const index of isBackwards ? order.reverse() : order) {
            const streams = new ColumnStreams(reader, places[index]!);
            for (const one of columns[index]!) {
              assert.deepEqual(streams.take(one.kind, one.length), bytesOf(one, index));
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are unpacked when they are asked for, with little beside them', () => {
    const columns = Array.from({ length: 20 }, () => [
      { kind: STREAM.small, length: 10_000 },
      { kind: STREAM.low, length: 10_000 },
    ]);
    const { places, open } = pack(columns);
    const reader = open();
    const packedBytes = reader.sizeBytes;
    assert.ok(packedBytes < 20_000 * columns.length);
    new ColumnStreams(reader, places[3]!).take(STREAM.small, 10_000);
    const grownBytes = reader.sizeBytes - packedBytes;
    assert.ok(grownBytes > 0 && grownBytes <= 64 * 1024, String(grownBytes));
    new ColumnStreams(reader, places[3]!).take(STREAM.small, 10_000);
    assert.equal(reader.sizeBytes - packedBytes, grownBytes);
  });

  it('share one frame when there is little', () => {
    const columns = Array.from({ length: 10 }, () => Object.values(STREAM).map((kind) => ({ kind, length: 5 })));
    assert.ok(pack(columns).headerBytes <= 5);
  });

  it('are damaged when they are asked for beyond their frame', () => {
    const { places, open } = pack([[{ kind: STREAM.small, length: 100 }]]);
    assert.throws(() => new ColumnStreams(open(), places[0]!).take(STREAM.small, 101), DamagedBytes);
    assert.throws(() => new ColumnStreams(open(), places[0]!).take(STREAM.long, 1), DamagedBytes);
  });
});
