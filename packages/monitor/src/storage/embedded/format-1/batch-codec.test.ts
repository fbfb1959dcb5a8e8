import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { labelsFromRecord } from '../../../model/labels.ts';
import { unwrap } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { decodeFormat1Batch } from './batch-codec.ts';

describe('the batches of format 1', () => {
  it('are read as they were written', () => {
    const hex = readFileSync(new URL('./testdata/batch.hex', import.meta.url), 'utf8').trim();
    const { histograms, exemplars, ...columns } = decodeFormat1Batch(unwrap('batch 1', Buffer.from(hex, 'hex')));
    assert.deepEqual(columns, {
      count: 3,
      refs: Uint32Array.of(1, 2, 300),
      timestampsMs: Float64Array.of(1_700_000_000_000, 1_700_000_000_000, 1_700_000_005_000),
      valueBits: Uint32Array.of(0, 0x3ff00000, 2, 0x7ff00000, 17, 18),
    });
    assert.deepEqual(histograms, [
      {
        row: 2,
        histogram: {
          schema: 3,
          zeroThreshold: 1e-128,
          zeroCount: 0,
          count: 3,
          sum: Number.NEGATIVE_INFINITY,
          positiveSpans: [{ offset: -2, length: 1 }],
          positiveCounts: Float64Array.of(3),
          negativeSpans: [],
          negativeCounts: new Float64Array(0),
        },
      },
    ]);
    const exemplar = { labels: labelsFromRecord({ trace_id: 'é', span_id: '1' }), value: -0, timestampMs: -17 };
    assert.deepEqual(exemplars, [{ ref: 1, exemplar }]);
  });

  it('fail with a clear error when damaged or give something, but never hang or crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeFormat1Batch(bytes);
        } catch (error) {
          if (!(error instanceof DamagedBytes)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
