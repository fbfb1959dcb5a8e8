// What both sides are asked: a query at a moment or over a grid, with the lookback that both are told.

import type { Dice } from './dice.ts';

export type Times =
  | { readonly timeMs: number }
  | { readonly startMs: number; readonly endMs: number; readonly stepMs: number };

export type Question = Times & {
  readonly expression: string;
  /** Default: five minutes. */
  readonly lookbackMs?: number;
};

export function isRangeQuestion(question: Question): question is Question & Extract<Times, { startMs: number }> {
  return 'startMs' in question;
}

/** Grids and moments on whole intervals, where samples lie exactly on the edges of windows, and beside them. */
export function someTimes(dice: Dice, span: { readonly startMs: number; readonly durationMs: number }): Times {
  const offMs = dice.pick([0, 0, 0, 237, 1000]);
  const at = (fraction: number) => span.startMs + Math.floor((span.durationMs * fraction) / 5000) * 5000 + offMs;
  if (dice.chance(0.3)) return { timeMs: at(0.1 + dice.fraction()) };
  const [startMs, endMs, stepMs] = dice.pick([
    [at(0) - 15_000, at(1) + 60_000, 30_000],
    [at(0.3), at(0.45), 5000],
    [at(0.5), at(0.52), 1000],
    [at(0.2), at(0.9), 60_000],
    [at(0.1), at(0.8), 17_000],
    [at(0.4), at(0.4), 15_000],
    [at(0.05), at(0.6), 12_345],
    [at(0.9), at(1) + 320_000, 25_000],
  ] as const);
  return { startMs, endMs, stepMs };
}

export function describe(question: Question): string {
  const times = isRangeQuestion(question)
    ? `from ${question.startMs} to ${question.endMs} each ${question.stepMs}`
    : `at ${question.timeMs}`;
  const lookback = question.lookbackMs === undefined ? '' : ` looking back ${question.lookbackMs}`;
  return `${question.expression} ${times}${lookback}`;
}
