// The edges of windows that see beyond them: which samples stand for them, and the values there. `anchored`: the last sample up to
// the start, and the last one; `smoothed`: both are interpolated where no sample lies on them.

import { interpolated, type Nature } from './interpolation.ts';
import type { Columns, MixedWindow, WindowParameters } from './window-function.ts';

/** Which samples of a window that sees beyond its edges stand for them. */
export function edgeSamples(
  timestampsMs: Float64Array,
  from: number,
  to: number,
  { startMs, endMs }: Pick<MixedWindow, 'startMs' | 'endMs'>,
  edges: WindowParameters['edges'],
): { readonly first: number; readonly last: number } | undefined {
  let last = to - 1;
  let first = from;
  while (first < last && timestampsMs[first]! <= startMs) first++;
  first = Math.max(from, first - 1);
  if (edges === 'smoothed') while (last > from && timestampsMs[last - 1]! >= endMs) last--;
  if (timestampsMs[last]! <= startMs) return undefined;
  if (edges === 'smoothed' && timestampsMs[first]! > endMs) return undefined;
  return { first, last };
}

/** The values at the edges of the window. */
export function edgeValues(
  columns: Columns,
  { from, startMs, endMs }: Pick<MixedWindow, 'from' | 'startMs' | 'endMs'>,
  { first, last }: { readonly first: number; readonly last: number },
  edges: WindowParameters['edges'],
  nature: Nature,
): { readonly left: number; readonly right: number } {
  const { timestampsMs, values } = columns;
  const isSmoothed = edges === 'smoothed';
  const left =
    isSmoothed && timestampsMs[first]! < startMs ? interpolated(columns, first, startMs, nature) : values[first]!;
  const right =
    isSmoothed && last > from && timestampsMs[last]! > endMs
      ? interpolated(columns, last - 1, endMs, nature)
      : values[last]!;
  return { left, right };
}

/** The samples of a window itself, with one made up for each edge; none where the window has nothing to compare. */
export function withEdges(columns: Columns, startMs: number, endMs: number, edges: WindowParameters['edges']): Columns {
  const { timestampsMs, values } = columns;
  const found =
    timestampsMs.length === 0
      ? undefined
      : edgeSamples(timestampsMs, 0, timestampsMs.length, { startMs, endMs }, edges);
  if (found === undefined) return { timestampsMs: new Float64Array(0), values: new Float64Array(0) };
  const { left, right } = edgeValues(columns, { from: 0, startMs, endMs }, found, edges, 'gauge');
  const from = timestampsMs[found.first]! <= startMs ? found.first + 1 : found.first;
  const to = timestampsMs[found.last]! >= endMs ? found.last : found.last + 1;
  return {
    timestampsMs: framed(startMs, timestampsMs.subarray(from, to), endMs),
    values: framed(left, values.subarray(from, to), right),
  };
}

function framed(first: number, between: Float64Array, last: number): Float64Array {
  const all = new Float64Array(between.length + 2);
  all[0] = first;
  all.set(between, 1);
  all[between.length + 1] = last;
  return all;
}
