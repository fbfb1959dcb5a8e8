import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { NativeHistogram } from '../../model/batch.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import { decodeBatch, encodeBatch } from './batch-codec.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { type ChunkSeries, decodeChunk, encodeChunk } from './chunk-codec.ts';
import { readValues } from './column-codec.ts';
import { unwrap, wrap } from './envelope.ts';
import { DamagedBytes } from './failures.ts';
import { encodeHistogram } from './histogram-codec.ts';
import { TIMESTAMP_MAX_MS } from './limits.ts';

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
});

describe('the chunk codec', () => {
  const series = fc.uniqueArray(
    fc.record({ within: fc.nat(31), times: fc.uniqueArray(time, { maxLength: 30 }), steady: fc.nat(30), seed: word }),
    { selector: ({ within }) => within, minLength: 1, maxLength: 32 },
  );
  const chunkOf = (given: { within: number; times: number[]; steady: number; seed: number }[]): ChunkSeries[] =>
    given.map(({ within, times, steady, seed }, index) => {
      // Half of them share their times, as the series of one target do.
      const all =
        index % 2 === 0 ? Array.from({ length: steady }, (_, step) => 1_700_000_000_000 + 5000 * step) : times;
      const timesMs = Float64Array.from(all).sort();
      return {
        ref: 64 + within,
        timesMs,
        bits: Uint32Array.from({ length: 2 * timesMs.length }, (_, at) => Math.imul(seed + at, 2654435761) >>> 0),
        histograms: index === 0 ? [{ timestampMs: 3, histogram: HISTOGRAM }] : [],
        exemplars: index === 1 ? [EXEMPLAR] : [],
      };
    });

  it('gives every sample back bit for bit, with histograms and exemplars', () => {
    fc.assert(
      fc.property(series, (given) => {
        const chunk = chunkOf(given);
        const writer = new ByteWriter();
        encodeChunk(writer, chunk);
        const decoded = decodeChunk(writer.written().slice(), 2).series;
        assert.equal(decoded.size, chunk.length);
        for (const { ref, timesMs, bits, histograms, exemplars } of chunk) {
          const found = decoded.get(ref)!;
          assert.deepEqual(found.timesMs, timesMs);
          assert.deepEqual([found.histograms, found.exemplars], [histograms, exemplars]);
          const values = new Uint32Array(bits.length);
          readValues(found.planes, 0, timesMs.length, values, 0);
          assert.deepEqual(values, bits);
          const start = Math.floor(timesMs.length / 3);
          readValues(found.planes, start, timesMs.length, values, 0);
          assert.deepEqual(values.subarray(0, bits.length - 2 * start), bits.subarray(2 * start));
        }
      }),
    );
  });
});

describe('damaged bytes', () => {
  it('are told by the envelope: changed, cut, extended, or put in another place', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (payload, at, flip) => {
          const blob = wrap('batch 7', payload);
          assert.deepEqual([...unwrap('batch 7', blob)], [...payload]);
          const changed = blob.slice();
          changed[at % blob.length]! ^= flip;
          assert.throws(() => unwrap('batch 7', changed), DamagedBytes);
          assert.throws(() => unwrap('batch 7', blob.subarray(0, at % blob.length)), DamagedBytes);
          assert.throws(() => unwrap('batch 7', Uint8Array.of(...blob, 0)), DamagedBytes);
          assert.throws(() => unwrap('batch 8', blob), DamagedBytes);
        },
      ),
    );
  });

  it('make the decoders fail with a clear error or give something, but never hang or crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const decode of [decodeBatch, (payload: Uint8Array) => decodeChunk(payload, 0)]) {
          try {
            decode(bytes);
          } catch (error) {
            if (!(error instanceof DamagedBytes)) throw error;
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('varints', () => {
  it('hold whole numbers up to 2^53, of either sign up to 2^52', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (natural, signed) => {
        const writer = new ByteWriter();
        writer.varint(natural);
        writer.signedVarint(signed);
        const reader = new ByteReader(writer.written());
        assert.deepEqual([reader.varint(), reader.signedVarint()], [natural, signed]);
        reader.expectEnd();
      }),
    );
  });
});

describe('the format', () => {
  const fixture = JSON.parse(readFileSync(new URL('./testdata/format-1.json', import.meta.url), 'utf8')) as {
    readonly batch: string;
    readonly chunk: string;
  };

  it('still reads a batch of version 1', () => {
    const { histograms, exemplars, ...columns } = decodeBatch(unwrap('batch 1', Buffer.from(fixture.batch, 'hex')));
    assert.deepEqual(columns, {
      count: 3,
      refs: Uint32Array.of(1, 2, 300),
      timestampsMs: Float64Array.of(1_700_000_000_000, 1_700_000_000_000, 1_700_000_005_000),
      valueBits: Uint32Array.of(0, 0x3ff00000, 2, 0x7ff00000, 17, 18),
    });
    assert.deepEqual(histograms, [{ row: 2, histogram: HISTOGRAM }]);
    assert.deepEqual(exemplars, [{ ref: 1, exemplar: EXEMPLAR }]);
  });

  it('still reads a chunk of version 1', () => {
    const { series } = decodeChunk(unwrap('chunk 134217730', Buffer.from(fixture.chunk, 'hex')), 2);
    assert.deepEqual([...series.keys()], [64, 70]);
    const bits = new Uint32Array(6);
    const { timesMs, planes, exemplars } = series.get(64)!;
    readValues(planes, 0, 3, bits, 0);
    assert.deepEqual(timesMs, Float64Array.of(1_700_000_000_000, 1_700_000_005_000, 1_700_000_010_001));
    assert.deepEqual(bits, Uint32Array.of(0, 0x3ff00000, 0, 0x40000000, 2, 0x7ff00000));
    assert.deepEqual(exemplars, [EXEMPLAR]);
    assert.deepEqual(series.get(70)!.histograms, [{ timestampMs: 1_700_000_000_000, histogram: HISTOGRAM }]);
  });
});
