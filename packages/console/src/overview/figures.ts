// From the answers of queries to the figures of one target: which series are its own, what each is worth now, and what
// was last known of it when it is not reported any more.

import type { WireTarget } from '../../../monitor/src/server/wire.ts';
import { cutBefore, type FrameSeries, lastValue } from '../chart/frame.ts';
import type { LiveAnswer, Sample } from '../live/live-query.ts';

export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly timesS: readonly number[];
  readonly values: readonly (number | null)[];
  readonly reading: Reading;
}

interface Reading {
  readonly value: number;
  /** Unix seconds at which the value was known. */
  readonly timeS: number;
  /** False when the series is not reported any more and the value is history. */
  readonly isCurrent: boolean;
}

export type Answers = ReadonlyMap<string, LiveAnswer>;

/** The lines of a target in an answer, in the order of their labels; `name` chooses one metric where the answer has several. */
export function linesOf(answer: LiveAnswer | undefined, target: WireTarget, name?: string): Line[] {
  if (answer === undefined) return [];
  const lines: Line[] = [];
  for (const series of answer.frame.series) {
    if (!isOf(series.labels, target) || (name !== undefined && series.labels['__name__'] !== name)) continue;
    const reading = readingOf(answer, series);
    if (reading !== undefined) {
      lines.push({ labels: series.labels, timesS: answer.frame.timesS, values: series.values, reading });
    }
  }
  return lines.sort((a, b) => compareNaturally(JSON.stringify(a.labels), JSON.stringify(b.labels)));
}

/** The answers, all cut to begin where the first of them has a value, so that a young history fills its charts. */
export function withoutEmptyStart(answers: Answers, spanMinS: number): Answers {
  let firstS = Number.POSITIVE_INFINITY;
  for (const { frame } of answers.values()) {
    for (const series of frame.series) {
      const index = series.values.findIndex((value) => value !== null);
      firstS = Math.min(firstS, frame.timesS[index] ?? firstS);
    }
  }
  const cut = new Map<string, LiveAnswer>();
  for (const [expression, answer] of answers) {
    const latestStartS = (answer.frame.timesS.at(-1) ?? firstS) - spanMinS;
    cut.set(expression, { ...answer, frame: cutBefore(answer.frame, Math.min(firstS, latestStartS)) });
  }
  return cut;
}

/** Unix seconds at which the answers begin. */
export function firstTimeOf(answers: Answers): number | undefined {
  for (const { frame } of answers.values()) if (frame.timesS[0] !== undefined) return frame.timesS[0];
  return undefined;
}

/** Whether the series carries the `job` and `instance` of the target. */
function isOf(labels: Readonly<Record<string, string>>, target: WireTarget): boolean {
  const { job, instance } = target.labels;
  return instance !== undefined && labels['instance'] === instance && labels['job'] === job;
}

/** The matchers that select one target in an expression: `{job="…",instance="…"}`. */
export function selectorOf(target: WireTarget): string {
  const { job, instance } = target.labels;
  const parts: string[] = [];
  if (job !== undefined) parts.push(`job=${JSON.stringify(job)}`);
  if (instance !== undefined) parts.push(`instance=${JSON.stringify(instance)}`);
  return `{${parts.join(',')}}`;
}

/** What people call the target: the name of its node, else its instance, else its address. */
export function nameOf(target: WireTarget): string {
  return target.labels['node'] ?? target.labels['instance'] ?? target.address;
}

/** Sum over lines at each time, where at least one is known. */
export function sumOf(lines: readonly Line[]): Line | undefined {
  const [first] = lines;
  if (first === undefined || lines.length === 1) return first;
  const values = first.values.map((_, index) => {
    let sum: number | null = null;
    for (const line of lines) {
      const value = line.values[index];
      if (value !== null && value !== undefined) sum = (sum ?? 0) + value;
    }
    return sum;
  });
  const current = lines.filter((line) => line.reading.isCurrent);
  const counted = current.length > 0 ? current : lines;
  const value = counted.reduce((sum, line) => sum + line.reading.value, 0);
  return { labels: {}, timesS: first.timesS, values, reading: { ...(counted[0] ?? first).reading, value } };
}

export function compareNaturally(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

/** The value at the time of the question is the last of the frame's; an earlier one is history. */
function readingOf(answer: LiveAnswer, series: FrameSeries): Reading | undefined {
  const last = lastValue(answer.frame, series);
  if (last === undefined) return undefined;
  const isCurrent = series.values.at(-1) !== null;
  const { value, timeS } = isCurrent ? last : laterOf(last, answer.ends.get(series.key));
  return { value, timeS, isCurrent };
}

function laterOf(onGrid: Sample, end: Sample | undefined): Sample {
  return end !== undefined && end.timeS > onGrid.timeS && Number.isFinite(end.value) ? end : onGrid;
}
