// The series that match, hot and cold, one entry a label set. A series that was cold and came back has several references,
// one for each of its lives. Hot series are looked through first: one that goes cold meanwhile is then found there.

import { type Labels, labelsKey } from '../../../model/labels.ts';
import type { TimeRange } from '../../interface.ts';
import type { Pauses } from '../../sqlite/pacing.ts';
import type { ColdSeries } from './cold-series.ts';
import type { HotSeries } from './hot-series.ts';
import { searchSeries } from './label-search.ts';
import type { LabelTest } from './label-test.ts';

export interface SelectedSeries {
  readonly labels: Labels;
  /** Ascending. */
  readonly refs: readonly number[];
}

/** Series between two looks at the clock. */
const STRIDE = 256;

/** By ascending first reference. Left out are those whose latest sample is before the range. */
export async function selectSeries(
  hot: HotSeries,
  cold: ColdSeries,
  tests: readonly LabelTest[],
  range: TimeRange,
  pauses: Pauses,
): Promise<readonly SelectedSeries[]> {
  const found = await selectHot(hot, tests, range, pauses);
  const coldFound = await selectCold(cold, tests, range, pauses);
  if (coldFound.size === 0) return found;
  for (const [at, { labels, refs }] of found.entries()) {
    if (at % STRIDE === 0 && pauses.isOver()) await pauses.rest();
    const key = labelsKey(labels);
    const own = coldFound.get(key);
    if (own === undefined) coldFound.set(key, { labels, refs: [...refs] });
    else if (!own.refs.includes(refs[0]!)) own.refs.push(refs[0]!);
  }
  const all = [...coldFound.values()];
  for (const { refs } of all) refs.sort((one, other) => one - other);
  return all.sort((one, other) => one.refs[0]! - other.refs[0]!);
}

async function selectHot(
  hot: HotSeries,
  tests: readonly LabelTest[],
  { minTimeMs }: TimeRange,
  pauses: Pauses,
): Promise<SelectedSeries[]> {
  const found: SelectedSeries[] = [];
  const refs = await searchSeries(hot, tests, pauses);
  for (let at = 0; at < refs.length; at++) {
    if (at % STRIDE === 0 && pauses.isOver()) await pauses.rest();
    const slot = hot.slotOf(refs[at]!);
    if (slot < 0 || hot.latestMs[slot]! < minTimeMs) continue;
    found.push({ labels: hot.labelsOf(slot), refs: [refs[at]!] });
  }
  return found;
}

async function selectCold(
  cold: ColdSeries,
  tests: readonly LabelTest[],
  { minTimeMs }: TimeRange,
  pauses: Pauses,
): Promise<Map<string, { readonly labels: Labels; readonly refs: number[] }>> {
  const found = new Map<string, { readonly labels: Labels; readonly refs: number[] }>();
  for (const [entry, segment] of cold.segmentsSince(minTimeMs)) {
    for (const [at, row] of (await searchSeries(segment, tests, pauses)).entries()) {
      if (at % STRIDE === 0 && pauses.isOver()) await pauses.rest();
      const ref = segment.refs[row]!;
      if (segment.latestMs[row]! < minTimeMs || !entry.refs.has(ref)) continue;
      const labels = segment.labelsOf(row);
      const key = labelsKey(labels);
      const own = found.get(key);
      if (own === undefined) found.set(key, { labels, refs: [ref] });
      else if (!own.refs.includes(ref)) own.refs.push(ref);
    }
    if (pauses.isOver()) await pauses.rest();
  }
  return found;
}
