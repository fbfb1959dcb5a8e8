// Adding up exponential histograms of delta temporality: brought to the coarser of the two scales, to the wider zero bucket,
// and to a resolution at which the buckets stay within their bound.
// Source: opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram

import type { DataPoint, ExponentialSide } from '../data-point.ts';

interface Side {
  readonly offset: number;
  readonly counts: readonly number[];
}

export interface ExponentialState {
  readonly scale: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: Side;
  readonly negative: Side;
}

export function exponentialStateOf(point: DataPoint): ExponentialState {
  return {
    scale: point.scale,
    zeroThreshold: point.zeroThreshold,
    zeroCount: point.zeroCount,
    positive: { offset: point.positive.offset, counts: [...point.positive.counts.view()] },
    negative: { offset: point.negative.offset, counts: [...point.negative.counts.view()] },
  };
}

export function writeExponentialState(state: ExponentialState, point: DataPoint): void {
  point.scale = state.scale;
  point.zeroThreshold = state.zeroThreshold;
  point.zeroCount = state.zeroCount;
  writeSide(state.positive, point.positive);
  writeSide(state.negative, point.negative);
}

export function addExponential(a: ExponentialState, b: ExponentialState, bucketsMax: number): ExponentialState {
  const coarser = Math.min(a.scale, b.scale);
  const [one, other] = [atScale(a, coarser), atScale(b, coarser)];
  const scale = Math.min(
    scaleWithin(bucketsMax, coarser, one.positive, other.positive),
    scaleWithin(bucketsMax, coarser, one.negative, other.negative),
  );
  const zeroThreshold = Math.max(a.zeroThreshold, b.zeroThreshold);
  const [left, right] = [one, other].map((each) => withZero(atScale(each, scale), zeroThreshold)) as [
    ExponentialState,
    ExponentialState,
  ];
  return {
    scale,
    zeroThreshold: Math.max(left.zeroThreshold, right.zeroThreshold),
    zeroCount: left.zeroCount + right.zeroCount,
    positive: sumOf(left.positive, right.positive),
    negative: sumOf(left.negative, right.negative),
  };
}

function writeSide(side: Side, into: ExponentialSide): void {
  into.clear();
  into.offset = side.offset;
  for (const count of side.counts) into.counts.push(count);
}

function atScale(state: ExponentialState, scale: number): ExponentialState {
  const steps = state.scale - scale;
  if (steps === 0) return state;
  return { ...state, scale, positive: stepDown(state.positive, steps), negative: stepDown(state.negative, steps) };
}

function stepDown({ offset, counts }: Side, steps: number): Side {
  // From 32 bits on nothing but the sign is left of an index.
  const factor = 2 ** Math.min(steps, 32);
  const first = Math.floor(offset / factor);
  if (counts.length === 0) return { offset: first, counts };
  const length = Math.floor((offset + counts.length - 1) / factor) - first + 1;
  const merged = Array.from({ length }, () => 0);
  for (const [at, count] of counts.entries()) merged[Math.floor((offset + at) / factor) - first]! += count;
  return { offset: first, counts: merged };
}

/** The scale at which both together have at most so many buckets; halved as the collector's own processor does it. */
function scaleWithin(bucketsMax: number, from: number, a: Side, b: Side): number {
  let [low, high] = rangeOf(a, b);
  let scale = from;
  while (high - low > bucketsMax) {
    low = Math.trunc(low / 2);
    high = Math.trunc(high / 2);
    scale--;
  }
  return scale;
}

/** From the first index that either counts at to behind the last. */
function rangeOf(a: Side, b: Side): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const { offset, counts } of [a, b]) {
    const first = counts.findIndex((count) => count !== 0);
    if (first < 0) continue;
    low = Math.min(low, offset + first);
    high = Math.max(high, offset + counts.findLastIndex((count) => count !== 0) + 1);
  }
  return low > high ? [0, 0] : [low, high];
}

/** With all buckets that reach into the zero bucket in it. */
function withZero(state: ExponentialState, threshold: number): ExponentialState {
  if (!(state.zeroThreshold < threshold)) return state;
  const factor = 2 ** state.scale;
  // The bucket that the threshold falls into; its upper end belongs to it.
  const last = Math.ceil(Math.log2(threshold) * factor) - 1;
  const [positive, inPositive] = withoutUpTo(state.positive, last);
  const [negative, inNegative] = withoutUpTo(state.negative, last);
  return {
    ...state,
    zeroThreshold: 2 ** ((last + 1) / factor),
    zeroCount: state.zeroCount + inPositive + inNegative,
    positive,
    negative,
  };
}

function withoutUpTo({ offset, counts }: Side, last: number): [side: Side, taken: number] {
  const taken = Math.min(Math.max(last + 1 - offset, 0), counts.length);
  return [
    { offset: offset + taken, counts: counts.slice(taken) },
    counts.slice(0, taken).reduce((sum, count) => sum + count, 0),
  ];
}

function sumOf(a: Side, b: Side): Side {
  const [low, high] = rangeOf(a, b);
  const counts = Array.from({ length: high - low }, () => 0);
  for (const { offset, counts: added } of [a, b]) {
    for (const [at, count] of added.entries()) if (count !== 0) counts[offset + at - low]! += count;
  }
  return { offset: low, counts };
}
