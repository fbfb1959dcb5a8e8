// Whether something is evaluated for a stretch of time or for a single moment, which Prometheus tells apart by the ends of the time and
// not by the number of steps: a range query and a subquery can have a single step as well, and end behind it. What does not depend
// on the step is evaluated for one moment.

import type { EvaluationContext } from './context.ts';
import type { Grid } from './series.ts';

/** `inputs`: what it is computed from. */
export function isOfRange(
  grid: Grid,
  context: Pick<EvaluationContext, 'startMs' | 'endMs'>,
  inputs: readonly { readonly stepInvariant: boolean }[],
): boolean {
  if (grid.count > 1) return true;
  const isWholeQuery = grid.startMs === context.startMs && grid.endMs === undefined;
  const endMs = grid.endMs ?? (isWholeQuery ? context.endMs : grid.startMs);
  return endMs > grid.startMs && inputs.some(({ stepInvariant }) => !stepInvariant);
}
