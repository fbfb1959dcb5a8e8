// Which chunks of a window become one, and when: pure decisions over what is known of them. While a window is open, every
// eight neighbours of one level become one of the next, so that a sample is packed anew once a level. When it has been over
// for an hour and nothing came to it lately, everything in it becomes one final chunk, packed as small as it gets.
// Invariant: what is merged is contiguous by sequence, so that "the earlier sequence wins" stays true; every merge leaves
// fewer chunks, or makes one final or clean that was not: so merging ends.

import type { Effort } from '../codec/chunk.ts';

/** Chunks of one level that become one of the next. */
export const FAN_OUT = 8;
/** The greatest level that merging of open windows makes: 8^6 seals in one window. */
export const TIER_MAX = 6;
/** The level of a chunk that was made when its window was over. */
export const FINAL_LEVEL = 7;
/** So long after its end a window counts as over: late samples are mostly not later. */
export const OVER_AFTER_MS = 3_600_000;
/** So long nothing must have come to a window that is over, lest a backfill makes its final chunk again and again. */
export const QUIET_MS = 600_000;
/**
 * Samples of the sources of one merge: some 2,000 of each of 128 series. A column is unpacked from its beginning, so that a read
 * of an hour out of a day should not begin at midnight; longer ones are hardly any smaller (a day of 5 s samples: 0.4 %).
 */
export const MERGE_SAMPLES_MAX = 2 ** 18;
/** And their bytes. */
export const MERGE_BYTES_MAX = 32 * 1024 * 1024;

export interface MergeCandidate {
  readonly sequence: number;
  readonly level: number;
  readonly samples: number;
  readonly sizeBytes: number;
  /** A tombstone hides something that may be in it. */
  readonly isTouched: boolean;
}

export interface MergeWindow<C extends MergeCandidate = MergeCandidate> {
  readonly endMs: number;
  /** By ascending sequence. */
  readonly chunks: readonly C[];
  /** Sequences of chunks in windows of another width that overlap this one: no run reaches over one of them. */
  readonly barriers: readonly number[];
  /** When the latest chunk came by a seal; -Infinity when that was long ago. */
  readonly changedMs: number;
}

/** A run of chunks that become one. */
export interface MergeRun<C extends MergeCandidate = MergeCandidate> {
  readonly sources: readonly C[];
  /** Of the result. */
  readonly level: number;
  readonly effort: Effort;
}

/** The next merge of the window; or when to ask again (Infinity: when it has changed). */
export function nextRun<C extends MergeCandidate>(window: MergeWindow<C>, nowMs: number): MergeRun<C> | number {
  const finalRun = firstFinalRun(window);
  if (finalRun === undefined) return Number.POSITIVE_INFINITY;
  const finalMs = Math.max(window.endMs + OVER_AFTER_MS, window.changedMs + QUIET_MS);
  return finalMs < nowMs ? finalRun : (firstTierRun(window) ?? finalMs + 1);
}

/** What is merged of the window before a stop: all of it when it is over, else its latest chunks (`stopRun`). */
export function lastRun<C extends MergeCandidate>(
  window: MergeWindow<C>,
  nowMs: number,
  samplesMax: number,
): MergeRun<C> | undefined {
  const run = window.endMs + OVER_AFTER_MS < nowMs ? firstFinalRun(window) : stopRun(window);
  return run === undefined || samplesOf(run.sources) > samplesMax ? undefined : run;
}

/** The first stretch that has to become a final chunk, of those that the window falls into by the bounds of a merge. */
function firstFinalRun<C extends MergeCandidate>(window: MergeWindow<C>): MergeRun<C> | undefined {
  for (const stretch of stretchesOf(window)) {
    for (let start = 0; start < stretch.length; ) {
      const sources = stretch.slice(start, start + countWithinBounds(stretch, start));
      const [first] = sources;
      if (sources.length > 1 || first!.level !== FINAL_LEVEL || first!.isTouched) {
        return { sources, level: FINAL_LEVEL, effort: 'best' };
      }
      start += sources.length;
    }
  }
  return undefined;
}

/**
 * The first eight chunks (or more) of the least level that has so many, with what there is of lower levels in between. What
 * comes after them is left: it is to be packed once a level as well.
 */
function firstTierRun<C extends MergeCandidate>(window: MergeWindow<C>): MergeRun<C> | undefined {
  if (window.chunks.length < FAN_OUT) return undefined;
  for (let level = 0; level < TIER_MAX; level++) {
    for (const stretch of stretchesOf(window, level)) {
      for (const [start, { level: firstLevel }] of stretch.entries()) {
        if (firstLevel !== level) continue;
        const span = stretch.slice(start, start + countWithinBounds(stretch, start));
        if (span.filter((chunk) => chunk.level === level).length < FAN_OUT) continue;
        const sources = span.slice(0, 1 + span.findLastIndex((chunk) => chunk.level === level));
        return { sources, level: level + 1, effort: 'fast' };
      }
    }
  }
  return undefined;
}

/**
 * The latest chunks, as many as a merge takes, but for those that are larger by the fan-out than all that came after:
 * restarts would pack them again and again for little.
 */
function stopRun<C extends MergeCandidate>(window: MergeWindow<C>): MergeRun<C> | undefined {
  const stretch = stretchesOf(window).at(-1) ?? [];
  let start = stretch.length;
  let samples = 0;
  let sizeBytes = 0;
  while (start > 0) {
    const before = stretch[start - 1]!;
    const isOverBound = samples + before.samples > MERGE_SAMPLES_MAX || sizeBytes + before.sizeBytes > MERGE_BYTES_MAX;
    if (start < stretch.length && (isOverBound || before.samples > FAN_OUT * samples)) break;
    samples += before.samples;
    sizeBytes += before.sizeBytes;
    start--;
  }
  const sources = stretch.slice(start);
  if (sources.length < 2) return undefined;
  const highest = Math.max(...sources.map(({ level }) => Math.min(level, TIER_MAX)));
  return { sources, level: Math.min(TIER_MAX, highest + (sources.length < FAN_OUT ? 0 : 1)), effort: 'best' };
}

/** The chunks up to a level, in stretches without another chunk or a barrier in between. */
function stretchesOf<C extends MergeCandidate>({ chunks, barriers }: MergeWindow<C>, levelMax = FINAL_LEVEL): C[][] {
  const stretches: C[][] = [];
  let stretch: C[] | undefined;
  let before = Number.NEGATIVE_INFINITY;
  for (const chunk of chunks) {
    const from = before;
    before = chunk.sequence;
    if (chunk.level > levelMax) {
      stretch = undefined;
      continue;
    }
    if (stretch === undefined || barriers.some((barrier) => barrier >= from && barrier <= chunk.sequence)) {
      stretch = [];
      stretches.push(stretch);
    }
    stretch.push(chunk);
  }
  return stretches;
}

/** How many from `start` one merge takes; at least one. */
function countWithinBounds(stretch: readonly MergeCandidate[], start: number): number {
  let samples = 0;
  let sizeBytes = 0;
  let end = start;
  while (end < stretch.length) {
    samples += stretch[end]!.samples;
    sizeBytes += stretch[end]!.sizeBytes;
    if (end > start && (samples > MERGE_SAMPLES_MAX || sizeBytes > MERGE_BYTES_MAX)) break;
    end++;
  }
  return end - start;
}

function samplesOf(chunks: readonly MergeCandidate[]): number {
  return chunks.reduce((sum, { samples }) => sum + samples, 0);
}
