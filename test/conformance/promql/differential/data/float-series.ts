// Floats of every face: counters with resets, gaps, stale markers, NaN, infinities, negative zero, very large and very
// small numbers, integers, series that begin late or end early or hold one sample. Half of the series have their samples
// exactly on whole intervals, where the edges of windows lie, the others a little beside them.

import type { RawSeries } from '../../remote-write.ts';
import type { Dice } from '../dice.ts';
import { seriesOf, type TimedSample } from './columns.ts';

export interface Span {
  readonly startMs: number;
  readonly durationMs: number;
}

/** `index`: how many intervals after the start. */
type Shape = (index: number, previous: number, dice: Dice) => number | 'stale' | 'missing';

const INTERVAL_MS = 5000;
const JITTER_MS = 1700;
const INSTANCES = ['a', 'b', 'c', 'd'] as const;

const SHAPES: Readonly<Record<string, Shape>> = {
  synthetic_steady_total: (_index, previous, dice) => previous + dice.below(50),
  synthetic_resetting_total: (_index, previous, dice) =>
    dice.chance(0.08) ? dice.below(5) : previous + dice.below(100),
  synthetic_fraction_total: (_index, previous, dice) => previous + dice.fraction() * 3,
  synthetic_gappy_total: (_index, previous, dice) => (dice.chance(0.3) ? 'missing' : previous + dice.below(20)),
  synthetic_gauge: (_index, _previous, dice) => (dice.fraction() - 0.5) * 2000,
  synthetic_gauge_seconds: (_index, _previous, dice) => dice.fraction() * 30,
  synthetic_integers: (_index, _previous, dice) => dice.below(7),
  synthetic_special: (_index, _previous, dice) => special(dice),
  synthetic_stale: (index, _previous, dice) => {
    if (index % 13 === 9) return 'stale';
    return index % 13 > 9 ? 'missing' : dice.fraction() * 100;
  },
  synthetic_late: (index, previous, dice) => (index < 40 ? 'missing' : previous + dice.below(4)),
  synthetic_ending: (index, _previous, dice) => (index > 50 ? 'missing' : dice.fraction()),
  synthetic_ended: (index, _previous, dice) => (index === 60 ? 'stale' : index > 60 ? 'missing' : dice.fraction()),
  synthetic_sparse: (index, previous) => (index % 14 === 0 ? previous + 3 : 'missing'),
  synthetic_once: (index) => (index === 55 ? 42 : 'missing'),
  synthetic_large: (_index, _previous, dice) => (dice.fraction() - 0.5) * 1e300,
  synthetic_tiny: (_index, _previous, dice) => (dice.fraction() - 0.5) * 1e-300,
  synthetic_constant: () => 7.25,
  synthetic_unix_seconds: (_index, _previous, dice) => dice.below(4_000_000_000) - 1_000_000_000,
};

/** Names and labels that need quotes. */
export const UTF8_NAME = 'utf8.total/größe';
export const UTF8_LABEL = 'label.with dots';

export function floatSeries(dice: Dice, span: Span): RawSeries[] {
  const series: RawSeries[] = [];
  for (const [name, shape] of Object.entries(SHAPES)) {
    for (const [number, instance] of INSTANCES.entries()) {
      const zone = number % 2 === 0 ? 'x' : 'y';
      const labels = { __name__: name, job: 'synthetic', instance, zone };
      series.push(seriesOf(labels, samplesOf(shape, dice, span, number >= 2)));
    }
  }
  for (const [number, instance] of INSTANCES.entries()) {
    const labels = { __name__: UTF8_NAME, job: 'synthetic', instance, [UTF8_LABEL]: number < 2 ? 'ä' : 'b' };
    series.push(seriesOf(labels, samplesOf(SHAPES['synthetic_fraction_total']!, dice, span, false)));
  }
  return [...series, ...typedSeries(dice, span), ...infoSeries(span)];
}

/** With the labels that type and unit have where Prometheus keeps them. */
function typedSeries(dice: Dice, span: Span): RawSeries[] {
  const kinds = [
    ['typed_requests', 'counter', 'requests'],
    ['typed_temperature', 'gauge', 'celsius'],
    ['typed_temperature', 'unknown', 'kelvin'],
  ] as const;
  return kinds.flatMap(([__name__, type, unit]) =>
    INSTANCES.slice(0, 2).map((instance) => {
      const labels = { __name__, job: 'synthetic', instance, __type__: type, __unit__: unit };
      return seriesOf(labels, samplesOf(SHAPES['synthetic_steady_total']!, dice, span, false));
    }),
  );
}

/** What `info` looks for: one series an instance, of which one changes its labels half way and one ends. */
function infoSeries(span: Span): RawSeries[] {
  const half = span.durationMs / 2;
  const constant = (fromMs: number, toMs: number): TimedSample[] =>
    timesOf(span).flatMap((timeMs) => {
      const afterMs = timeMs - span.startMs;
      return afterMs >= fromMs && afterMs < toMs ? [{ timeMs, sample: 1 }] : [];
    });
  const rows: readonly [Record<string, string>, TimedSample[]][] = [
    [{ __name__: 'target_info', instance: 'a', version: '1.0', region: 'north' }, constant(0, half)],
    [{ __name__: 'target_info', instance: 'a', version: '1.1', region: 'north' }, constant(half, span.durationMs)],
    [{ __name__: 'target_info', instance: 'b', version: '2.0' }, constant(0, span.durationMs)],
    [{ __name__: 'target_info', instance: 'c', version: '3.0', zone: 'other' }, constant(0, half)],
    [{ __name__: 'build_info', instance: 'a', compiler: 'go' }, constant(0, span.durationMs)],
    [{ __name__: 'build_info', instance: 'b', compiler: 'rust', version: 'x' }, constant(0, span.durationMs)],
  ];
  return rows.map(([labels, samples]) => seriesOf({ ...labels, job: 'synthetic' }, samples));
}

export function timesOf({ startMs, durationMs }: Span): number[] {
  return Array.from({ length: Math.floor(durationMs / INTERVAL_MS) }, (_, index) => startMs + index * INTERVAL_MS);
}

function samplesOf(shape: Shape, dice: Dice, span: Span, isJittered: boolean): TimedSample[] {
  const samples: TimedSample[] = [];
  let previous = 0;
  for (const [index, timeMs] of timesOf(span).entries()) {
    const sample = shape(index, previous, dice);
    if (sample === 'missing') continue;
    if (sample !== 'stale') previous = sample;
    samples.push({ timeMs: isJittered ? timeMs + dice.below(JITTER_MS) : timeMs, sample });
  }
  return samples;
}

function special(dice: Dice): number {
  const draw = dice.fraction();
  if (draw < 0.1) return NaN;
  if (draw < 0.15) return Infinity;
  if (draw < 0.2) return -Infinity;
  if (draw < 0.28) return -0;
  return draw < 0.35 ? 0 : dice.fraction() * 10 - 5;
}
