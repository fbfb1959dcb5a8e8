import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Columns } from '../columns.ts';
import { SERIES_SAMPLES_MAX } from './bounds.ts';
import { ChunkReader, ChunkTooLarge, type Effort, encodeChunk, type SeriesColumns } from './chunk.ts';
import { ALWAYS, anyChunkPlan, BEHAVIOURS, isEmpty, randomFrom, readAll, seriesOf } from './testing/any-chunk.ts';

const EFFORTS: readonly Effort[] = ['fast', 'best'];
const HOUR_SCRAPES = 720;
const DAY_SCRAPES = 17_280;

describe('a chunk', () => {
  it('gives everything back bit for bit, and says what it has', () => {
    fc.assert(
      fc.property(anyChunkPlan, fc.constantFrom(...EFFORTS), (plan, effort) => {
        const given = seriesOf(plan).filter((series) => !isEmpty(series));
        const encoded = encodeChunk(given, effort);
        assert.deepEqual(readAll(encoded.payload), given);
        assert.equal(encoded.seriesCount, given.length);
        const times = given.flatMap(({ timesMs, histograms, exemplars }) => [
          ...timesMs,
          ...histograms.map(({ timestampMs }) => timestampMs),
          ...exemplars.map(({ timestampMs }) => timestampMs),
        ]);
        if (times.length > 0) assert.equal(encoded.minTimeMs, Math.min(...times));
        if (times.length > 0) assert.equal(encoded.maxTimeMs, Math.max(...times));
        const samples = given.reduce((sum, { timesMs, histograms }) => sum + timesMs.length + histograms.length, 0);
        assert.equal(encoded.samples, samples);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps any bits at any times', () => {
    const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0x7ff00000, 0x80000000));
    const time = fc.oneof(fc.nat(1000), fc.integer({ min: -(2 ** 50), max: 2 ** 50 }));
    const rows = fc.uniqueArray(fc.tuple(time, word, word), {
      selector: ([timeMs]) => timeMs,
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 6 }), fc.constantFrom(...EFFORTS), (lists, effort) => {
        const given = lists.map((list, ref): SeriesColumns => {
          const sorted = list.toSorted(([one], [other]) => one - other);
          const timesMs = Float64Array.from(sorted, ([timeMs]) => timeMs);
          const bits = Uint32Array.from(sorted.flatMap(([, low, high]) => [low, high]));
          return { ref, timesMs, bits, histograms: [], exemplars: [] };
        });
        assert.deepEqual(readAll(encodeChunk(given, effort).payload), given);
      }),
      { numRuns: 300 },
    );
  });

  it('gives a day of every kind of column back, alone and beside the others', () => {
    const series = Object.keys(BEHAVIOURS).map((behaviour, seed) => ({
      behaviour,
      seed,
      specials: 0.0005,
      times: 'shared' as const,
      follows: false,
      histograms: 'none' as const,
      exemplars: 0,
    }));
    const given = seriesOf({ firstRef: 0, scrapes: DAY_SCRAPES, series });
    for (const effort of EFFORTS) {
      assert.deepEqual(readAll(encodeChunk(given, effort).payload), given);
      for (const one of given) assert.deepEqual(readAll(encodeChunk([one], effort).payload), [one]);
    }
  });

  it('gives the samples of a range, and appends them', () => {
    fc.assert(
      fc.property(anyChunkPlan, fc.nat(310), fc.nat(310), (plan, from, to) => {
        const given = seriesOf(plan).filter((series) => !isEmpty(series));
        const range = { minTimeMs: 1_700_000_000_000 + 5000 * from, maxTimeMs: 1_700_000_000_000 + 5000 * to };
        const reader = new ChunkReader(encodeChunk(given, 'fast').payload);
        // Backwards: columns are unpacked before those that they refer to were asked for.
        for (const { ref, timesMs, bits, histograms } of given.toReversed()) {
          const into = new Columns();
          into.ensure(1);
          into.length = 1;
          reader.read(ref, range, into);
          const isWithin = (timeMs: number): boolean => timeMs >= range.minTimeMs && timeMs <= range.maxTimeMs;
          const kept = [...timesMs.keys()].filter((index) => isWithin(timesMs[index]!));
          assert.deepEqual(
            [...into.copyTimes().subarray(1)],
            kept.map((index) => timesMs[index]),
          );
          assert.deepEqual(
            [...into.copyBits().subarray(2)],
            kept.flatMap((index) => [bits[2 * index], bits[2 * index + 1]]),
          );
          assert.deepEqual(
            reader.histograms(ref, range),
            histograms.filter(({ timestampMs }) => isWithin(timestampMs)),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has nothing of a reference that it does not know', () => {
    const reader = new ChunkReader(encodeChunk([counter(5, 1)], 'fast').payload);
    const into = new Columns();
    for (const ref of [0, 4, 6, 2 ** 32]) reader.read(ref, ALWAYS, into);
    assert.equal(into.length, 0);
    assert.deepEqual(reader.histograms(6, ALWAYS), []);
    assert.deepEqual(reader.exemplars(6, ALWAYS), []);
  });

  it('is the same bytes for the same columns, whatever was encoded before', () => {
    const one = [counter(1, 7), counter(2, 8)];
    const first = encodeChunk(one, 'fast').payload;
    encodeChunk([counter(1, 9), counter(9, 7), counter(11, 7)], 'best');
    assert.deepEqual(encodeChunk(one, 'fast').payload, first);
  });

  it('takes next to nothing for what does not change, what another series says too, and steady times', () => {
    const same = Array.from({ length: 100 }, (_, ref) => ({ ...counter(1, 7), ref }));
    const one = encodeChunk([same[0]!], 'fast').payload.length;
    assert.ok(encodeChunk(same, 'fast').payload.length < one + 60, 'copies are not free');
    const flat = { ...counter(0, 1), bits: new Uint32Array(2 * HOUR_SCRAPES).fill(0x40000000) };
    assert.ok(encodeChunk([flat], 'fast').payload.length < 40, 'a constant is not free');
  });

  it('tells where a column changes by where another does, also when it changes elsewhere now and then', () => {
    const random = randomFrom(3);
    const timesMs = Float64Array.from({ length: HOUR_SCRAPES }, (_, scrape) => 5000 * scrape);
    const [count, sum, bucket] = [new Float64Array(HOUR_SCRAPES), timesMs.slice(), timesMs.slice()];
    const numbers = [0, 0.1, 0];
    for (let scrape = 0; scrape < HOUR_SCRAPES; scrape++) {
      const more = random() < 0.4 ? 1 + Math.floor(random() * 9) : 0;
      numbers[0]! += more;
      numbers[1]! += more === 0 ? 0 : Math.floor(random() * 1e8) / 1e9;
      numbers[2]! += scrape % 180 === 90 ? 1 : more;
      count[scrape] = numbers[0]!;
      sum[scrape] = numbers[1]!;
      bucket[scrape] = numbers[2]!;
    }
    const given = [count, sum, bucket].map((values, ref): SeriesColumns => {
      return { ref, timesMs, bits: new Uint32Array(values.buffer), histograms: [], exemplars: [] };
    });
    const sizeOf = (series: readonly SeriesColumns[]): number => encodeChunk(series, 'fast').payload.length;
    assert.deepEqual(readAll(encodeChunk(given, 'fast').payload), given);
    assert.ok(sizeOf([given[0]!, given[1]!]) < sizeOf([given[0]!]) + sizeOf([given[1]!]) - HOUR_SCRAPES / 10);
    assert.ok(sizeOf([given[0]!, given[2]!]) < sizeOf([given[0]!]) + 60);
  });

  it('refuses more samples than a reader would take', () => {
    const timesMs = Float64Array.from({ length: SERIES_SAMPLES_MAX + 1 }, (_, index) => index);
    const series = { ref: 1, timesMs, bits: new Uint32Array(2 * timesMs.length), histograms: [], exemplars: [] };
    assert.throws(() => encodeChunk([series], 'fast'), ChunkTooLarge);
  });
});

/** An hour of a counter. */
function counter(ref: number, seed: number): SeriesColumns {
  const random = randomFrom(seed);
  const timesMs = Float64Array.from({ length: HOUR_SCRAPES }, (_, scrape) => 5000 * scrape);
  let value = 0;
  const values = timesMs.map(() => (value += Math.floor(random() * 50)));
  return { ref, timesMs, bits: new Uint32Array(values.buffer), histograms: [], exemplars: [] };
}
