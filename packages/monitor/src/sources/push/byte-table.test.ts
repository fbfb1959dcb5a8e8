import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteTable } from './byte-table.ts';

const WIDE = { maxBytes: 2 ** 26, maxEntries: 100_000 };

function entryOf(table: ByteTable, text: string): number {
  const bytes = Buffer.from(`..${text}..`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return table.entryOf(bytes, view, 2, bytes.length - 4);
}

describe('the table of bytes', () => {
  it('gives the value that was set for the same bytes, in whatever order they come', () => {
    const texts = fc.array(
      fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('abc', 'abcd', 'abcde', 'abcdefgh', '')),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(texts, (asked) => {
        const table = new ByteTable(WIDE);
        const model = new Map<string, number>();
        for (const [at, text] of asked.entries()) {
          const entry = entryOf(table, text);
          assert.equal(table.valueOf(entry), model.get(text) ?? 0);
          table.setValue(entry, at + 1);
          model.set(text, at + 1);
        }
      }),
    );
  });

  it('keeps thousands apart', () => {
    const table = new ByteTable(WIDE);
    for (let at = 1; at <= 20_000; at++) table.setValue(entryOf(table, `series ${at}`), at);
    for (let at = 20_000; at >= 1; at--) assert.equal(table.valueOf(entryOf(table, `series ${at}`)), at);
  });

  it('is emptied at either bound, and says so', () => {
    for (const limits of [
      { maxBytes: 1000, maxEntries: 1000 },
      { maxBytes: 2 ** 26, maxEntries: 10 },
    ]) {
      const table = new ByteTable(limits);
      for (let at = 0; at < 100; at++) table.setValue(entryOf(table, `a text that takes its place: ${at}`), 1);
      assert.ok(table.generation > 0);
      assert.equal(table.valueOf(entryOf(table, 'a text that takes its place: 0')), 0);
    }
  });

  it('predicts the bytes that came after the last ones before', () => {
    const table = new ByteTable(WIDE);
    for (const text of ['first', 'second', 'third']) entryOf(table, text);
    const bytes = Buffer.from('second 1');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    assert.equal(table.predictedAt(bytes, view, 0), -1);
    const first = entryOf(table, 'first');
    const predicted = table.predictedAt(bytes, view, 0);
    assert.equal(table.lengthOf(predicted), 'second'.length);
    assert.notEqual(predicted, first);
    // Not beyond the end.
    assert.equal(table.predictedAt(bytes.subarray(0, 3), view, 0), -1);
  });

  it('does not keep what is longer than a page', () => {
    assert.equal(entryOf(new ByteTable(WIDE), 'x'.repeat(2 ** 20 + 1)), -1);
  });
});
