import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { sampleCount, snapshotBatches } from './batches.ts';
import { arbitrarySnapshot } from './testing/sample-snapshot.ts';

it('cuts any snapshot into parts that together are the whole, each within its size or of one point', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, fc.integer({ min: 1, max: 12 }), (snapshot, maxSamples) => {
      const parts = [...snapshotBatches(snapshot, maxSamples)];
      const pointsOf = ({ families }: Snapshot) =>
        families.flatMap(({ name, points }) => points.map((point) => ({ name, point })));
      assert.deepEqual(parts.flatMap(pointsOf), pointsOf(snapshot));
      for (const part of parts) {
        assert.ok(sampleCount(part) > 0);
        assert.ok(sampleCount(part) <= maxSamples || pointsOf(part).length === 1);
        assert.equal(part.takenAtMs, snapshot.takenAtMs);
        assert.equal(new Set(part.families.map(({ name }) => name)).size, part.families.length);
      }
    }),
    { numRuns: 300 },
  );
});
