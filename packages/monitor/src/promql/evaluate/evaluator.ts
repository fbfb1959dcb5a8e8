// Evaluates a plan over a grid of steps: here each node finds its operation. Vectors flow as streams of series, each
// computed over all steps at once from the columns that the store hands out. What does not depend on the step is computed on a
// grid of one step and repeated.

import { QueryError } from '../interface.ts';
import {
  type AggregateNode,
  type CallArguments,
  isRange,
  isScalar,
  isVector,
  type PlanNode,
  type RangeNode,
  type ScalarNode,
  type VectorNode,
  type VectorScalarNode,
} from '../plan/nodes.ts';
import { aggregate } from './aggregate/aggregate.ts';
import { combineScalars } from './binary/scalars.ts';
import { setOperation } from './binary/set-operations.ts';
import { combineWithScalar } from './binary/vector-scalar.ts';
import { combineVectors } from './binary/vectors.ts';
import type { QueryBudget } from './budget.ts';
import type { EvaluationContext } from './context.ts';
import { mergeEqual } from './distinct.ts';
import { perValue } from './per-value.ts';
import { instantSeries, samplesAt } from './selection.ts';
import {
  emptyHistograms,
  type Grid,
  nameless,
  type SeriesStream,
  type StepHistograms,
  type StepSeries,
} from './series.ts';
import { histogramEnds, inStretches } from './stretches.ts';
import { mixedPresentOverTime, presentOverTime } from './window/counts.ts';
import { overWindowSeries } from './window/over-window.ts';
import type { RangeSeries } from './window/window-function.ts';

type CallNode = Extract<PlanNode, { readonly kind: 'over-vector' | 'over-steps' }>;

export class Evaluator {
  readonly #context: EvaluationContext;

  constructor(context: EvaluationContext) {
    this.#context = context;
  }

  async scalar(node: ScalarNode, grid: Grid): Promise<Float64Array> {
    // Kept until the query ends: an expression has few columns, and a subquery may make them long.
    const { budget } = this.#context;
    budget.hold(0, grid.count);
    if (budget.isDue()) await budget.pause();
    if (node.kind === 'number') return new Float64Array(grid.count).fill(node.value);
    if (node.stepInvariant && grid.count > 1) {
      const [value] = await this.scalar(node, firstStep(grid));
      return new Float64Array(grid.count).fill(value!);
    }
    const { trace } = this.#context;
    return trace === undefined
      ? this.#evaluatedScalar(node, grid)
      : trace.scalar(node, () => this.#evaluatedScalar(node, grid));
  }

  async #evaluatedScalar(node: Exclude<ScalarNode, { kind: 'number' }>, grid: Grid): Promise<Float64Array> {
    switch (node.kind) {
      case 'negated-scalar':
        return negatedNumbers(await this.scalar(node.operand, grid), this.#context.budget);
      case 'over-steps':
        return node.body.evaluate(this.#callArguments(node, grid));
      case 'scalars':
        return combineScalars(
          node.operator,
          await this.scalar(node.left, grid),
          await this.scalar(node.right, grid),
          this.#context.budget,
        );
    }
  }

  /** In no particular order, but for what orders an instant vector. */
  vector(node: VectorNode, grid: Grid): SeriesStream {
    if (node.stepInvariant && grid.count > 1)
      return repeated(this.vector(node, firstStep(grid)), grid.count, this.#context.budget);
    const { shared, trace } = this.#context;
    return shared.vector(node, grid, () => {
      const stream = this.#evaluatedVector(node, grid);
      return trace === undefined ? stream : trace.stream(node, stream);
    });
  }

  #evaluatedVector(node: VectorNode, grid: Grid): SeriesStream {
    switch (node.kind) {
      case 'selector':
        return instantSeries(node, grid, this.#context);
      case 'over-window':
        return overWindowSeries(
          node,
          grid,
          () => this.#scalars(node.scalars, grid),
          this.#context,
          (vector, inner) => this.vector(vector, inner),
        );
      case 'per-value':
        return perValue(
          node,
          grid,
          this.vector(node.vector, grid),
          () => this.#scalars(node.scalars, grid),
          this.#context,
        );
      case 'over-vector':
        return node.body.evaluate(this.#callArguments(node, grid));
      case 'unchanged-vector':
        return this.vector(node.operand, grid);
      case 'negated-vector': {
        const stream = negated(this.vector(node.operand, grid), this.#context);
        return node.operand.mixesNames ? this.#merged(stream) : stream;
      }
      case 'vector-scalar':
        return this.#vectorWithScalar(node, grid);
      case 'vectors':
        return combineVectors(
          {
            node,
            left: () => this.vector(node.left, grid),
            right: () => this.vector(node.right, grid),
            stepCount: grid.count,
          },
          this.#context,
        );
      case 'set-operation':
        return setOperation(
          {
            node,
            left: () => this.vector(node.left, grid),
            right: () => this.vector(node.right, grid),
            stepCount: grid.count,
          },
          this.#context,
        );
      case 'aggregate':
        return this.#aggregate(node, grid);
    }
  }

  /** The samples of a range vector at one moment. */
  samples(node: RangeNode, timeMs: number): AsyncGenerator<RangeSeries> {
    return samplesAt(node, timeMs, this.#context, (vector, grid) => this.vector(vector, grid));
  }

  async *#vectorWithScalar(node: VectorScalarNode, grid: Grid): SeriesStream {
    const scalar = await this.scalar(node.scalar, grid);
    const { operator, scalarSide, span } = node;
    const operands = { operator, vector: this.vector(node.vector, grid), scalar, scalarSide, span };
    const stream = combineWithScalar(operands, this.#context);
    const mayCollide = node.vector.mixesNames && !node.mixesNames;
    yield* mayCollide ? this.#merged(stream) : stream;
  }

  #aggregate(node: AggregateNode, grid: Grid): SeriesStream {
    const scalar = (parameter: ScalarNode): Promise<Float64Array> => this.scalar(parameter, grid);
    return aggregate(node, grid, this.vector(node.vector, grid), scalar, this.#context);
  }

  #callArguments({ span, arguments: nodes }: CallNode, grid: Grid): CallArguments {
    return {
      grid,
      span,
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
    };
  }

  #presence(range: RangeNode, grid: Grid): SeriesStream {
    const functions = { window: presentOverTime, mixed: mixedPresentOverTime };
    const body = { kind: 'over-window', ...functions, minimumSamples: 1, keepsName: true } as const;
    const { span, stepInvariant, mixesNames } = range;
    const name = 'absent_over_time';
    return this.vector({ kind: 'over-window', span, stepInvariant, mixesNames, name, body, range, scalars: [] }, grid);
  }

  /** Series that are equal without their names; where names go at the end, so does this. */
  #merged(stream: SeriesStream): SeriesStream {
    const { features, budget } = this.#context;
    return features.delayedNameRemoval ? stream : mergeEqual(stream, budget);
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

async function* repeated(stream: SeriesStream, count: number, budget: QueryBudget): SeriesStream {
  for await (const { values, present, histograms, ...series } of stream) {
    const columns = { values: new Float64Array(count), present: new Uint8Array(count).fill(present[0]!) };
    const filling = inStretches(count, budget, (from, to) => columns.values.fill(values[0]!, from, to));
    if (filling !== undefined) await filling;
    yield histograms === undefined
      ? { ...series, ...columns }
      : { ...series, ...columns, histograms: emptyHistograms(count).fill(histograms[0]) };
  }
}

async function* negated(stream: SeriesStream, { features, budget }: EvaluationContext): SeriesStream {
  for await (const series of stream) {
    const { values, present, histograms } = series;
    const result: StepSeries = {
      ...nameless(series, features),
      values: await negatedNumbers(values, budget),
      present,
    };
    yield histograms === undefined ? result : { ...result, histograms: await negatedHistograms(histograms, budget) };
  }
}

async function negatedNumbers(values: Float64Array, budget: QueryBudget): Promise<Float64Array> {
  const results = new Float64Array(values.length);
  await inStretches(values.length, budget, (from, to) => {
    for (let step = from; step < to; step++) results[step] = -values[step]!;
  });
  return results;
}

async function negatedHistograms(histograms: StepHistograms, budget: QueryBudget): Promise<StepHistograms> {
  const results = emptyHistograms(histograms.length);
  const negate = (from: number, to: number): void => {
    for (let step = from; step < to; step++) results[step] = histograms[step]?.negated();
  };
  await inStretches(histograms.length, budget, negate, histogramEnds(histograms));
  return results;
}
