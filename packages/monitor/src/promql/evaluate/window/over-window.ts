// Evaluates a function over windows for every series of a range vector, each over all steps at once.

import { labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { QueryFeatures } from '../../features.ts';
import { QueryError } from '../../interface.ts';
import type { OverWindowNode } from '../../plan/nodes.ts';
import type { EvaluationContext } from '../context.ts';
import { refuseEqual } from '../distinct.ts';
import type { NotePlace } from '../notes.ts';
import { edgesOf, rangeSeries, timesOf } from '../selection.ts';
import { FLOAT, type Grid, nameless, type SeriesStream, type StepSeries } from '../series.ts';
import type { EvaluateVector } from './subquery.ts';
import type {
  MixedWindowFunction,
  OverWindow,
  RangeSeries,
  WindowFunction,
  WindowParameters,
  Windows,
  WindowTimes,
} from './window-function.ts';
import { informOfIgnoredHistograms } from './window-notes.ts';
import { oneByOne, overMixedWindows, overWindows, windowsOver } from './windows.ts';

const COUNTER_SUFFIXES = ['_total', '_sum', '_count', '_bucket'];
const COUNTER_TYPES = ['counter', 'histogram'];
const EXTENDED_FUNCTIONS = {
  anchored: 'changes, delta, increase, rate, resets',
  smoothed: 'delta, increase, rate',
};

/** `scalars`: the other arguments, one value a step. */
export function overWindowSeries(
  node: OverWindowNode,
  grid: Grid,
  scalars: () => Promise<readonly Float64Array[]>,
  context: EvaluationContext,
  evaluate: EvaluateVector,
): SeriesStream {
  const stream = results(node, grid, scalars, context, evaluate);
  const mayCollide = node.range.mixesNames && node.body.keepsName !== true && !context.features.delayedNameRemoval;
  return mayCollide ? refuseEqual(stream, context.budget) : stream;
}

async function* results(
  node: OverWindowNode,
  grid: Grid,
  scalars: () => Promise<readonly Float64Array[]>,
  context: EvaluationContext,
  evaluate: EvaluateVector,
): SeriesStream {
  const { body, range } = node;
  const extended = extendedFunction(node);
  const times = timesOf(range, grid, range.rangeMs, context);
  if (isLostToPrometheus(node)) {
    // What it computes can be refused and noted all the same.
    for await (const _ of rangeSeries(range, times, context, evaluate));
    return;
  }
  const shared = {
    rangeMs: range.rangeMs,
    times,
    scalars: await scalars(),
    notes: context.notes,
    budget: context.budget,
    noteSpan: noteSpanOf(node),
    edges: edgesOf(range),
    grid,
  };
  const counterNames = new CounterNames(context.features);
  let windows: Windows | undefined;
  for await (const series of rangeSeries(range, times, context, evaluate)) {
    const parameters = { ...shared, labels: series.labels };
    const mixed = extended ?? mixedFunctionFor(body, series);
    let result: Result | undefined;
    let hasFloats = true;
    if (mixed === undefined) {
      const opening = windowsOver(series.timestampsMs, times, body.minimumSamples, context.budget, windows);
      windows = opening instanceof Promise ? await opening : opening;
      if (!windows.isAnyPresent) continue;
      const values = new Float64Array(grid.count);
      const preparing = body.window!(series, parameters, windows);
      const kernel = preparing instanceof Promise ? await preparing : preparing;
      const computing = overWindows(windows, kernel, values, context.budget);
      if (computing !== undefined) await computing;
      result = { values, present: windows.present };
    } else {
      result = await mixedResult(mixed, series, times, parameters, context);
      if (result === undefined) continue;
      hasFloats = result.present.includes(FLOAT);
    }
    if (body.expectsCounter === true && hasFloats) counterNames.note(parameters);
    const keepsName = body.keepsName === true && series.dropsName !== true;
    const { labels, dropsName } = keepsName ? { labels: series.labels } : nameless(series, context.features);
    const { values, present, histograms } = result;
    const computed: StepSeries = histograms === undefined ? { labels, values, present } : { labels, ...result };
    yield dropsName === true ? { ...computed, dropsName } : computed;
  }
}

type Result = Pick<StepSeries, 'values' | 'present' | 'histograms'>;

async function mixedResult(
  window: MixedWindowFunction,
  series: RangeSeries,
  times: WindowTimes,
  parameters: WindowParameters,
  { budget }: EvaluationContext,
): Promise<Result | undefined> {
  const { count } = parameters.grid;
  const out = { values: new Float64Array(count), present: new Uint8Array(count), histograms: [] };
  const kernel = await window(series, parameters);
  if (!(await overMixedWindows(series, times, kernel, out, budget))) return undefined;
  const { values, present } = out;
  return out.histograms.length === 0 ? { values, present } : out;
}

/** @throws {QueryError} execution, when the function cannot have the edges that its range is written with. */
function extendedFunction({ body, range, name }: OverWindowNode): MixedWindowFunction | undefined {
  const edges = edgesOf(range);
  if (edges === 'plain') return undefined;
  const extended = body.extended?.[edges];
  if (extended !== undefined) return extended;
  const functions = EXTENDED_FUNCTIONS[edges];
  throw new QueryError('execution', `${edges} modifier can only be used with: ${functions} - not with ${name}`);
}

/** Undefined: the windows are of floats alone. */
function mixedFunctionFor(body: OverWindow, { histograms }: RangeSeries): MixedWindowFunction | undefined {
  if (body.window === undefined) return body.mixed;
  if (histograms === undefined) return undefined;
  return body.mixed ?? withoutHistograms(body.window, body.minimumSamples);
}

/** Leaves histograms out, with an info for windows that have floats too. */
function withoutHistograms(window: WindowFunction, minimumSamples: number): MixedWindowFunction {
  return async (series, parameters) => {
    const floatsAt = await oneByOne(window, series, parameters, minimumSamples);
    return ({ from, to, histogramFrom, histogramTo, step }) => {
      if (from < to && histogramFrom < histogramTo) informOfIgnoredHistograms(parameters);
      return to - from < minimumSamples ? undefined : floatsAt(step);
    };
  };
}

/** A subquery with `@` has no result in Prometheus where the function still depends on the step. */
function isLostToPrometheus({ range, stepInvariant }: OverWindowNode): boolean {
  return range.kind === 'subquery' && range.at !== undefined && !stepInvariant;
}

/** The first argument. What Prometheus makes of a subquery has lost its place. */
function noteSpanOf({ range, scalars, span }: OverWindowNode): NotePlace {
  const [scalar] = scalars;
  if (scalar !== undefined && scalar.span.from < range.span.from) return scalar.span;
  return range.kind === 'subquery' ? { ...span, isLost: true } : range.span;
}

/** Tells, once a name, which metrics do not look like counters. */
class CounterNames {
  readonly #features: QueryFeatures;
  /** Series of one name follow each other. */
  #latest = '';

  constructor(features: QueryFeatures) {
    this.#features = features;
  }

  note({ labels, noteSpan, notes }: WindowParameters): void {
    const name = labelValue(labels, METRIC_NAME);
    if (name === '') return;
    if (this.#features.typeAndUnitLabels) {
      const type = labelValue(labels, '__type__');
      if (COUNTER_TYPES.includes(type)) return;
      notes.inform(
        noteSpan,
        `metric might not be a counter, __type__ label is not set to "counter" or "histogram", got ${JSON.stringify(type)}: ${JSON.stringify(name)}`,
      );
      return;
    }
    if (name === this.#latest) return;
    this.#latest = name;
    if (COUNTER_SUFFIXES.some((suffix) => name.endsWith(suffix))) return;
    notes.inform(
      noteSpan,
      `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
    );
  }
}
