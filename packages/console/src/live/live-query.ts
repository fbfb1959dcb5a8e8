// One expression kept up to date: its history on a grid of times and its value now. The history is asked for once and
// then only from a little before its end, because samples of the last seconds may still be arriving.

import { ApiError, type InstantData, queryInstant, queryRange } from '../api/prometheus.ts';
import { type Frame, frameOf, keyOf, mergeFrames, withHead } from '../chart/frame.ts';
import { onGrid } from '../chart/step.ts';

export interface LiveAnswer {
  /** Server's time of the question, unix milliseconds. */
  readonly atMs: number;
  readonly now: InstantData;
  /** The window up to now; without series when the expression has no history (a string, a range vector). */
  readonly frame: Frame;
  readonly warnings: readonly string[];
}

export interface QueryApi {
  readonly queryInstant: typeof queryInstant;
  readonly queryRange: typeof queryRange;
}

const OVERLAP_S = 15;
/** `@ start()` and `@ end()` make every point depend on the asked range, so nothing of it can be kept. */
const DEPENDS_ON_RANGE = /@\s*(start|end)\s*\(/;

export class LiveQuery {
  readonly expression: string;
  readonly #windowS: number;
  readonly #stepS: number;
  readonly #api: QueryApi;
  #history: Frame | undefined;
  #warnings: readonly string[] = [];

  constructor(expression: string, windowS: number, stepS: number, api: QueryApi = { queryInstant, queryRange }) {
    this.expression = expression;
    this.#windowS = windowS;
    this.#stepS = stepS;
    this.#api = api;
  }

  /** @throws {ApiError} */
  async refresh(nowMs: number, signal: AbortSignal): Promise<LiveAnswer> {
    const instant = await this.#api.queryInstant(this.expression, nowMs, signal);
    const now = instant.data;
    const history = hasHistory(now) ? await this.#extendHistory(nowMs / 1000, signal) : emptyFrame(this.#stepS);
    return {
      atMs: nowMs,
      now,
      frame: withHead(history, nowMs / 1000, valuesByKey(now)),
      warnings: [...new Set([...instant.warnings, ...this.#warnings])],
    };
  }

  async #extendHistory(nowS: number, signal: AbortSignal): Promise<Frame> {
    const endS = onGrid(nowS, this.#stepS);
    const windowStartS = endS - onGrid(this.#windowS, this.#stepS);
    const known = DEPENDS_ON_RANGE.test(this.expression) ? undefined : this.#history;
    const knownEndS = known?.timesS.at(-1);
    if (known !== undefined && knownEndS === endS) return known;
    const overlapS = Math.max(this.#stepS, onGrid(OVERLAP_S, this.#stepS));
    const isExtension = knownEndS !== undefined && knownEndS < endS && knownEndS > windowStartS;
    const startS = isExtension ? Math.max(windowStartS, knownEndS - overlapS) : windowStartS;
    const answer = await this.#api.queryRange(this.expression, { startS, endS, stepS: this.#stepS }, signal);
    const fresh = frameOf(answer.data, startS, endS, this.#stepS);
    this.#history = isExtension && known !== undefined ? mergeFrames(known, fresh, windowStartS) : fresh;
    this.#warnings = answer.warnings;
    return this.#history;
  }
}

/** The answer of a window that ended in the past, which no news changes. @throws {ApiError} */
export async function queryWindow(
  expression: string,
  window: { readonly startS: number; readonly endS: number; readonly stepS: number },
  signal: AbortSignal,
): Promise<LiveAnswer> {
  const endS = onGrid(window.endS, window.stepS);
  const startS = onGrid(window.startS, window.stepS);
  if (endS < startS) throw new ApiError('bad_data', 'The end of the range lies before its start. Choose a later end.');
  const instant = await queryInstant(expression, window.endS * 1000, signal);
  const base = { atMs: window.endS * 1000, now: instant.data };
  if (!hasHistory(instant.data)) return { ...base, frame: emptyFrame(window.stepS), warnings: instant.warnings };
  const answer = await queryRange(expression, { startS, endS, stepS: window.stepS }, signal);
  const warnings = [...new Set([...instant.warnings, ...answer.warnings])];
  return { ...base, frame: frameOf(answer.data, startS, endS, window.stepS), warnings };
}

function hasHistory(data: InstantData): boolean {
  return data.type === 'vector' || data.type === 'scalar';
}

function emptyFrame(stepS: number): Frame {
  return { timesS: [], stepS, series: [] };
}

function valuesByKey(data: InstantData): Map<string, number> {
  if (data.type === 'scalar') return new Map([[keyOf({}), data.value]]);
  if (data.type !== 'vector') return new Map();
  return new Map(data.series.map(({ labels, value }) => [keyOf(labels), value]));
}
