// Series with what a real node seldom shows: resets, gaps, stale markers, NaN, infinities, negative numbers, samples
// far apart, series that begin late or end early, counters that begin near zero. From a seed.

import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { bitsOf, writeStaleAt } from '../../../packages/monitor/src/model/staleness.ts';
import type { RawSeries } from './remote-write.ts';

/** mulberry32: small, seeded, good enough for shapes. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Shape = (index: number, previous: number, random: () => number) => number | 'stale' | 'missing';

const SHAPES: Readonly<Record<string, Shape>> = {
  synthetic_steady_total: (_index, previous, random) => previous + Math.floor(random() * 50),
  synthetic_resetting_total: (_index, previous, random) =>
    random() < 0.08 ? Math.floor(random() * 5) : previous + Math.floor(random() * 100),
  synthetic_fraction_total: (_index, previous, random) => previous + random() * 3,
  synthetic_gappy_total: (_index, previous, random) =>
    random() < 0.3 ? 'missing' : previous + Math.floor(random() * 20),
  synthetic_gauge: (_index, _previous, random) => (random() - 0.5) * 2000,
  synthetic_integers: (_index, _previous, random) => Math.floor(random() * 7),
  synthetic_special: (_index, _previous, random) => {
    const draw = random();
    if (draw < 0.1) return NaN;
    if (draw < 0.15) return Infinity;
    if (draw < 0.2) return -Infinity;
    return draw < 0.3 ? -0 : random() * 10 - 5;
  },
  synthetic_stale: (index, _previous, random) => {
    if (index % 13 === 9) return 'stale';
    return index % 13 > 9 ? 'missing' : random() * 100;
  },
  synthetic_late: (index, previous, random) => (index < 25 ? 'missing' : previous + Math.floor(random() * 4)),
  synthetic_ending: (index, _previous, random) => (index > 30 ? 'missing' : random()),
  synthetic_sparse: (index, previous) => (index % 14 === 0 ? previous + 3 : 'missing'),
  synthetic_large: (_index, _previous, random) => (random() - 0.5) * 1e300,
};

const INSTANCES = ['a', 'b', 'c', 'd'];
const INTERVAL_MS = 5000;

/** Over the given time; timestamps are jittered to whole milliseconds other than `freeResidue` of each second. */
export function makeSyntheticSeries(
  seed: number,
  startMs: number,
  durationMs: number,
  freeResidueMs: number,
): RawSeries[] {
  const random = randomFrom(seed);
  const series: RawSeries[] = [];
  for (const [name, shape] of Object.entries(SHAPES)) {
    for (const [number, instance] of INSTANCES.entries()) {
      const labels = labelsFromRecord({
        __name__: name,
        job: 'synthetic',
        instance,
        zone: number % 2 === 0 ? 'x' : 'y',
      });
      series.push({ labels, ...makeColumns(shape, random, startMs, durationMs, freeResidueMs) });
    }
  }
  return [...series, ...makeHistogram(random, startMs, durationMs, freeResidueMs)];
}

function makeColumns(
  shape: Shape,
  random: () => number,
  startMs: number,
  durationMs: number,
  freeResidueMs: number,
): Omit<RawSeries, 'labels'> {
  const timestampsMs: number[] = [];
  const samples: (number | 'stale')[] = [];
  let previous = 0;
  for (let index = 0; index * INTERVAL_MS < durationMs; index++) {
    const jitteredMs = startMs + index * INTERVAL_MS + Math.floor(random() * 2000);
    const sample = shape(index, previous, random);
    if (sample === 'missing') continue;
    if (sample !== 'stale') previous = sample;
    timestampsMs.push(jitteredMs % 1000 === freeResidueMs ? jitteredMs + 1 : jitteredMs);
    samples.push(sample);
  }
  const values = Float64Array.from(samples, (sample) => (sample === 'stale' ? 0 : sample));
  const bits = bitsOf(values);
  for (const [index, sample] of samples.entries()) if (sample === 'stale') writeStaleAt(bits, index);
  return { timestampsMs: Float64Array.from(timestampsMs), values };
}

const BOUNDS = ['0.1', '0.5', '1', '2.5', '+Inf'];

/** Cumulative integer counts; instance `b` lacks the last bucket, `c` has one that is no number. */
function makeHistogram(random: () => number, startMs: number, durationMs: number, freeResidueMs: number): RawSeries[] {
  const series: RawSeries[] = [];
  for (const instance of ['a', 'b', 'c']) {
    const counts = BOUNDS.map(() => 0);
    const timestampsMs: number[] = [];
    const columns: number[][] = BOUNDS.map(() => []);
    for (let timeMs = startMs; timeMs < startMs + durationMs; timeMs += INTERVAL_MS) {
      for (let seen = Math.floor(random() * 6); seen > 0; seen--) {
        const bucket = Math.floor(random() * BOUNDS.length);
        for (let above = bucket; above < BOUNDS.length; above++) counts[above]!++;
      }
      timestampsMs.push(timeMs % 1000 === freeResidueMs ? timeMs + 1 : timeMs);
      for (const [index, column] of columns.entries()) column.push(counts[index]!);
    }
    for (const [index, bound] of BOUNDS.entries()) {
      if (instance === 'b' && bound === '+Inf') continue;
      const le = instance === 'c' && index === 1 ? 'half' : bound;
      series.push({
        labels: labelsFromRecord({ __name__: 'synthetic_latency_bucket', job: 'synthetic', instance, le }),
        timestampsMs: Float64Array.from(timestampsMs),
        values: Float64Array.from(columns[index]!),
      });
    }
  }
  return series;
}
