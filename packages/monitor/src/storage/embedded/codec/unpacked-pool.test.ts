import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { keptValues } from './kept-values.ts';
import { type UnpackedColumns, UnpackedPool } from './unpacked-pool.ts';

const LENGTH = 1000;
/** Fractions: they stay doubles. */
const VALUES = Float64Array.from({ length: LENGTH }, (_, at) => at + 0.5);
const COLUMN_BYTES = keptValues(VALUES, 1).sizeBytes;

it('gives back every bit of what it keeps, whole numbers, decimals or anything', () => {
  const value = fc.oneof(
    fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
    fc.integer({ min: -1000, max: 1000 }).map((hundredths) => hundredths / 100),
    fc.double(),
    fc.constant(-0),
  );
  const column = fc.oneof(fc.array(value), fc.array(fc.integer({ min: -5000, max: 5000 }).map((whole) => whole / 100)));
  fc.assert(
    fc.property(column, fc.constantFrom(1, 100, 2 ** 4, 2 ** -4), fc.nat(), fc.nat(), (given, divisor, from, count) => {
      const values = Float64Array.from(given);
      const start = from % (values.length + 1);
      const end = Math.min(values.length, start + (count % 20));
      const into = new Float64Array(end - start + 2);
      keptValues(values, divisor).copy(start, end, into, 1);
      assert.deepEqual(new Uint8Array(into.slice(1, 1 + end - start).buffer), bytesOf(values.slice(start, end)));
    }),
  );
});

it('keeps stale markers and halves the memory of whole numbers', () => {
  const values = new Float64Array(LENGTH);
  const doubles = keptValues(VALUES, 1).sizeBytes;
  assert.ok(keptValues(values, 1).sizeBytes < 0.6 * doubles);
  new Uint32Array(values.buffer).set([2, 0x7ff00000], 6);
  const into = new Float64Array(LENGTH);
  keptValues(values, 1).copy(0, LENGTH, into, 0);
  assert.deepEqual(bytesOf(into), bytesOf(values));
});

it('keeps a column that is asked for the second time', () => {
  const columns = new UnpackedPool(10 * COLUMN_BYTES).columns(3);
  assert.equal(ask(columns, 1), false);
  assert.equal(ask(columns, 1), false);
  assert.equal(ask(columns, 1), true);
  assert.equal(ask(columns, 2), false);
});

it('stays within its bytes, whatever is asked for', () => {
  const pool = new UnpackedPool(4.5 * COLUMN_BYTES);
  const chunks = [pool.columns(8), pool.columns(8)];
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), fc.nat(7)), { minLength: 50, maxLength: 200 }), (asked) => {
      for (const [chunk, index] of asked) {
        ask(chunks[chunk]!, index);
        assert.ok(pool.sizeBytes <= 4 * COLUMN_BYTES);
      }
    }),
  );
  for (const columns of chunks) columns.release();
  assert.equal(pool.sizeBytes, 0);
});

it('keeps what is asked for again and again when much is read once or twice', () => {
  const pool = new UnpackedPool(4 * COLUMN_BYTES);
  const often = pool.columns(4);
  for (let round = 0; round < 3; round++) askAll(often, 4);
  for (let round = 0; round < 20; round++) {
    askAll(pool.columns(2), 2);
    assert.equal(askAll(often, 4), 4);
  }
});

it('comes to keep what is asked for now in place of what was asked for before', () => {
  const pool = new UnpackedPool(4 * COLUMN_BYTES);
  const before = pool.columns(4);
  const now = pool.columns(4);
  for (let round = 0; round < 5; round++) askAll(before, 4);
  for (let round = 0; round < 5; round++) askAll(now, 4);
  assert.equal(askAll(now, 4), 4);
});

it('keeps a part of what is read again and again and does not fit', () => {
  const pool = new UnpackedPool(4 * COLUMN_BYTES);
  const columns = pool.columns(6);
  let kept = 0;
  for (let round = 0; round < 50; round++) kept += askAll(columns, 6);
  assert.ok(kept > 50 * 2, `${kept} times`);
});

it('gives up first what was not asked for lately when there is to be less', () => {
  const pool = new UnpackedPool(4 * COLUMN_BYTES);
  const columns = pool.columns(4);
  for (let round = 0; round < 3; round++) askAll(columns, 4);
  // The first of four that were all asked for goes.
  pool.fitInto(3 * COLUMN_BYTES);
  assert.equal(pool.sizeBytes, 3 * COLUMN_BYTES);
  assert.ok(ask(columns, 2));
  pool.fitInto(COLUMN_BYTES);
  assert.equal(pool.sizeBytes, COLUMN_BYTES);
  assert.ok(ask(columns, 2));
  pool.fitInto(0);
  assert.equal(pool.sizeBytes, 0);
});

it('keeps nothing of a chunk that was given up, and nothing larger than itself', () => {
  const pool = new UnpackedPool(COLUMN_BYTES - 1);
  assert.equal(askAll(pool.columns(1), 1) + askAll(pool.columns(1), 1), 0);
  const columns = new UnpackedPool(10 * COLUMN_BYTES).columns(1);
  columns.release();
  for (let round = 0; round < 3; round++) assert.equal(ask(columns, 0), false);
});

/** As a chunk asks; whether it was there. */
function ask(columns: UnpackedColumns, index: number): boolean {
  if (columns.get(index) !== undefined) return true;
  if (columns.wants(index, LENGTH)) columns.keep(index, VALUES, 1);
  return false;
}

function askAll(columns: UnpackedColumns, count: number): number {
  let there = 0;
  for (let index = 0; index < count; index++) if (ask(columns, index)) there++;
  return there;
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.slice().buffer);
}
