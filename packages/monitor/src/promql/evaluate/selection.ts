// What selectors give: at each step the latest sample of a series (instant vectors), or its samples of a stretch of time
// (range vectors). Every selector is read once for the whole time that it needs.

import type { Labels } from '../../model/labels.ts';
import type { HistogramSample, SeriesSamples } from '../../storage/interface.ts';
import { QueryError } from '../interface.ts';
import type { Edges } from '../parse/syntax-tree.ts';
import type { RangeNode, SelectorNode, SelectorPart, TimePart } from '../plan/nodes.ts';
import type { QueryBudget } from './budget.ts';
import type { EvaluationContext } from './context.ts';
import { type Grid, nameless, type SeriesStream, type StepSeries, TYPE_LABEL, timeAt, UNIT_LABEL } from './series.ts';
import { columnsOfStatistics, samplesOfStatistics } from './statistics-alone.ts';
import { StoredSeries } from './stored-series.ts';
import type { TracedRead } from './trace.ts';
import { withEdges } from './window/edges.ts';
import { latestAtSteps, latestTimesAtSteps } from './window/latest-samples.ts';
import { smoothedAtSteps } from './window/smoothed-samples.ts';
import { type EvaluateVector, subquerySeries } from './window/subquery.ts';
import { histogramColumns, withoutStaleMarkers } from './window/usable-samples.ts';
import type { RangeSeries, WindowTimes } from './window/window-function.ts';

/** What a bucket of a histogram counts among the samples read, as Prometheus counts: 16 bytes are one sample. */
const SAMPLES_A_BUCKET = 0.5;
const SAMPLES_A_HISTOGRAM = 10;

/** A selector or subquery with `@` sees the same moment at every step. */
export function timesOf(part: TimePart, grid: Grid, rangeMs: number, context: EvaluationContext): WindowTimes {
  const { at, offsetMs } = part;
  const times = { grid: gridAt(at, grid, context), offsetMs, rangeMs };
  switch ('edges' in part ? part.edges : 'plain') {
    case 'anchored':
      return { ...times, behindMs: context.lookbackMs };
    case 'smoothed':
      return { ...times, behindMs: context.lookbackMs, aheadMs: context.lookbackMs };
    default:
      return times;
  }
}

function gridAt(at: TimePart['at'], grid: Grid, context: EvaluationContext): Grid {
  if (at === undefined) return grid;
  const startMs = at === 'start' ? context.startMs : at === 'end' ? context.endMs : at;
  return { ...grid, startMs, stepMs: 0 };
}

export function edgesOf(node: RangeNode): Edges {
  return node.kind === 'subquery' ? 'plain' : node.edges;
}

export function instantSeries(node: SelectorNode, grid: Grid, context: EvaluationContext): SeriesStream {
  const times = instantTimes(node, grid, context);
  return select<StepSeries>(node, times, context, (read) => {
    const series = node.readsBuckets ? read : withStatisticsAlone(read);
    const { labels } = series;
    const finding =
      node.edges === 'smoothed'
        ? smoothedAtSteps(series, times, { labels, notes: context.notes, noteSpan: node.span }, context.budget)
        : latestAtSteps(series, times, context.budget);
    const found = (result: Awaited<typeof finding>) => (result === undefined ? undefined : { labels, ...result });
    return finding instanceof Promise ? finding.then(found) : found(finding);
  });
}

/** The times of the samples that an instant selector sees, in seconds. */
export function instantTimeSeries(node: SelectorNode, grid: Grid, context: EvaluationContext): SeriesStream {
  const times = { grid: gridAt(node.at, grid, context), offsetMs: node.offsetMs, rangeMs: context.lookbackMs };
  return select<StepSeries>(node, times, context, async (series) => {
    const result = await latestTimesAtSteps(series, times, context.budget);
    return result === undefined ? undefined : { ...nameless(series, context.features), ...result };
  });
}

/** `smoothed` looks ahead as far as back; `anchored` has no meaning for a moment. */
function instantTimes(node: SelectorNode, grid: Grid, context: EvaluationContext): WindowTimes {
  const times = { grid: gridAt(node.at, grid, context), offsetMs: node.offsetMs, rangeMs: context.lookbackMs };
  return node.edges === 'smoothed' ? { ...times, aheadMs: context.lookbackMs } : times;
}

/** Every series with a sample in any of the windows, without stale markers. Its columns hold until the next one is asked for. */
export function rangeSeries(
  node: RangeNode,
  times: WindowTimes,
  context: EvaluationContext,
  evaluate: EvaluateVector,
): AsyncIterable<RangeSeries> {
  if (node.kind === 'subquery') return subquerySeries(node, times, context, evaluate);
  return select(node, times, context, (series) => usableSamples(series, node, context.budget));
}

/** The samples of a range vector at one moment. */
export async function* samplesAt(
  node: RangeNode,
  timeMs: number,
  context: EvaluationContext,
  evaluate: EvaluateVector,
): AsyncGenerator<RangeSeries> {
  const grid: Grid = { startMs: timeMs, stepMs: 1, count: 1 };
  const times = timesOf(node, grid, node.rangeMs, context);
  const edges = edgesOf(node);
  const endMs = times.grid.startMs - times.offsetMs;
  for await (const series of rangeSeries(node, times, context, evaluate)) {
    if (edges === 'plain')
      yield { ...series, timestampsMs: series.timestampsMs.slice(), values: series.values.slice() };
    else if (series.histograms !== undefined) {
      throw new QueryError('execution', `${edges} modifier is not supported with histograms`);
    } else {
      const columns = withEdges(series, endMs - times.rangeMs, endMs, edges);
      if (columns.values.length > 0) yield { ...series, ...columns };
    }
  }
}

function withStatisticsAlone(series: SeriesSamples): SeriesSamples {
  const { histograms } = series;
  return histograms === undefined ? series : { ...series, histograms: samplesOfStatistics(histograms) };
}

/** Of a series with histograms it comes later. */
function usableSamples(
  series: SeriesSamples,
  node: SelectorPart,
  budget: QueryBudget,
): RangeSeries | undefined | Promise<RangeSeries | undefined> {
  return series.histograms === undefined ? usableFloats(series) : usableMixed(series, series.histograms, node, budget);
}

async function usableMixed(
  series: SeriesSamples,
  samples: readonly HistogramSample[],
  { readsBuckets }: SelectorPart,
  budget: QueryBudget,
): Promise<RangeSeries | undefined> {
  const histograms = await histogramColumns(samples, budget);
  if (histograms === undefined) return usableFloats(series);
  return {
    labels: series.labels,
    ...withoutStaleMarkers(series),
    histograms: readsBuckets ? histograms : columnsOfStatistics(histograms),
  };
}

function usableFloats(series: SeriesSamples): RangeSeries | undefined {
  const columns = withoutStaleMarkers(series);
  const { labels } = series;
  return columns.values.length > 0 ? { labels, timestampsMs: columns.timestampsMs, values: columns.values } : undefined;
}

/**
 * The plan takes it that no series has labels of type or unit, which go with the name and so can make series equal. Where one has,
 * the query is to be planned anew.
 */
export class TypeLabelsMet extends Error {
  constructor() {
    super('series have labels of their type or unit');
    this.name = 'TypeLabelsMet';
  }
}

/** Labels are in the order of their names. */
function tellsItsType(labels: Labels): boolean {
  for (const { name } of labels) {
    if (name > UNIT_LABEL) return false;
    if (name === TYPE_LABEL || name === UNIT_LABEL) return true;
  }
  return false;
}

/** What `itemOf` makes of each series, but undefined. */
function select<Item extends object>(
  node: SelectorPart,
  { grid, offsetMs, rangeMs, behindMs = 0, aheadMs = 0 }: WindowTimes,
  { queryable, budget, notes, trace, mixesTypes }: EvaluationContext,
  itemOf: (series: SeriesSamples) => Item | undefined | Promise<Item | undefined>,
): AsyncIterable<Item> {
  const { matchers } = node;
  const warn = (message: string) => notes.warnOfLoss(message);
  const isAbandoned = () => budget.isOver();
  const minTimeMs = grid.startMs - offsetMs - rangeMs - behindMs + 1;
  const maxTimeMs = timeAt(grid, grid.count - 1) - offsetMs + aheadMs;
  let read: TracedRead | undefined;
  const begin = () => {
    if (maxTimeMs < minTimeMs) return undefined;
    read = trace?.read(node, minTimeMs, maxTimeMs);
    return queryable.select({
      matchers,
      minTimeMs,
      maxTimeMs,
      warn,
      isAbandoned,
      sharesTimes: true,
      reusesValues: true,
    });
  };
  const counted = (series: SeriesSamples) => {
    if (!mixesTypes && tellsItsType(series.labels)) throw new TypeLabelsMet();
    const samples = series.values.length + samplesOfHistograms(series);
    budget.addSamples(samples);
    if (read !== undefined) {
      read.series++;
      read.samples += samples;
    }
    return itemOf(series);
  };
  return new StoredSeries(begin, counted, budget);
}

function samplesOfHistograms({ histograms = [] }: SeriesSamples): number {
  let samples = 0;
  for (const { histogram } of histograms) {
    const buckets = histogram.positiveCounts.length + histogram.negativeCounts.length;
    samples += SAMPLES_A_HISTOGRAM + Math.ceil(buckets * SAMPLES_A_BUCKET);
  }
  return samples;
}
