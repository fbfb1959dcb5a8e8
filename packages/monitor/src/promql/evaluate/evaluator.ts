// Evaluates a plan over a grid of steps. Vectors flow as streams of series, each computed over all steps at once from
// the columns that the store hands out; every selector is read once for the whole range that it needs. What does not
// depend on the step is computed on a grid of one step and repeated.

import { type Labels, labelValue, METRIC_NAME } from '../../model/labels.ts';
import type { Queryable, SeriesSamples } from '../../storage/interface.ts';
import { QueryError } from '../interface.ts';
import {
  type AggregateNode,
  isScalar,
  isVector,
  type OverWindowNode,
  type PerValueNode,
  type PlanNode,
  type RangeSelectorNode,
  type ScalarNode,
  type SelectorPart,
  type VectorNode,
  type VectorScalarNode,
} from '../plan/nodes.ts';
import { aggregateByFold, aggregateExtremes, aggregateQuantile, aggregateValueCounts } from './aggregate.ts';
import { combineScalars, combineVectors, combineWithScalar } from './binary.ts';
import type { QueryBudget } from './budget.ts';
import type { CallArguments } from './call-arguments.ts';
import { mergeEqual, refuseEqual } from './distinct.ts';
import type { QueryNotes } from './notes.ts';
import { presentOverTime } from './over-time.ts';
import { type Grid, labelsText, type SeriesStream, type StepSeries, timeAt, withoutName } from './series.ts';
import { type Columns, latestAtSteps, overWindows, type WindowTimes, withoutStaleMarkers } from './windows.ts';

export interface EvaluationContext {
  readonly queryable: Queryable;
  readonly budget: QueryBudget;
  readonly notes: QueryNotes;
  readonly lookbackMs: number;
  /** What `@ start()` and `@ end()` stand for. */
  readonly startMs: number;
  readonly endMs: number;
}

const COUNTER_SUFFIXES = ['_total', '_sum', '_count', '_bucket'];

export class Evaluator {
  readonly #context: EvaluationContext;

  constructor(context: EvaluationContext) {
    this.#context = context;
  }

  async scalar(node: ScalarNode, grid: Grid): Promise<Float64Array> {
    if (node.kind === 'number') return new Float64Array(grid.count).fill(node.value);
    if (node.stepInvariant && grid.count > 1) {
      const [value] = await this.scalar(node, firstStep(grid));
      return new Float64Array(grid.count).fill(value!);
    }
    switch (node.kind) {
      case 'negated-scalar':
        return (await this.scalar(node.operand, grid)).map((value) => -value);
      case 'over-steps':
        return node.body.evaluate(this.#callArguments(node.arguments, grid));
      case 'scalars':
        return combineScalars(node.operator, await this.scalar(node.left, grid), await this.scalar(node.right, grid));
    }
  }

  /** In no particular order, but for `topk` and `bottomk` over a single step. */
  vector(node: VectorNode, grid: Grid): SeriesStream {
    if (node.stepInvariant && grid.count > 1) return repeated(this.vector(node, firstStep(grid)), grid.count);
    switch (node.kind) {
      case 'selector':
        return this.#selected(node, grid);
      case 'over-window':
        return this.#overWindow(node, grid);
      case 'per-value':
        return this.#perValue(node, grid);
      case 'over-vector':
        return node.body.evaluate(this.#callArguments(node.arguments, grid));
      case 'negated-vector': {
        const stream = negated(this.vector(node.operand, grid));
        return node.operand.mixesNames ? mergeEqual(stream, this.#context.budget) : stream;
      }
      case 'vector-scalar':
        return this.#vectorWithScalar(node, grid);
      case 'vectors':
        return combineVectors({
          operator: node.operator,
          matching: node.matching,
          left: this.vector(node.left, grid),
          right: this.vector(node.right, grid),
          stepCount: grid.count,
          budget: this.#context.budget,
        });
      case 'aggregate':
        return this.#aggregate(node, grid);
    }
  }

  /** The samples of a range selector at one moment, stale markers left out. */
  async *samples(node: RangeSelectorNode, timeMs: number): AsyncGenerator<Columns & { readonly labels: Labels }> {
    const times = this.#times(node, { startMs: timeMs, stepMs: 1, count: 1 }, node.rangeMs);
    for await (const series of this.#select(node, times)) {
      const columns = withoutStaleMarkers(series);
      if (columns.values.length > 0) yield { labels: series.labels, ...columns };
    }
  }

  async *#selected(node: SelectorPart, grid: Grid): SeriesStream {
    const times = this.#times(node, grid, this.#context.lookbackMs);
    for await (const series of this.#select(node, times)) {
      const out = emptySteps(grid);
      if (latestAtSteps(series, times, out)) yield { labels: series.labels, ...out };
    }
  }

  #overWindow(node: OverWindowNode, grid: Grid): SeriesStream {
    const stream = this.#windows(node, grid);
    const mayCollide = node.selector.mixesNames && node.body.keepsName !== true;
    return mayCollide ? refuseEqual(stream, this.#context.budget) : stream;
  }

  async *#windows({ body, selector, scalars: nodes }: OverWindowNode, grid: Grid): SeriesStream {
    const { budget, notes } = this.#context;
    const { rangeMs } = selector;
    const times = this.#times(selector, grid, rangeMs);
    const scalars = await this.#scalars(nodes, grid);
    if (body.quantileParameter !== undefined) {
      notes.warnOfQuantiles(nodes[body.quantileParameter]!.span, scalars[body.quantileParameter]!);
    }
    for await (const series of this.#select(selector, times)) {
      const columns = withoutStaleMarkers(series);
      if (columns.values.length === 0) continue;
      const out = emptySteps(grid);
      const kernel = body.window(columns, { rangeMs, scalars });
      if (!(await overWindows(columns, times, body.minimumSamples, kernel, out, budget))) continue;
      if (body.expectsCounter === true) this.#noteUnlikelyCounter(series.labels, selector);
      yield { labels: body.keepsName === true ? series.labels : withoutName(series.labels), ...out };
    }
  }

  #noteUnlikelyCounter(labels: Labels, selector: RangeSelectorNode): void {
    const name = labelValue(labels, METRIC_NAME);
    if (name === '' || COUNTER_SUFFIXES.some((suffix) => name.endsWith(suffix))) return;
    this.#context.notes.inform(
      selector.span,
      `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
    );
  }

  async *#perValueStream({ body, vector, scalars: nodes }: PerValueNode, grid: Grid): SeriesStream {
    const [a, b] = await this.#scalars(nodes, grid);
    const { apply, isEmpty, defaults = [] } = body;
    const [defaultA = NaN, defaultB = NaN] = defaults;
    for await (const { labels, values, present } of this.vector(vector, grid)) {
      const applied = new Float64Array(grid.count);
      const kept = isEmpty === undefined ? present : Uint8Array.from(present);
      for (let step = 0; step < grid.count; step++) {
        if (present[step] === 0) continue;
        const atA = a === undefined ? defaultA : a[step]!;
        const atB = b === undefined ? defaultB : b[step]!;
        applied[step] = apply(values[step]!, atA, atB);
        if (isEmpty?.(atA, atB) === true) kept[step] = 0;
      }
      if (kept.includes(1)) yield { labels: withoutName(labels), values: applied, present: kept };
    }
  }

  #perValue(node: PerValueNode, grid: Grid): SeriesStream {
    const stream = this.#perValueStream(node, grid);
    return node.vector.mixesNames ? mergeEqual(stream, this.#context.budget) : stream;
  }

  async *#vectorWithScalar(node: VectorScalarNode, grid: Grid): SeriesStream {
    const scalar = await this.scalar(node.scalar, grid);
    const stream = combineWithScalar(node.operator, this.vector(node.vector, grid), scalar, node.scalarSide);
    const mayCollide = node.vector.mixesNames && !node.mixesNames;
    yield* mayCollide ? mergeEqual(stream, this.#context.budget) : stream;
  }

  async *#aggregate(node: AggregateNode, grid: Grid): SeriesStream {
    const { grouping, method } = node;
    const { budget, notes } = this.#context;
    const input = this.vector(node.vector, grid);
    const aggregation = { input, grouping, stepCount: grid.count, budget };
    switch (method.kind) {
      case 'fold':
        return yield* aggregateByFold(aggregation, method.makeFold);
      case 'quantile': {
        const quantiles = await this.scalar(method.quantile, grid);
        notes.warnOfQuantiles(method.quantile.span, quantiles);
        return yield* aggregateQuantile(aggregation, quantiles);
      }
      case 'extremes':
        return yield* aggregateExtremes(aggregation, method.operator, await this.scalar(method.count, grid));
      case 'value-counts':
        return yield* aggregateValueCounts(aggregation, method.label);
    }
  }

  #callArguments(nodes: readonly PlanNode[], grid: Grid): CallArguments {
    return {
      grid,
      budget: this.#context.budget,
      notes: this.#context.notes,
      vector: (index) => {
        const node = nodes[index]!;
        if (node.kind === 'range-selector') return this.#presence(node, grid);
        if (!isVector(node)) throw new QueryError('internal', `argument ${index} is no vector`);
        return this.vector(node, grid);
      },
      scalar: async (index) => {
        const node = nodes[index]!;
        if (!isScalar(node)) throw new QueryError('internal', `argument ${index} is no scalar`);
        return this.scalar(node, grid);
      },
      string: (index) => {
        const node = nodes[index]!;
        if (node.kind !== 'string') throw new QueryError('internal', `argument ${index} is no string`);
        return node.value;
      },
      span: (index) => nodes[index]!.span,
      matchers: (index) => {
        const node = nodes[index]!;
        return 'matchers' in node ? node.matchers : [];
      },
    };
  }

  #presence(selector: RangeSelectorNode, grid: Grid): SeriesStream {
    const body = { kind: 'over-window', window: presentOverTime, minimumSamples: 1, keepsName: true } as const;
    const { span, stepInvariant, mixesNames } = selector;
    const name = 'present_over_time';
    return this.vector(
      { kind: 'over-window', span, stepInvariant, mixesNames, name, body, selector, scalars: [] },
      grid,
    );
  }

  async #scalars(nodes: readonly ScalarNode[], grid: Grid): Promise<Float64Array[]> {
    const columns: Float64Array[] = [];
    for (const node of nodes) columns.push(await this.scalar(node, grid));
    return columns;
  }

  /** A selector with `@` sees the same moment at every step. */
  #times({ at, offsetMs }: SelectorPart, grid: Grid, rangeMs: number): WindowTimes {
    if (at === undefined) return { grid, offsetMs, rangeMs };
    const startMs = at === 'start' ? this.#context.startMs : at === 'end' ? this.#context.endMs : at;
    return { grid: { ...grid, startMs, stepMs: 0 }, offsetMs, rangeMs };
  }

  async *#select(
    { matchers, span }: SelectorPart,
    { grid, offsetMs, rangeMs }: WindowTimes,
  ): AsyncGenerator<SeriesSamples> {
    const { queryable, budget, notes } = this.#context;
    const warn = (message: string) => notes.warnOfLoss(message);
    const minTimeMs = grid.startMs - offsetMs - rangeMs + 1;
    const maxTimeMs = timeAt(grid, grid.count - 1) - offsetMs;
    for await (const series of queryable.select({ matchers, minTimeMs, maxTimeMs, warn })) {
      budget.addSamples(series.values.length);
      if (budget.isDue()) await budget.pause();
      if (series.histograms !== undefined && series.histograms.length > 0) {
        throw new QueryError(
          'execution',
          `the series ${labelsText(series.labels)} holds native histograms, which are not supported by this version of Chainpulse (selector at character ${span.from + 1})`,
        );
      }
      yield series;
    }
  }
}

function firstStep(grid: Grid): Grid {
  return { ...grid, count: 1 };
}

function emptySteps(grid: Grid): { values: Float64Array; present: Uint8Array } {
  return { values: new Float64Array(grid.count), present: new Uint8Array(grid.count) };
}

async function* repeated(stream: SeriesStream, count: number): SeriesStream {
  for await (const { labels, values } of stream) {
    yield { labels, values: new Float64Array(count).fill(values[0]!), present: new Uint8Array(count).fill(1) };
  }
}

async function* negated(stream: SeriesStream): SeriesStream {
  for await (const series of stream) {
    const result: StepSeries = {
      labels: withoutName(series.labels),
      values: series.values.map((value) => -value),
      present: series.present,
    };
    yield result;
  }
}
