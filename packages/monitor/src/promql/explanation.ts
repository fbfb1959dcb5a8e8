// What a query reads and costs, operation by operation, as it was when it was just evaluated.

import type { QueryTrace } from './evaluate/trace.ts';
import type { ExplainedOperation, QueryExplanation, QueryResult } from './interface.ts';
import type { PlanNode } from './plan/nodes.ts';
import { childrenOf, type SharedNodes } from './plan/shared-nodes.ts';

export interface Explained {
  readonly expression: string;
  readonly plan: PlanNode;
  readonly shared: SharedNodes;
  readonly trace: QueryTrace;
  readonly result: QueryResult;
  readonly totalMs: number;
}

export function explanationOf(explained: Explained): QueryExplanation {
  const { plan, result, totalMs } = explained;
  const root = operationOf(explained, plan);
  return {
    root,
    totalMs,
    samplesRead: total(root, 'samples'),
    seriesRead: total(root, 'series'),
    ...sizeOf(result),
    warnings: result.warnings,
    infos: result.infos,
  };
}

function operationOf(explained: Explained, node: PlanNode): ExplainedOperation {
  const { expression, trace, shared } = explained;
  const traced = trace.of(node);
  const inner = childrenOf(node)
    .filter((child) => child.kind !== 'number' && child.kind !== 'string')
    .map((child) => operationOf(explained, child));
  const totalMs = traced?.totalMs ?? 0;
  const ownMs = Math.max(0, totalMs - inner.reduce((sum, one) => sum + one.totalMs, 0));
  return {
    text: expression.slice(node.span.from, node.span.to),
    does: doesOf(node),
    series: traced?.series ?? 0,
    points: traced?.points ?? 0,
    totalMs,
    ownMs,
    isComputedOnce: node.stepInvariant,
    isAnsweredFromBefore: traced === undefined && isIn(shared, node),
    ...(traced?.read === undefined ? {} : { read: traced.read }),
    inner,
  };
}

function isIn(shared: SharedNodes, node: PlanNode): boolean {
  return (shared as ReadonlyMap<PlanNode, string>).has(node);
}

function doesOf(node: PlanNode): string {
  switch (node.kind) {
    case 'number':
    case 'string':
      return 'value';
    case 'selector':
      return 'select the latest sample of each step';
    case 'range-selector':
      return `select windows of ${node.rangeMs / 1000} s`;
    case 'subquery':
      return `evaluate over windows of ${node.rangeMs / 1000} s`;
    case 'unchanged-vector':
      return 'leave as it is';
    case 'negated-scalar':
    case 'negated-vector':
      return 'negate';
    case 'scalars':
    case 'vector-scalar':
      return `operator ${node.operator.operator}`;
    case 'vectors':
      return `match series, operator ${node.operator.operator}`;
    case 'set-operation':
      return `match series, ${node.operator}`;
    case 'over-window':
    case 'per-value':
    case 'over-vector':
      return `function ${node.name}`;
    case 'over-steps':
      return 'scalar function';
    case 'aggregate':
      return `aggregate ${node.operator}`;
  }
}

function total(operation: ExplainedOperation, of: 'series' | 'samples'): number {
  return operation.inner.reduce((sum, inner) => sum + total(inner, of), operation.read?.[of] ?? 0);
}

function sizeOf(result: QueryResult): { readonly seriesReturned: number; readonly pointsReturned: number } {
  if (result.type === 'vector') return { seriesReturned: result.samples.length, pointsReturned: result.samples.length };
  if (result.type !== 'matrix') return { seriesReturned: 0, pointsReturned: 1 };
  let pointsReturned = 0;
  for (const { values, histograms } of result.series)
    pointsReturned += values.length + (histograms?.histograms.length ?? 0);
  return { seriesReturned: result.series.length, pointsReturned };
}
