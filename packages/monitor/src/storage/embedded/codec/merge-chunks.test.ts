import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Effort, encodeChunk, mergeChunks, type SeriesColumns, type Tombstone } from './chunk.ts';
import { anySeriesPlan, type ChunkPlan, isEmpty, readAll, seriesOf } from './testing/any-chunk.ts';

const FIRST_MS = 1_700_000_000_000;
/** Where histograms stand, from the scrape on: sources that are moved by it have histograms at the times of floats. */
const HISTOGRAM_SHIFT_MS = 17;

interface Source {
  readonly plan: ChunkPlan;
  readonly shiftMs: number;
}

const anySource: fc.Arbitrary<Source> = fc.record({
  plan: fc.record({
    firstRef: fc.constantFrom(128, 131),
    scrapes: fc.constantFrom(1, 20, 60),
    series: fc.array(anySeriesPlan, { minLength: 1, maxLength: 5 }),
  }),
  shiftMs: fc.constantFrom(0, 0, HISTOGRAM_SHIFT_MS, 5000 * 30, 5000 * 60, -5000 * 60),
});
const anyTombstone: fc.Arbitrary<Tombstone> = fc
  .record({
    ref: fc.constantFrom(128, 131, 134),
    from: fc.integer({ min: -60, max: 120 }),
    length: fc.nat(60),
    throughSequence: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ ref, from, length, throughSequence }) => {
    const minTimeMs = FIRST_MS + 5000 * from;
    return { ref, minTimeMs, maxTimeMs: minTimeMs + 5000 * length, throughSequence };
  });

describe('merging chunks', () => {
  it('keeps of each time the first source that has it, and nothing that is hidden', () => {
    fc.assert(
      fc.property(
        fc.array(anySource, { minLength: 1, maxLength: 4 }),
        fc.array(anyTombstone, { maxLength: 3 }),
        fc.constantFrom<Effort>('fast', 'best'),
        (given, tombstones, effort) => {
          const sources = given.map(({ plan, shiftMs }, index) => ({
            sequence: 10 * (index + 1),
            series: seriesOf(plan).map((series) => moved(series, shiftMs)),
          }));
          const packed = sources.map(({ sequence, series }) => ({
            sequence,
            payload: encodeChunk(series, 'fast').payload,
          }));
          const expected = plainMerge(sources, tombstones);
          const merged = mergeChunks(packed, { tombstones, effort });
          assert.deepEqual(merged === undefined ? [] : readAll(merged.payload).map(plain), expected);
          if (merged !== undefined) assert.equal(merged.seriesCount, expected.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('leaves nothing when everything is hidden', () => {
    const plan: ChunkPlan = {
      firstRef: 7,
      scrapes: 5,
      series: [
        {
          behaviour: 'gauge',
          seed: 1,
          specials: 0,
          times: 'shared',
          follows: false,
          histograms: 'steady',
          exemplars: 2,
        },
      ],
    };
    const payload = encodeChunk(seriesOf(plan), 'fast').payload;
    const tombstone = { ref: 7, minTimeMs: FIRST_MS - 1000, maxTimeMs: FIRST_MS + 60_000 };
    const merge = (throughSequence: number) =>
      mergeChunks([{ payload, sequence: 5 }], { tombstones: [{ ...tombstone, throughSequence }], effort: 'fast' });
    assert.equal(merge(5), undefined);
    assert.equal(merge(4)?.samples, 10);
  });
});

function moved(series: SeriesColumns, shiftMs: number): SeriesColumns {
  return {
    ...series,
    timesMs: series.timesMs.map((timeMs) => timeMs + shiftMs),
    histograms: series.histograms.map((sample) => ({ ...sample, timestampMs: sample.timestampMs + shiftMs })),
    exemplars: series.exemplars.map((exemplar) => ({ ...exemplar, timestampMs: exemplar.timestampMs + shiftMs })),
  };
}

/** One series as plain values, to compare. */
function plain({ ref, timesMs, bits, histograms, exemplars }: SeriesColumns) {
  const floats = Array.from(timesMs, (timeMs, index) => [timeMs, bits[2 * index]!, bits[2 * index + 1]!]);
  return { ref, floats, histograms: [...histograms], exemplars: [...exemplars] };
}

function plainMerge(
  sources: readonly { readonly sequence: number; readonly series: readonly SeriesColumns[] }[],
  tombstones: readonly Tombstone[],
) {
  const refs = new Set(sources.flatMap(({ series }) => series.filter((one) => !isEmpty(one)).map(({ ref }) => ref)));
  const merged = [...refs]
    .sort((one, other) => one - other)
    .map((ref) => {
      const floats = new Map<number, number[]>();
      const histograms = new Map<number, SeriesColumns['histograms'][number]>();
      const exemplars = new Map<string, SeriesColumns['exemplars'][number]>();
      for (const { sequence, series } of sources) {
        const isShown = (timeMs: number): boolean =>
          !tombstones.some(
            (one) =>
              one.ref === ref && sequence <= one.throughSequence && timeMs >= one.minTimeMs && timeMs <= one.maxTimeMs,
          );
        const isFree = (timeMs: number): boolean => isShown(timeMs) && !floats.has(timeMs) && !histograms.has(timeMs);
        for (const one of series.filter((candidate) => candidate.ref === ref).map(plain)) {
          for (const float of one.floats) if (isFree(float[0]!)) floats.set(float[0]!, float);
          for (const sample of one.histograms)
            if (isFree(sample.timestampMs)) histograms.set(sample.timestampMs, sample);
          for (const exemplar of one.exemplars) {
            const key = JSON.stringify([exemplar.timestampMs, exemplar.value, exemplar.labels]);
            if (isShown(exemplar.timestampMs) && !exemplars.has(key)) exemplars.set(key, exemplar);
          }
        }
      }
      return {
        ref,
        floats: [...floats.values()].sort(([one], [other]) => one! - other!),
        histograms: [...histograms.values()].sort((one, other) => one.timestampMs - other.timestampMs),
        exemplars: [...exemplars.values()].sort((one, other) => one.timestampMs - other.timestampMs),
      };
    });
  return merged.filter((one) => one.floats.length + one.histograms.length + one.exemplars.length > 0);
}
