import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelsFrom, labelsFromRecord } from './labels.ts';
import { packSeries, unpackSeries } from './packed-series.ts';

const TEXT = fc.oneof(fc.constantFrom('', 'a', 'b', '__proto__', '\ud800', '\0'), fc.string());

test('label sets come out as they went in, whatever their texts are', () => {
  const labels = fc.array(fc.tuple(TEXT, TEXT), { maxLength: 8 }).map(labelsFrom);
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 20 }), (series) => {
      assert.deepEqual(unpackSeries(structuredClone(packSeries(series))), series);
    }),
  );
});

test('a label that many series carry is sent once', () => {
  const series = Array.from({ length: 100 }, (_, index) =>
    labelsFromRecord({ job: 'node', shard: String(index % 10) }),
  );
  assert.equal(packSeries(series).texts.length, 2 * 11);
});
