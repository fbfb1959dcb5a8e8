// Windows over the columns of one series. A window is left-open and right-closed, (end - range, end], as in Prometheus
// 3. Its two indexes only ever move forward, so a series is walked once whatever the number of steps; a kernel sees
// the indexes and never a copy.

import { bitsOf, isStaleAt } from '../../../model/staleness.ts';
import type { SeriesSamples } from '../../../storage/interface.ts';
import type { QueryBudget } from '../budget.ts';
import { type Grid, timeAt } from '../series.ts';
import type { Columns, WindowKernel } from './window-function.ts';

/** Windows end at `endMs` of each step: the step's time less the offset, or a fixed time. */
export interface WindowTimes {
  readonly grid: Grid;
  readonly offsetMs: number;
  readonly rangeMs: number;
}

const WORK_BETWEEN_CLOCK_READS = 20_000;

/** Fills `values` and `present`; says whether any window had samples enough. */
export async function overWindows(
  columns: Columns,
  times: WindowTimes,
  minimumSamples: number,
  kernel: WindowKernel,
  out: { readonly values: Float64Array; readonly present: Uint8Array },
  budget: QueryBudget,
): Promise<boolean> {
  const { timestampsMs } = columns;
  const { grid, rangeMs } = times;
  const sampleCount = timestampsMs.length;
  let from = 0;
  let to = 0;
  let work = 0;
  let any = false;
  for (let step = 0; step < grid.count; step++) {
    const endMs = timeAt(grid, step) - times.offsetMs;
    const startMs = endMs - rangeMs;
    while (to < sampleCount && timestampsMs[to]! <= endMs) to++;
    while (from < to && timestampsMs[from]! <= startMs) from++;
    work += to - from + 1;
    if (work > WORK_BETWEEN_CLOCK_READS) {
      work = 0;
      if (budget.isDue()) await budget.pause();
    }
    if (to - from < minimumSamples) continue;
    out.values[step] = kernel(from, to, startMs, endMs, step);
    out.present[step] = 1;
    any = true;
  }
  return any;
}

/**
 * For each step the latest sample not older than the lookback, unless it is a stale marker. The lookback is left-open:
 * a sample exactly that old is too old.
 */
export function latestAtSteps(
  samples: SeriesSamples,
  times: WindowTimes,
  out: { readonly values: Float64Array; readonly present: Uint8Array },
): boolean {
  const { timestampsMs, values } = samples;
  const bits = bitsOf(values);
  const { grid } = times;
  let latest = -1;
  let any = false;
  for (let step = 0; step < grid.count; step++) {
    const endMs = timeAt(grid, step) - times.offsetMs;
    while (latest + 1 < timestampsMs.length && timestampsMs[latest + 1]! <= endMs) latest++;
    if (latest < 0 || timestampsMs[latest]! <= endMs - times.rangeMs || isStaleAt(bits, latest)) continue;
    out.values[step] = values[latest]!;
    out.present[step] = 1;
    any = true;
  }
  return any;
}

export function withoutStaleMarkers(samples: Columns): Columns {
  const bits = bitsOf(samples.values);
  let kept = 0;
  for (let index = 0; index < samples.values.length; index++) if (!isStaleAt(bits, index)) kept++;
  if (kept === samples.values.length) return samples;
  const timestampsMs = new Float64Array(kept);
  const values = new Float64Array(kept);
  let to = 0;
  for (let index = 0; index < samples.values.length; index++) {
    if (isStaleAt(bits, index)) continue;
    timestampsMs[to] = samples.timestampsMs[index]!;
    values[to++] = samples.values[index]!;
  }
  return { timestampsMs, values };
}
