// Classic histograms: cumulative buckets with `_sum` and `_count`, one without its last bucket, one with a bound that is no
// number, one whose counts are not monotonic, and one that has a native histogram beside it.

import type { RawSeries } from '../../remote-write.ts';
import type { Dice } from '../dice.ts';
import { seriesOf, type TimedSample } from './columns.ts';
import { type Span, timesOf } from './float-series.ts';

const BOUNDS = [0.1, 0.5, 1, 2.5, Infinity] as const;

export function classicHistograms(dice: Dice, span: Span): RawSeries[] {
  return ['a', 'b', 'c', 'd'].flatMap((instance) => histogramOf(dice, span, instance));
}

function histogramOf(dice: Dice, span: Span, instance: string): RawSeries[] {
  const counts = BOUNDS.map(() => 0);
  const columns: TimedSample[][] = BOUNDS.map(() => []);
  const [sums, totals]: [TimedSample[], TimedSample[]] = [[], []];
  let sum = 0;
  for (const timeMs of timesOf(span)) {
    for (let seen = dice.below(6); seen > 0; seen--) {
      const bucket = dice.below(BOUNDS.length);
      for (let above = bucket; above < BOUNDS.length; above++) counts[above]!++;
      sum += dice.fraction() * 3;
    }
    for (const [index, column] of columns.entries()) {
      // Of `d` the third bucket lags behind, so that the counts fall from the second to it.
      const lag = instance === 'd' && index === 2 ? Math.floor(counts[2]! / 10) : 0;
      column.push({ timeMs, sample: counts[index]! - lag });
    }
    sums.push({ timeMs, sample: sum });
    totals.push({ timeMs, sample: counts.at(-1)! });
  }
  const shared = { job: 'synthetic', instance, zone: instance < 'c' ? 'x' : 'y' };
  const buckets = BOUNDS.flatMap((bound, index) => {
    if (instance === 'b' && bound === Infinity) return [];
    const le = instance === 'c' && index === 1 ? 'half' : bound === Infinity ? '+Inf' : String(bound);
    return [seriesOf({ __name__: 'classic_latency_seconds_bucket', ...shared, le }, columns[index]!)];
  });
  return [
    ...buckets,
    seriesOf({ __name__: 'classic_latency_seconds_sum', ...shared }, sums),
    seriesOf({ __name__: 'classic_latency_seconds_count', ...shared }, totals),
  ];
}
