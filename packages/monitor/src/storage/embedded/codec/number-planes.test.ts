import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { PLANES_MAX, readNumbers, skipNumbers, VALUE_KINDS, writeNumbers } from './number-planes.ts';
import { ColumnStreams, STREAM, StreamCursor, StreamReader, StreamWriter } from './stream-frames.ts';

const NUMBER_MAX = 2 ** 53;

/** The numbers as they come back, of which only some are wanted, and how they were laid out. */
function roundTrip(numbers: readonly number[], wanted: number): { found: number[]; planes: number; longBytes: number } {
  const writer = new StreamWriter();
  const layout = writeNumbers(writer, VALUE_KINDS, Float64Array.from(numbers), numbers.length);
  const header = new ByteWriter();
  const body = new ByteWriter();
  writer.write(header, body, 'fast');
  const cursor = new StreamCursor();
  const places = cursor.places();
  skipNumbers(cursor, VALUE_KINDS, layout, numbers.length);
  const reader = new StreamReader(new ByteReader(header.written()), new ByteReader(body.written()), cursor.places());
  const found = new Float64Array(numbers.length);
  readNumbers(new ColumnStreams(reader, places), VALUE_KINDS, layout, numbers.length, found, wanted);
  return { found: [...found.subarray(0, wanted)], ...layout };
}

describe('numbers as planes', () => {
  const sized = fc
    .tuple(fc.nat(53), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(1, -1))
    .map(([bits, part, sign]) => sign * Math.floor(part * 2 ** bits));
  const edge = fc
    .tuple(fc.nat(52), fc.constantFrom(-1, 0, 1), fc.constantFrom(1, -1))
    .map(([bits, by, sign]) => sign * (2 ** bits + by));
  const number = fc.oneof(sized, edge, fc.constantFrom(NUMBER_MAX, -NUMBER_MAX)).map((given) => given + 0);

  it('are given back, also when only the first are wanted', () => {
    const seen = new Set<number>();
    const lists = fc.oneof(
      fc.array(number, { minLength: 1, maxLength: 80 }),
      // Of about one size, so that each count of planes comes up.
      fc.tuple(fc.nat(52), fc.array(sized, { minLength: 1, maxLength: 80 })).map(([bits, list]) => {
        return list.map((given) => (given % 2 ** bits) + 0);
      }),
    );
    fc.assert(
      fc.property(lists, fc.double({ min: 0, max: 1, noNaN: true }), (given, part) => {
        const wanted = Math.round(part * given.length);
        const { found, planes } = roundTrip(given, wanted);
        assert.deepEqual(found, given.slice(0, wanted));
        seen.add(planes);
      }),
      { numRuns: 2000 },
    );
    assert.deepEqual(
      [...seen].sort((one, other) => one - other),
      Array.from({ length: PLANES_MAX + 1 }, (_, planes) => planes),
    );
  });

  it('are kept apart from those of another column, also when all streams are of one kind', () => {
    const kinds = { single: STREAM.times, top: STREAM.times, low: STREAM.times, long: STREAM.times };
    const columns = [3, 300, 70_000, 2 ** 40].map((size, seed) =>
      Float64Array.from(
        { length: 5000 },
        (_, index) => ((index * 7919 + seed) % size) * (index % 2 === 0 ? 1 : -1) + 0,
      ),
    );
    const writer = new StreamWriter();
    const layouts = columns.map((numbers) => writeNumbers(writer, kinds, numbers, numbers.length));
    const header = new ByteWriter();
    const body = new ByteWriter();
    writer.write(header, body, 'fast');
    const cursor = new StreamCursor();
    const places = layouts.map((layout) => {
      const place = cursor.places();
      skipNumbers(cursor, kinds, layout, 5000);
      return place;
    });
    const reader = new StreamReader(new ByteReader(header.written()), new ByteReader(body.written()), cursor.places());
    for (const [index, numbers] of columns.entries()) {
      const found = new Float64Array(5000);
      readNumbers(new ColumnStreams(reader, places[index]!), kinds, layouts[index]!, 5000, found, 5000);
      assert.deepEqual(found, numbers);
    }
  });

  it('take no plane when all are 0, and none more for one that is long', () => {
    assert.deepEqual(
      roundTrip(
        Array.from({ length: 50 }, () => 0),
        50,
      ).planes,
      0,
    );
    const one = Array.from({ length: 100 }, () => -1);
    one[40] = NUMBER_MAX;
    assert.deepEqual(roundTrip(one, 100), { found: one, planes: 1, longBytes: 9 });
  });
});
