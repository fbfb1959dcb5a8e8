import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { NativeHistogram } from '../../../model/batch.ts';
import { labelsFromRecord } from '../../../model/labels.ts';
import { ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { encodeHistogram } from '../../sqlite/histogram-codec.ts';
import { TIMESTAMP_MAX_MS } from '../limits.ts';
import { decodeBatch, encodeBatch } from './batch-codec.ts';
import { LoggedValues } from './logged-values.ts';

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
const word = fc.oneof(fc.nat(3), fc.constant(0x7ff00002), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const ref = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }));
const rows = fc.array(fc.tuple(ref, time, word, word), { maxLength: 50 });
const step = fc.record({ given: rows, oneTime: fc.boolean(), isAnew: fc.boolean() });

/** Slots as a store gives them: one for each series, in the order of their coming. */
function slotsByRef(): (ref: number) => number {
  const slots = new Map<number, number>();
  return (series) => {
    if (!slots.has(series)) slots.set(series, slots.size);
    return slots.get(series)!;
  };
}

function batchOf(
  given: readonly (readonly [number, number, number, number])[],
  oneTime: boolean,
  slotOf: (ref: number) => number,
) {
  const refs = Uint32Array.from(given, ([series]) => series);
  return {
    count: given.length,
    refs,
    slots: Uint32Array.from(refs, slotOf),
    timestampsMs: Float64Array.from(given, (row) => (oneTime ? given[0]![1] : row[1])),
    valueBits: Uint32Array.from(given.flatMap(([, , low, high]) => [low, high])),
    histograms: given.length === 0 ? [] : [{ row: given.length - 1, histogram: HISTOGRAM }],
    exemplars: [{ ref: 5, exemplar: EXEMPLAR }],
  };
}

function encoded(batch: ReturnType<typeof batchOf>, logged: LoggedValues): Uint8Array {
  const writer = new ByteWriter();
  const histograms = batch.histograms.map((entry) => ({ ...entry, bytes: encodeHistogram(entry.histogram) }));
  encodeBatch(writer, { ...batch, histograms }, logged);
  return writer.written().slice();
}

describe('the batch codec', () => {
  it('gives every row of every batch back bit for bit, with its histograms and exemplars', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const slotOf = slotsByRef();
        const [writing, reading] = [new LoggedValues(), new LoggedValues()];
        for (const { given, oneTime, isAnew } of steps) {
          if (isAnew) writing.startAnew();
          const batch = batchOf(given, oneTime, slotOf);
          assert.deepEqual(decodeBatch(encoded(batch, writing), reading, slotOf), batch);
        }
      }),
    );
  });

  it('takes a byte for up to 128 values that stay', () => {
    const slotOf = slotsByRef();
    const given = Array.from({ length: 300 }, (_, at) => [at + 1, 7, at, 0x40000000] as const);
    const logged = new LoggedValues();
    const batch = { ...batchOf(given, true, slotOf), histograms: [], exemplars: [] };
    const first = encoded(batch, logged);
    // Count, flags, time, one run of references, three runs of values, no histograms and exemplars.
    assert.equal(encoded(batch, logged).length, 2 + 1 + 1 + (1 + 2) + 3 + 2);
    assert.ok(first.length > 300);
  });

  it('gives a slot that has another series now no value of the one before', () => {
    const [writing, reading] = [new LoggedValues(), new LoggedValues()];
    for (const series of [1, 2]) {
      const batch = { ...batchOf([[series, 7, 8, 9]], true, () => 0), histograms: [] };
      assert.deepEqual(
        decodeBatch(encoded(batch, writing), reading, () => 0),
        batch,
      );
    }
  });

  it('refuses a batch that builds on one that is not there', () => {
    const slotOf = slotsByRef();
    const logged = new LoggedValues();
    const batch = batchOf([[1, 2, 3, 4]], true, slotOf);
    encoded(batch, logged);
    const second = encoded(batch, logged);
    assert.throws(() => decodeBatch(second, new LoggedValues(), slotOf), DamagedBytes);
  });

  it('fails with a clear error on damaged bytes or gives something, but never hangs or crashes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), fc.nat(255), (bytes, at, to) => {
        const altered = encoded(
          batchOf(
            [
              [1, 2, 3, 4],
              [2, 2, 3, 4],
              [3, 9, 3, 4],
            ],
            false,
            (series) => series,
          ),
          new LoggedValues(),
        );
        if (at < altered.length) altered[at] = to;
        for (const damaged of [bytes, altered]) {
          try {
            decodeBatch(damaged, new LoggedValues(), (series) => series % 1000);
          } catch (error) {
            if (!(error instanceof DamagedBytes)) throw error;
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
