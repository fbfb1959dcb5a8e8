import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { NativeHistogram } from '../../../model/batch.ts';
import { labelsFromRecord } from '../../../model/labels.ts';
import { ByteWriter } from '../../sqlite/bytes.ts';
import { unwrap } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { encodeHistogram } from '../../sqlite/histogram-codec.ts';
import { TIMESTAMP_MAX_MS } from '../limits.ts';
import { decodeBatch, encodeBatch } from './batch-codec.ts';

const HISTOGRAM: NativeHistogram = {
  schema: 3,
  zeroThreshold: 1e-128,
  zeroCount: 0,
  count: 3,
  sum: Number.NEGATIVE_INFINITY,
  positiveSpans: [{ offset: -2, length: 1 }],
  positiveCounts: Float64Array.of(3),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
};
const EXEMPLAR = { labels: labelsFromRecord({ trace_id: 'é', span_id: '1' }), value: -0, timestampMs: -17 };

const time = fc.oneof(fc.integer(), fc.integer({ min: -TIMESTAMP_MAX_MS, max: TIMESTAMP_MAX_MS }));
const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 32 - 1 }), time, word, word), { maxLength: 50 });

describe('the batch codec', () => {
  it('gives every row back bit for bit, with its histograms and exemplars', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (given, oneTime) => {
        const batch = {
          count: given.length,
          refs: Uint32Array.from(given, ([ref]) => ref),
          timestampsMs: Float64Array.from(given, (row) => (oneTime ? given[0]![1] : row[1])),
          valueBits: Uint32Array.from(given.flatMap(([, , low, high]) => [low, high])),
          exemplars: [{ ref: 5, exemplar: EXEMPLAR }],
        };
        const histograms = given.length === 0 ? [] : [{ row: given.length - 1, histogram: HISTOGRAM }];
        const encoded = histograms.map((entry) => ({ ...entry, bytes: encodeHistogram(entry.histogram) }));
        const writer = new ByteWriter();
        encodeBatch(writer, { ...batch, histograms: encoded });
        assert.deepEqual(decodeBatch(writer.written()), { ...batch, histograms });
      }),
    );
  });

  it('fails with a clear error on damaged bytes or gives something, but never hangs or crashes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeBatch(bytes);
        } catch (error) {
          if (!(error instanceof DamagedBytes)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('still reads a batch that was written by the first version', () => {
    const hex = readFileSync(new URL('./testdata/batch.hex', import.meta.url), 'utf8').trim();
    const { histograms, exemplars, ...columns } = decodeBatch(unwrap('batch 1', Buffer.from(hex, 'hex')));
    assert.deepEqual(columns, {
      count: 3,
      refs: Uint32Array.of(1, 2, 300),
      timestampsMs: Float64Array.of(1_700_000_000_000, 1_700_000_000_000, 1_700_000_005_000),
      valueBits: Uint32Array.of(0, 0x3ff00000, 2, 0x7ff00000, 17, 18),
    });
    assert.deepEqual(histograms, [{ row: 2, histogram: HISTOGRAM }]);
    assert.deepEqual(exemplars, [{ ref: 1, exemplar: EXEMPLAR }]);
  });
});
