// Chunks of every kind for tests: columns as monitored programs make them, and columns as nobody would.

import fc from 'fast-check';
import type { Exemplar, NativeHistogram } from '../../../../model/batch.ts';
import { labelsFromRecord } from '../../../../model/labels.ts';
import type { HistogramSample, TimeRange } from '../../../interface.ts';
import { Columns } from '../../columns.ts';
import { ChunkReader, type SeriesColumns } from '../chunk.ts';

export const ALWAYS: TimeRange = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };
const FIRST_MS = 1_700_000_000_000;
const WORDS = 2 ** 32;

/** A value by its words, low word first. */
type Words = readonly [low: number, high: number];

const SPECIALS: readonly Words[] = [
  [0x00000002, 0x7ff00000],
  [0, 0x7ff80000],
  [0xdeadbeef, 0x7ff80001],
  [1, 0xfff00000],
  [0, 0x7ff00000],
  [0, 0xfff00000],
  [0, 0x80000000],
  [1, 0],
  [0xffffffff, 0x7fefffff],
];

type Random = () => number;

/** How a column goes on from the value before. */
export const BEHAVIOURS: Readonly<Record<string, (before: number, random: Random, index: number) => number>> = {
  constant: (before) => before,
  'slow counter': (before, random) => Math.floor(before) + (random() < 0.1 ? 1 : 0),
  'busy counter': (before, random) => Math.floor(before) + Math.floor(random() * 2000),
  gauge: (_, random) => Math.floor(random() * 100) - 50,
  'huge whole numbers': (_, random) => Math.floor(random() * 2 ** 53) * (random() < 0.5 ? -1 : 4),
  'multiples of 4096': (before, random) => Math.floor(before) * 4096 + 4096 * Math.floor(random() * 10),
  decimals: (_, random) => Math.floor(random() * 10_000) / 100,
  'sum of nanoseconds': (before, random) => before + Math.floor(random() * 1e7) / 1e9,
  'sum of many nanoseconds': (before, random) =>
    before + Math.floor(random() * 1e7) / 1e9 + Math.floor(random() * 1e5) / 1e9,
  'sum of milliseconds': (before, random) => (random() < 0.5 ? before : before + Math.floor(random() * 90) / 1e3),
  'differences of Unix times': (before, random) =>
    before + (FIRST_MS + Math.floor(random() * 999)) / 1000 - FIRST_MS / 1000,
  mean: (_, random) => Math.floor(random() * 1e6) / (1 + Math.floor(random() * 500)),
  noise: (_, random) => random() * 10 ** Math.floor(random() * 40 - 20),
  'single precision': (_, random) => Math.fround(random() * 100),
  'counter that is reset': (before, random) => (random() < 0.02 ? 0 : before + Math.floor(random() * 1e6) / 1e9),
  steady: (_, _random, index) => index * 12.5,
};

export interface SeriesPlan {
  readonly behaviour: string;
  readonly seed: number;
  /** Of the samples, how many are special values. */
  readonly specials: number;
  readonly times: 'shared' | 'part' | 'tail' | 'own' | 'none';
  /** Values of the series before it, as an average is often its sum. */
  readonly follows: boolean;
  readonly histograms: 'none' | 'steady' | 'changing' | 'strange';
  readonly exemplars: number;
}

export const anySeriesPlan: fc.Arbitrary<SeriesPlan> = fc.record({
  behaviour: fc.constantFrom(...Object.keys(BEHAVIOURS)),
  seed: fc.nat(),
  specials: fc.constantFrom(0, 0, 0, 0.01, 0.5),
  times: fc.constantFrom('shared', 'shared', 'part', 'tail', 'own', 'none'),
  follows: fc.boolean(),
  histograms: fc.constantFrom('none', 'none', 'none', 'steady', 'changing', 'strange'),
  exemplars: fc.constantFrom(0, 0, 0, 3),
});

export interface ChunkPlan {
  readonly firstRef: number;
  readonly scrapes: number;
  readonly series: readonly SeriesPlan[];
}

export const anyChunkPlan: fc.Arbitrary<ChunkPlan> = fc.record({
  firstRef: fc.nat(WORDS - 1000),
  scrapes: fc.constantFrom(1, 2, 3, 40, 300),
  series: fc.array(anySeriesPlan, { minLength: 1, maxLength: 12 }),
});

/** The columns of a plan: the same for the same plan. */
export function seriesOf(plan: ChunkPlan): SeriesColumns[] {
  let before: SeriesColumns | undefined;
  return plan.series.map((series, index) => {
    const random = randomFrom(series.seed);
    const timesMs = timesOf(series, plan.scrapes, random);
    const bits = bitsOf(series, timesMs.length, random);
    if (series.follows && before !== undefined) {
      for (let at = 0; at < Math.min(bits.length, before.bits.length); at += 2) {
        if (random() < 0.1) continue;
        bits[at] = before.bits[at]!;
        bits[at + 1] = before.bits[at + 1]!;
      }
    }
    before = {
      ref: plan.firstRef + 3 * index,
      timesMs,
      bits,
      histograms: histogramsOf(series, plan.scrapes, random).filter(
        ({ timestampMs }) => !timesMs.includes(timestampMs),
      ),
      exemplars: exemplarsOf(series, random),
    };
    return before;
  });
}

function timesOf({ times }: SeriesPlan, scrapes: number, random: Random): Float64Array {
  const shared = Float64Array.from({ length: scrapes }, (_, scrape) => FIRST_MS + 5000 * scrape);
  switch (times) {
    case 'shared':
      return shared;
    case 'part':
      return shared.filter(() => random() < 0.9);
    case 'tail':
      return shared.subarray(Math.floor(random() * scrapes));
    case 'own': {
      let timeMs = random() < 0.5 ? FIRST_MS : Math.floor((random() - 0.5) * 2 ** 50);
      return shared.map(() => (timeMs += 1 + Math.floor(random() * 10 ** Math.floor(random() * 6))));
    }
    case 'none':
      return new Float64Array(0);
  }
}

function bitsOf({ behaviour, specials }: SeriesPlan, length: number, random: Random): Uint32Array {
  const values = new Float64Array(length);
  const bits = new Uint32Array(values.buffer);
  let value = Math.floor(random() * 1000);
  for (let index = 0; index < length; index++) {
    value = BEHAVIOURS[behaviour]!(value, random, index);
    values[index] = value;
  }
  for (let index = 0; index < length; index++) {
    if (random() < specials) bits.set(SPECIALS[Math.floor(random() * SPECIALS.length)]!, 2 * index);
  }
  return bits;
}

function histogramsOf({ histograms }: SeriesPlan, scrapes: number, random: Random): HistogramSample[] {
  if (histograms === 'none') return [];
  const count = Math.min(scrapes, 40);
  let total = 0;
  let observed = 0;
  return Array.from({ length: count }, (_, index) => {
    observed += Math.floor(random() * 5);
    total += Math.floor(random() * 1e6) / 1e9;
    const shape = histograms === 'steady' ? 0 : Math.floor(index / 7) % 4;
    return {
      timestampMs: FIRST_MS + 5000 * index + 17,
      histogram: histogramFrom(shape, observed, total, histograms === 'strange'),
    };
  });
}

function histogramFrom(shape: number, observed: number, sum: number, isStrange: boolean): NativeHistogram {
  const buckets = 2 + shape;
  const positiveCounts = Float64Array.from({ length: buckets }, (_, bucket) =>
    isStrange ? observed / (bucket + 1) : observed,
  );
  const histogram = {
    schema: 3,
    zeroThreshold: 1e-128,
    zeroCount: 0,
    count: observed * buckets,
    sum: isStrange ? Number.NaN : sum,
    positiveSpans: [
      { offset: -2, length: 1 },
      { offset: 3, length: buckets - 1 },
    ],
    positiveCounts,
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
  };
  if (!isStrange || shape === 0) return histogram;
  if (shape === 1)
    return {
      ...histogram,
      isGauge: true,
      negativeSpans: [{ offset: 0, length: 2 }],
      negativeCounts: Float64Array.of(-0, 1e300),
    };
  if (shape === 2)
    return { ...histogram, schema: -53, customBounds: Float64Array.of(0.1, 1, 10, Number.POSITIVE_INFINITY) };
  // Spans that contradict the counts, and a bucket twice.
  return {
    ...histogram,
    positiveSpans: [{ offset: 0, length: 1 }],
    negativeSpans: [
      { offset: 0, length: 1 },
      { offset: -1, length: 1 },
    ],
    negativeCounts: Float64Array.of(1, 2),
  };
}

function exemplarsOf({ exemplars }: SeriesPlan, random: Random): Exemplar[] {
  return Array.from({ length: exemplars }, (_, index) => ({
    labels: labelsFromRecord({ trace_id: `é${Math.floor(random() * 3)}`, span_id: '1' }),
    value: index === 0 ? -0 : random(),
    timestampMs: FIRST_MS + 1000 * index - 17,
  }));
}

/** Everything that a chunk has, as it was put in; series without anything are left out, as they are from a chunk. */
export function readAll(payload: Uint8Array): SeriesColumns[] {
  const reader = new ChunkReader(payload);
  return Array.from(reader.refs, (ref) => {
    const columns = new Columns();
    reader.read(ref, ALWAYS, columns);
    return {
      ref,
      timesMs: columns.copyTimes(),
      bits: columns.copyBits(),
      histograms: [...reader.histograms(ref, ALWAYS)],
      exemplars: [...reader.exemplars(ref, ALWAYS)],
    };
  });
}

export function isEmpty({ timesMs, histograms, exemplars }: SeriesColumns): boolean {
  return timesMs.length === 0 && histograms.length === 0 && exemplars.length === 0;
}

export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / WORDS;
  };
}
