// A call to a function, planned: by the kind of its body.

import { isMetadataLabel } from '../evaluate/series.ts';
import type { CallSyntax } from '../parse/syntax-tree.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { type FunctionBody, isRange, isScalar, type PlanNode, type VectorNode } from './nodes.ts';
import type { QueryTimes } from './resolve-duration.ts';

/** Their results depend on the time of the step, whatever their arguments do: those of the calendar without any, and these. */
const OF_TIME = new Set(['time', 'predict_linear']);
const CALENDAR = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'hour',
  'minute',
  'month',
  'year',
]);

export function callNode(
  { span, name }: CallSyntax,
  { body }: FunctionDefinition,
  planned: readonly PlanNode[],
  times: QueryTimes,
): PlanNode {
  if (name === 'step') return { kind: 'number', span, stepInvariant: true, value: stepOf(times) / 1000 };
  if (name === 'range') return { kind: 'number', span, stepInvariant: true, value: times.spanMs / 1000 };
  const stepInvariant = isStepInvariant(name, body, planned);
  const scalars = planned.filter(isScalar);
  switch (body.kind) {
    case 'over-window': {
      const range = planned.find(isRange)!;
      const mixesNames = body.keepsName === true && range.mixesNames;
      return { kind: 'over-window', span, stepInvariant, name, body, range, scalars, mixesNames };
    }
    case 'per-value': {
      const vector = planned[0] as VectorNode;
      return { kind: 'per-value', span, stepInvariant, name, body, vector, scalars, mixesNames: false };
    }
    case 'over-vector': {
      // A label that is given may be the name itself.
      const namesSeries = planned.some((argument) => argument.kind === 'string' && isMetadataLabel(argument.value));
      const mixesNames = body.keepsName || namesSeries;
      return { kind: 'over-vector', span, stepInvariant, name, body, arguments: planned, mixesNames };
    }
    case 'over-steps':
      return { kind: 'over-steps', span, stepInvariant, body, arguments: planned };
  }
}

/** A query of one moment has no step. */
function stepOf({ stepMs, spanMs }: QueryTimes): number {
  return spanMs === 0 ? 0 : stepMs;
}

function isStepInvariant(name: string, body: FunctionBody, planned: readonly PlanNode[]): boolean {
  // The time of a sample is that of the sample for a selector alone; of any other vector it is that of the step.
  if (name === 'timestamp') return planned[0]?.kind === 'selector' && planned[0].stepInvariant;
  if (OF_TIME.has(name) || (CALENDAR.has(name) && planned.length === 0)) return false;
  if ((body.kind === 'over-steps' || body.kind === 'over-vector') && body.isTime === true) return false;
  return planned.every((argument) => argument.stepInvariant);
}
