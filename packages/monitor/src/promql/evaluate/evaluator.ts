// Evaluates a plan over a grid of steps: here each node finds its operation. Vectors flow as streams of series, each
// computed over all steps at once from the columns that the store hands out. What does not depend on the step is computed on a
// grid of one step and repeated.

import { QueryError } from '../interface.ts';
import {
  type AggregateNode,
  isRange,
  isScalar,
  isVector,
  type OverWindowNode,
  type PerValueNode,
  type PlanNode,
  type RangeNode,
  type ScalarNode,
  type VectorNode,
  type VectorScalarNode,
} from '../plan/nodes.ts';
import { aggregateByFold, aggregateExtremes, aggregateQuantile, aggregateValueCounts } from './aggregate/aggregate.ts';
import { combineScalars } from './binary/operators.ts';
import { combineVectors, combineWithScalar } from './binary/vectors.ts';
import type { CallArguments } from './call-arguments.ts';
import type { EvaluationContext } from './context.ts';
import { mergeEqual } from './distinct.ts';
import { instantSeries, rangeSeries, timesOf } from './selection.ts';
import { type Grid, type SeriesStream, type StepSeries, withoutName } from './series.ts';
import { presentOverTime } from './window/over-time.ts';
import { overWindowSeries } from './window/over-window.ts';
import type { RangeSeries } from './window/window-function.ts';

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

  /** In no particular order, but for what orders an instant vector. */
  vector(node: VectorNode, grid: Grid): SeriesStream {
    if (node.stepInvariant && grid.count > 1) return repeated(this.vector(node, firstStep(grid)), grid.count);
    switch (node.kind) {
      case 'selector':
        return instantSeries(node, grid, this.#context);
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
      case 'set-operation':
        throw new QueryError('internal', 'set operators are not evaluated yet');
      case 'aggregate':
        return this.#aggregate(node, grid);
    }
  }

  /** The samples of a range vector at one moment. */
  samples(node: RangeNode, timeMs: number): AsyncGenerator<RangeSeries> {
    const grid: Grid = { startMs: timeMs, stepMs: 1, count: 1 };
    return rangeSeries(node, timesOf(node, grid, node.rangeMs, this.#context), this.#context);
  }

  async *#overWindow(node: OverWindowNode, grid: Grid): SeriesStream {
    const { body, range } = node;
    const scalars = await this.#scalars(node.scalars, grid);
    if (body.quantileParameter !== undefined) {
      const { span } = node.scalars[body.quantileParameter]!;
      this.#context.notes.warnOfQuantiles(span, scalars[body.quantileParameter]!);
    }
    const series = rangeSeries(range, timesOf(range, grid, range.rangeMs, this.#context), this.#context);
    yield* overWindowSeries(node, grid, scalars, series, this.#context);
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
      case 'limit':
        throw new QueryError('internal', 'limitk and limit_ratio are not evaluated yet');
      case 'value-counts':
        return yield* aggregateValueCounts(aggregation, method.label);
    }
  }

  #callArguments(nodes: readonly PlanNode[], grid: Grid): CallArguments {
    return {
      grid,
      context: this.#context,
      nodes,
      vector: (index) => {
        const node = nodes[index]!;
        if (isRange(node)) return this.#presence(node, grid);
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
      evaluate: (node) => this.vector(node, grid),
    };
  }

  #presence(range: RangeNode, grid: Grid): SeriesStream {
    const body = { kind: 'over-window', window: presentOverTime, minimumSamples: 1, keepsName: true } as const;
    const { span, stepInvariant, mixesNames } = range;
    const name = 'present_over_time';
    return this.vector({ kind: 'over-window', span, stepInvariant, mixesNames, name, body, range, scalars: [] }, grid);
  }

  async #scalars(nodes: readonly ScalarNode[], grid: Grid): Promise<Float64Array[]> {
    const columns: Float64Array[] = [];
    for (const node of nodes) columns.push(await this.scalar(node, grid));
    return columns;
  }
}

function firstStep(grid: Grid): Grid {
  return { ...grid, count: 1 };
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
