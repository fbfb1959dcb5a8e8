// Parts of an expression that stand in it more than once, word for word: they are computed once. `rate(a[5m]) / rate(a[5m])` has one.
// Only what is written alike counts, so that notes of one place can be given to the other by moving them.

import { isRange, isVector, type PlanNode, type VectorNode } from './nodes.ts';
import { asksForStatistics } from './without-buckets.ts';

/** Which nodes are the same, each by the text of its place; a node that nothing else equals is not in it. */
export type SharedNodes = ReadonlyMap<VectorNode, string>;

/** The outermost parts that come more than once; what is inside of them is shared with them. */
export function sharedNodes(text: string, plan: PlanNode): SharedNodes {
  const byText = new Map<string, VectorNode[]>();
  gather(text, plan, 'outer', byText);
  const shared = new Map<VectorNode, string>();
  for (const [key, nodes] of byText) {
    if (nodes.length < 2) continue;
    for (const node of nodes) shared.set(node, key);
  }
  return shared;
}

/** Nodes that are written alike are the same within the same scope. */
function gather(text: string, node: PlanNode, scope: string, byText: Map<string, VectorNode[]>): void {
  if (isVector(node) && node.kind !== 'negated-vector') {
    const key = `${scope}:${text.slice(node.span.from, node.span.to)}`;
    const equal = byText.get(key);
    if (equal !== undefined) {
      equal.push(node);
      return;
    }
    byText.set(key, [node]);
  }
  for (const child of childrenOf(node)) gather(text, child, scopeWithin(node, scope), byText);
}

/** Different subqueries have different steps; where counts and sums are asked for alone, histograms may have no buckets. */
function scopeWithin(node: PlanNode, scope: string): string {
  if (isRange(node)) return `${scope}/${node.span.from}`;
  return node.kind === 'over-vector' && asksForStatistics(node.name) ? `${scope}+` : scope;
}

/** What a node is computed from, in the order of the text where it matters. */
export function childrenOf(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'selector':
    case 'range-selector':
      return [];
    case 'negated-scalar':
    case 'unchanged-vector':
    case 'negated-vector':
      return [node.operand];
    case 'scalars':
    case 'vectors':
    case 'set-operation':
      return [node.left, node.right];
    case 'over-steps':
    case 'over-vector':
      return node.arguments;
    case 'subquery':
      return [node.vector];
    case 'over-window':
      return [...node.scalars, node.range];
    case 'per-value':
      return [node.vector, ...node.scalars];
    case 'vector-scalar':
      return [node.vector, node.scalar];
    case 'aggregate': {
      const { method, vector } = node;
      if (method.kind === 'quantile') return [method.quantile, vector];
      if (method.kind === 'extremes') return [method.count, vector];
      if (method.kind === 'limit') return [method.parameter, vector];
      return [vector];
    }
  }
}
