// Which segments are worth writing again. Neighbours become one while none of them is larger than the others together, so
// that a series is written again only when its segment at least doubles, and segments stay few: about one for each power
// of two. A segment that has lost half of its series is written without them.

import type { SegmentEntry } from './segment-table.ts';

/** Series of one segment, so that writing and opening one takes few milliseconds. */
export const SEGMENT_SERIES_MAX = 4096;
/** Bytes of the distinct values of one segment; of a segment made in one piece that is a sum of lengths. */
export const SEGMENT_TEXT_BYTES_MAX = 8 * 1024 * 1024;

/** The places of neighbours that become one segment, the last not among them; undefined when all is well. */
export function nextConsolidation(
  segments: readonly SegmentEntry[],
): { readonly start: number; readonly end: number } | undefined {
  for (let start = 0; start < segments.length; start++) {
    const end = endOfRun(segments, start);
    if (end > start) return { start, end };
  }
  return undefined;
}

function endOfRun(segments: readonly SegmentEntry[], start: number): number {
  let end = start;
  let series = 0;
  let textBytes = 0;
  let largest = 0;
  for (let at = start; at < segments.length; at++) {
    const { refs, rows, textBytes: own } = segments[at]!;
    series += refs.count;
    textBytes += own;
    largest = Math.max(largest, refs.count);
    if (at === start && 2 * refs.count <= rows) end = start + 1;
    if (at > start && (series > SEGMENT_SERIES_MAX || textBytes > SEGMENT_TEXT_BYTES_MAX)) break;
    if (at > start && 2 * largest <= series) end = at + 1;
  }
  return end;
}
