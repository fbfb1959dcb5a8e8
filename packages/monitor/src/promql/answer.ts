// What a query is answered with: the series of its plan, shaped as an instant vector or a matrix, in the order of their labels
// unless the language gives them one. Names that were marked to go (delayed name removal) go here.

import { compareLabels } from '../model/label-order.ts';
import { type Labels, labelsKey } from '../model/labels.ts';
import type { QueryBudget } from './evaluate/budget.ts';
import { equalLabelsError, mergeEqual } from './evaluate/distinct.ts';
import type { Evaluator } from './evaluate/evaluator.ts';
import type { QueryNotes } from './evaluate/notes.ts';
import {
  FLOAT,
  type Grid,
  HISTOGRAM,
  NO_LABELS,
  type SeriesStream,
  type StepSeries,
  timeAt,
  withoutName,
} from './evaluate/series.ts';
import { sortInSlices } from './evaluate/sort.ts';
import type { HistogramColumns } from './evaluate/window/window-function.ts';
import {
  type MatrixHistograms,
  type MatrixSeries,
  QueryError,
  type QueryResult,
  type VectorSample,
} from './interface.ts';
import { isRange, isScalar, isVector, type PlanNode, type RangeNode, type VectorNode } from './plan/nodes.ts';
import { typeOf } from './plan/plan.ts';
import type { SharedNodes } from './plan/shared-nodes.ts';
import type { QueryTimings } from './query-timings.ts';

/** What a point weighs that has a time of its own: 16 bytes, where one of a column has 9. */
const POINTS_WITH_TIME = 2;

export interface PreparedQuery {
  readonly plan: PlanNode;
  readonly sharedParts: SharedNodes;
  readonly notes: QueryNotes;
  readonly budget: QueryBudget;
  readonly evaluator: Evaluator;
  readonly timings: QueryTimings;
}

/** @throws {QueryError} */
export async function answerInstant(prepared: PreparedQuery, timeMs: number): Promise<QueryResult> {
  const { plan, evaluator } = prepared;
  const grid: Grid = { startMs: timeMs, stepMs: 1, count: 1 };
  if (isScalar(plan)) {
    const [value] = await evaluator.scalar(plan, grid);
    return { type: 'scalar', timeMs, value: value!, ...notesOf(prepared) };
  }
  if (plan.kind === 'string') return { type: 'string', timeMs, value: plan.value, ...notesOf(prepared) };
  if (isRange(plan)) {
    const series = await collectSamples(prepared, plan, timeMs);
    return { type: 'matrix', series, ...notesOf(prepared) };
  }
  const collected = await collect(prepared, plan, grid, toVectorSample);
  if (isOrdered(plan)) refuseEqualOf(collected);
  const samples = isOrdered(plan) ? collected : await sortedByLabels(collected, prepared);
  return { type: 'vector', timeMs, samples, ...notesOf(prepared) };
}

/** @throws {QueryError} */
export async function answerRange(prepared: PreparedQuery, grid: Grid): Promise<QueryResult> {
  const { plan, evaluator, budget } = prepared;
  if (isScalar(plan)) {
    const values = await evaluator.scalar(plan, grid);
    const present = new Uint8Array(grid.count).fill(FLOAT);
    const series = [toMatrixSeries({ labels: NO_LABELS, values, present }, grid, timesOf(grid))];
    return { type: 'matrix', series, ...notesOf(prepared) };
  }
  if (!isVector(plan)) {
    throw new QueryError(
      'bad_data',
      `invalid expression type "${typeOf(plan)}" for range query, must be Scalar or instant Vector`,
      { line: 1, column: 1 },
    );
  }
  const allTimesMs = timesOf(grid);
  const collected = await collect(prepared, plan, grid, (one) => {
    const shaped = toMatrixSeries(one, grid, allTimesMs);
    // Of a series with gaps its column of steps was counted.
    if (shaped.timestampsMs !== allTimesMs) {
      budget.hold(0, Math.max(0, POINTS_WITH_TIME * shaped.values.length - grid.count));
    }
    return shaped;
  });
  const series = await sortedByLabels(collected, prepared);
  return { type: 'matrix', series, ...notesOf(prepared) };
}

async function collect<T extends { readonly labels: Labels }>(
  { evaluator, budget }: PreparedQuery,
  plan: VectorNode,
  grid: Grid,
  shape: (series: StepSeries) => T,
): Promise<T[]> {
  const collected: T[] = [];
  // In an order that means something every series keeps its place; whether any are equal is asked of the whole.
  const isToStay = grid.count === 1 && isOrdered(plan);
  const dropping: StepSeries[] = [];
  for await (const series of evaluator.vector(plan, grid)) {
    budget.hold(1, grid.count);
    if (series.histograms !== undefined) budget.holdHistograms(histogramsIn(series));
    if (series.dropsName !== true) collected.push(shape(series));
    else if (isToStay) collected.push(shape({ ...series, labels: withoutName(series.labels) }));
    else dropping.push(series);
    if (budget.isDue()) await budget.pause();
  }
  if (dropping.length > 0) {
    // What is equal without its name is one series where it never meets itself.
    for await (const series of mergeEqual(nameless(dropping), budget)) {
      budget.hold(1, grid.count);
      collected.push(shape(series));
    }
    budget.release(dropping.length, dropping.length * grid.count);
  }
  budget.check();
  return collected;
}

async function* nameless(series: readonly StepSeries[]): SeriesStream {
  for (const { dropsName: _, ...one } of series) yield { ...one, labels: withoutName(one.labels) };
}

/** Whether the order of the series of an instant vector means something. */
function isOrdered(plan: VectorNode): boolean {
  if (plan.kind === 'unchanged-vector') return isOrdered(plan.operand);
  if (plan.kind === 'aggregate') return plan.method.kind === 'extremes';
  return plan.kind === 'over-vector' && plan.body.orders === true;
}

async function collectSamples(prepared: PreparedQuery, plan: RangeNode, timeMs: number): Promise<MatrixSeries[]> {
  const { evaluator, budget } = prepared;
  const collected: MatrixSeries[] = [];
  for await (const series of evaluator.samples(plan, timeMs)) {
    const { timestampsMs, values, histograms } = series;
    const labels = series.dropsName === true ? withoutName(series.labels) : series.labels;
    const histogramCount = histograms?.histograms.length ?? 0;
    budget.hold(1, POINTS_WITH_TIME * (values.length + histogramCount));
    budget.holdHistograms(histogramCount);
    if (budget.isDue()) await budget.pause();
    collected.push({
      labels,
      timestampsMs,
      values,
      ...(histograms === undefined ? {} : { histograms: toMatrixHistograms(histograms) }),
    });
  }
  budget.check();
  return sortedByLabels(collected, prepared);
}

function histogramsIn({ present }: StepSeries): number {
  let count = 0;
  for (const kind of present) if (kind === HISTOGRAM) count++;
  return count;
}

function toMatrixHistograms({ timestampsMs, histograms }: HistogramColumns): MatrixHistograms {
  return { timestampsMs, histograms: histograms.map((histogram) => histogram.toNative()) };
}

/** @throws {QueryError} execution, when there are equal ones. */
async function sortedByLabels<T extends { readonly labels: Labels }>(
  series: readonly T[],
  { budget, timings }: PreparedQuery,
): Promise<T[]> {
  const sorted = await timings.sorting(() => sortInSlices(series, (a, b) => compareLabels(a.labels, b.labels), budget));
  for (let index = 1; index < sorted.length; index++) {
    if (compareLabels(sorted[index - 1]!.labels, sorted[index]!.labels) === 0) throw equalLabelsError();
  }
  return sorted;
}

/** The same of those that are in an order of their own. */
function refuseEqualOf(series: readonly { readonly labels: Labels }[]): void {
  const keys = new Set(series.map(({ labels }) => labelsKey(labels)));
  if (keys.size < series.length) throw equalLabelsError();
}

function toVectorSample({ labels, values, present, histograms }: StepSeries): VectorSample {
  const sample = { labels, value: values[0]! };
  return present[0] === HISTOGRAM ? { ...sample, histogram: histograms![0]!.toNative() } : sample;
}

function timesOf(grid: Grid): Float64Array {
  return Float64Array.from({ length: grid.count }, (_, step) => timeAt(grid, step));
}

/** Leaves out the steps where the series is absent. One that has them all shares its times with the others that do. */
function toMatrixSeries(series: StepSeries, grid: Grid, allTimesMs: Float64Array): MatrixSeries {
  const { labels, values, present } = series;
  let count = 0;
  let histogramCount = 0;
  for (const kind of present) {
    if (kind === FLOAT) count++;
    else if (kind === HISTOGRAM) histogramCount++;
  }
  if (count === grid.count) return { labels, timestampsMs: allTimesMs, values: values.slice() };
  const timestampsMs = new Float64Array(count);
  const kept = new Float64Array(count);
  let to = 0;
  for (let step = 0; step < grid.count; step++) {
    if (present[step] !== FLOAT) continue;
    timestampsMs[to] = timeAt(grid, step);
    kept[to++] = values[step]!;
  }
  const floats = { labels, timestampsMs, values: kept };
  return histogramCount === 0 ? floats : { ...floats, histograms: histogramsAt(series, grid, histogramCount) };
}

function histogramsAt({ present, histograms }: StepSeries, grid: Grid, count: number): MatrixHistograms {
  const timestampsMs = new Float64Array(count);
  const found: MatrixHistograms['histograms'][number][] = [];
  for (let step = 0; step < grid.count; step++) {
    if (present[step] !== HISTOGRAM) continue;
    timestampsMs[found.length] = timeAt(grid, step);
    found.push(histograms![step]!.toNative());
  }
  return { timestampsMs, histograms: found };
}

function notesOf({ notes }: PreparedQuery): Pick<QueryResult, 'warnings' | 'infos'> {
  return { warnings: notes.warnings(), infos: notes.infos() };
}
