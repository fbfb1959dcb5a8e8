// Series that are there already, made ready to be written again: of the hot ones, or of several cold segments.

import type { Label } from '../../../model/labels.ts';
import { TIMESTAMP_MAX_MS } from '../limits.ts';
import type { ColdSegment } from './cold-segment.ts';
import type { HotSeries } from './hot-series.ts';
import type { SegmentRows } from './segment-codec.ts';
import type { SegmentEntry } from './segment-table.ts';

/** Hot series that stay hot. @param refs Ascending; all are there. */
export function hotRows(hot: HotSeries, refs: Uint32Array): SegmentRows {
  const counts = Uint32Array.from(refs, (ref) => hot.labelCountOf(hot.slotOf(ref)));
  const labels = new Uint32Array(sum(counts));
  const places = new Map<number, number>();
  const dictionary: Label[] = [];
  let at = 0;
  for (const ref of refs) {
    for (const label of hot.rowOf(hot.slotOf(ref))) {
      let place = places.get(label);
      if (place === undefined) {
        place = dictionary.length;
        places.set(label, place);
        dictionary.push(hot.labels.labelOf(label));
      }
      labels[at++] = place;
    }
  }
  return { refs, counts, labels, dictionary };
}

/** Hot series that go cold, with their latest times. @param refs Ascending; all are there. */
export function coolingRows(hot: HotSeries, refs: Uint32Array): SegmentRows {
  const latestMs = Float64Array.from(refs, (ref) => wholeTime(hot.latestMs[hot.slotOf(ref)]!));
  return { ...hotRows(hot, refs), latestMs };
}

/** What is left of several cold segments, without series whose latest sample is before the floor. */
export function coldRows(sources: readonly (readonly [SegmentEntry, ColdSegment])[], floorMs: number): SegmentRows {
  const kept = keptRows(sources, floorMs);
  const refs = new Uint32Array(kept.length);
  const latestMs = new Float64Array(kept.length);
  const counts = new Uint32Array(kept.length);
  for (const [at, { segment, row }] of kept.entries()) {
    refs[at] = segment.refs[row]!;
    latestMs[at] = segment.latestMs[row]!;
    counts[at] = segment.rowOf(row).length;
  }
  const labels = new Uint32Array(sum(counts));
  const dictionary = new Dictionary();
  const known = new Map(sources.map(([, segment]) => [segment, new Map<number, number>()]));
  let at = 0;
  for (const { segment, row } of kept) {
    const places = known.get(segment)!;
    for (const label of segment.rowOf(row)) {
      let place = places.get(label);
      if (place === undefined) places.set(label, (place = dictionary.placeOf(segment.labelAt(label))));
      labels[at++] = place;
    }
  }
  return { refs, latestMs, counts, labels, dictionary: dictionary.labels };
}

interface KeptRow {
  readonly segment: ColdSegment;
  readonly row: number;
}

/** By ascending reference. */
function keptRows(sources: readonly (readonly [SegmentEntry, ColdSegment])[], floorMs: number): readonly KeptRow[] {
  const kept: KeptRow[] = [];
  for (const [{ refs }, segment] of sources) {
    for (const [row, ref] of segment.refs.entries()) {
      if (segment.latestMs[row]! >= floorMs && refs.has(ref)) kept.push({ segment, row });
    }
  }
  return kept.sort((one, other) => one.segment.refs[one.row]! - other.segment.refs[other.row]!);
}

/** Labels of several segments, each once. */
class Dictionary {
  readonly labels: Label[] = [];
  readonly #placesByName = new Map<string, Map<string, number>>();

  placeOf(label: Label): number {
    let places = this.#placesByName.get(label.name);
    if (places === undefined) this.#placesByName.set(label.name, (places = new Map()));
    let place = places.get(label.value);
    if (place === undefined) {
      place = this.labels.length;
      places.set(label.value, place);
      this.labels.push(label);
    }
    return place;
  }
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** A bound that is no whole number becomes the next one; no time at all becomes one before every sample. */
function wholeTime(latestMs: number): number {
  return Math.min(Math.max(Math.ceil(latestMs), -TIMESTAMP_MAX_MS), TIMESTAMP_MAX_MS);
}
