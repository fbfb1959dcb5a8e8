// One expression kept up to date: its history on a grid of times and its value now. The history is asked for once and
// then only from a little before its end, because samples of the last seconds may still be arriving. Of a series that is
// not reported any more the last sample itself is asked for: the grid of a long window is minutes wide.

import { ApiError, type InstantData, queryInstant, queryRange } from '../api/prometheus.ts';
import { type Frame, frameOf, keyOf, lastValue, mergeFrames, withHead } from '../chart/frame.ts';
import { onGrid } from '../chart/step.ts';

export interface LiveAnswer {
  /** Server's time of the question, unix milliseconds. */
  readonly atMs: number;
  readonly now: InstantData;
  /** The window up to now; without series when the expression has no history (a string, a range vector). */
  readonly frame: Frame;
  /** By key, for selectors alone: the last sample of each series that has history but no value now. */
  readonly ends: ReadonlyMap<string, Sample>;
  readonly warnings: readonly string[];
}

export interface Sample {
  /** Unix seconds. */
  readonly timeS: number;
  readonly value: number;
}

export interface QueryApi {
  readonly queryInstant: typeof queryInstant;
  readonly queryRange: typeof queryRange;
}

const OVERLAP_S = 15;
/** `@ start()` and `@ end()` make every point depend on the asked range, so nothing of it can be kept. */
/** Of these alone the samples themselves can be asked for. */
const SELECTOR = /^[a-zA-Z0-9_:]*\{[^{}]*\}$/;
/** Series may have ended at so many different times, the latest ones; of others the value on the grid must do. */
const ENDS_MAX = 8;
const NO_ENDS: ReadonlyMap<string, Sample> = new Map();
const DEPENDS_ON_RANGE = /@\s*(start|end)\s*\(/;

export class LiveQuery {
  readonly expression: string;
  readonly #windowS: number;
  readonly #stepS: number;
  readonly #api: QueryApi;
  #history: Frame | undefined;
  #warnings: readonly string[] = [];
  /** By the last time on the grid at which the series had a value. */
  #ends = new Map<number, ReadonlyMap<string, Sample>>();

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
    const frame = withHead(history, nowMs / 1000, valuesByKey(now));
    return {
      atMs: nowMs,
      now,
      frame,
      ends: SELECTOR.test(this.expression) ? await this.#findEnds(frame, nowMs / 1000, signal) : NO_ENDS,
      warnings: [...new Set([...instant.warnings, ...this.#warnings])],
    };
  }

  async #findEnds(frame: Frame, nowS: number, signal: AbortSignal): Promise<ReadonlyMap<string, Sample>> {
    const lastS = new Set<number>();
    for (const series of frame.series) {
      const last = series.values.at(-1) === null ? lastValue(frame, series) : undefined;
      if (last !== undefined) lastS.add(last.timeS);
    }
    const known = this.#ends;
    this.#ends = new Map();
    const ends = new Map<string, Sample>();
    for (const timeS of [...lastS].sort((a, b) => b - a).slice(0, ENDS_MAX)) {
      const untilS = Math.min(nowS, timeS + this.#stepS);
      const samples = known.get(timeS) ?? (await this.#lastSamples(untilS, signal));
      // A step that is not over may still bring a later sample.
      if (untilS < nowS) this.#ends.set(timeS, samples);
      for (const [key, sample] of samples) {
        if (sample.timeS > (ends.get(key)?.timeS ?? Number.NEGATIVE_INFINITY)) ends.set(key, sample);
      }
    }
    return ends;
  }

  async #lastSamples(untilS: number, signal: AbortSignal): Promise<ReadonlyMap<string, Sample>> {
    const samples = `${this.expression}[${this.#stepS * 2}s]`;
    const { data } = await this.#api.queryInstant(samples, untilS * 1000, signal);
    const byKey = new Map<string, Sample>();
    if (data.type !== 'matrix') return byKey;
    for (const { labels, points } of data.series) {
      const last = points.at(-1);
      if (last !== undefined) byKey.set(keyOf(labels), { timeS: last[0], value: last[1] });
    }
    return byKey;
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
  if (!hasHistory(instant.data)) {
    return { ...base, frame: emptyFrame(window.stepS), ends: NO_ENDS, warnings: instant.warnings };
  }
  const answer = await queryRange(expression, { startS, endS, stepS: window.stepS }, signal);
  const warnings = [...new Set([...instant.warnings, ...answer.warnings])];
  return { ...base, frame: frameOf(answer.data, startS, endS, window.stepS), ends: NO_ENDS, warnings };
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
