import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Exemplar, NativeHistogram } from '../../../model/batch.ts';
import { ByteWriter } from '../../sqlite/bytes.ts';
import { Columns } from '../columns.ts';
import { ChunkReader, encodeChunk, type SeriesColumns } from './chunk.ts';
import { StreamWriter } from './stream-frames.ts';
import { ALWAYS, readAll } from './testing/any-chunk.ts';
import { ValueEncoder } from './value-encoder.ts';
import { FORM, FORM_MASK } from './value-forms.ts';

interface Fixture {
  readonly hex: string;
  readonly samples: number;
  readonly seriesCount: number;
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly series: readonly {
    readonly ref: number;
    readonly timesMs: readonly number[];
    readonly bits: readonly string[];
    readonly histograms: readonly (Omit<NativeHistogram, 'positiveCounts' | 'negativeCounts'> & {
      readonly timestampMs: number;
      readonly positiveCounts: readonly number[];
      readonly negativeCounts: readonly number[];
    })[];
    readonly exemplars: readonly Exemplar[];
  }[];
}

const fixture = JSON.parse(readFileSync(new URL('testdata/chunk-layout-1.json', import.meta.url), 'utf8')) as Fixture;
const expected: SeriesColumns[] = fixture.series.map(({ ref, timesMs, bits, histograms, exemplars }) => ({
  ref,
  timesMs: Float64Array.from(timesMs),
  bits: Uint32Array.from(
    bits.flatMap((hex) => [Number.parseInt(hex.slice(8), 16), Number.parseInt(hex.slice(0, 8), 16)]),
  ),
  histograms: histograms.map(({ timestampMs, positiveCounts, negativeCounts, ...rest }) => ({
    timestampMs,
    histogram: {
      ...rest,
      positiveCounts: Float64Array.from(positiveCounts),
      negativeCounts: Float64Array.from(negativeCounts),
    },
  })),
  exemplars,
}));

describe('the chunk of the format page', () => {
  const payload = Uint8Array.from(Buffer.from(fixture.hex, 'hex'));

  it('holds what the page says', () => {
    assert.deepEqual(readAll(payload), expected);
  });

  it('is read alike from any of its series first', () => {
    for (const { ref, timesMs, bits } of expected) {
      const into = new Columns();
      new ChunkReader(payload).read(ref, ALWAYS, into);
      assert.deepEqual([into.copyTimes(), into.copyBits()], [timesMs, bits]);
    }
  });

  it('is what the encoder gives for it, but for the packing', () => {
    const { payload: again, ...counts } = encodeChunk(expected, 'best');
    assert.deepEqual(readAll(again), expected);
    const { samples, seriesCount, minTimeMs, maxTimeMs } = fixture;
    assert.deepEqual(counts, { samples, seriesCount, minTimeMs, maxTimeMs });
  });

  it('has every form that a column takes', () => {
    const encoder = new ValueEncoder();
    encoder.start('best');
    const forms = new Set(
      expected
        .filter(({ timesMs }) => timesMs.length > 0)
        .map(
          ({ bits, timesMs }, index) =>
            encoder.encode(new ByteWriter(), new StreamWriter(), bits, timesMs.length, timesMs.length, index) &
            FORM_MASK,
        ),
    );
    assert.deepEqual(forms, new Set(Object.values(FORM).filter((form) => form !== FORM.none)));
  });
});
