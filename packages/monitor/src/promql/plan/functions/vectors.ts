// Functions of whole instant vectors, their labels and their order, of scalars and of time.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { absent } from '../../evaluate/functions/absent.ts';
import * as conversions from '../../evaluate/functions/conversions.ts';
import { info } from '../../evaluate/functions/info.ts';
import { labelJoin } from '../../evaluate/functions/label-join.ts';
import { labelReplace } from '../../evaluate/functions/label-replace.ts';
import * as queryTimes from '../../evaluate/functions/query-times.ts';
import { sortByLabels, sortByValue } from '../../evaluate/functions/sort.ts';
import { startTimestamps } from '../../evaluate/functions/start-timestamps.ts';
import type { FunctionDefinition } from '../function-definition.ts';
import type { OverSteps, OverVector } from '../nodes.ts';

const SORT_BY_LABEL = { parameters: ['instant vector', 'string'], isVariadic: true, isExperimental: true } as const;

export const VECTOR_FUNCTIONS: readonly (readonly [name: string, FunctionDefinition])[] = [
  ['absent', { parameters: ['instant vector'], body: overVector({ evaluate: absent }) }],
  [
    'label_join',
    {
      parameters: ['instant vector', 'string', 'string', 'string'],
      isVariadic: true,
      body: overVector({ evaluate: labelJoin, keepsName: true }),
    },
  ],
  [
    'label_replace',
    {
      parameters: ['instant vector', 'string', 'string', 'string', 'string'],
      body: overVector({ evaluate: labelReplace, keepsName: true }),
    },
  ],
  [
    'info',
    {
      parameters: ['instant vector', 'instant vector'],
      optional: 1,
      isExperimental: true,
      body: overVector({ evaluate: info, keepsName: true }),
    },
  ],
  ['sort', { parameters: ['instant vector'], body: ordering(sortByValue('ascending')) }],
  ['sort_desc', { parameters: ['instant vector'], body: ordering(sortByValue('descending')) }],
  ['sort_by_label', { ...SORT_BY_LABEL, body: ordering(sortByLabels('ascending')) }],
  ['sort_by_label_desc', { ...SORT_BY_LABEL, body: ordering(sortByLabels('descending')) }],
  [
    'start_timestamp',
    { parameters: ['instant vector'], isExperimental: true, body: overVector({ evaluate: startTimestamps }) },
  ],

  ['time', { parameters: [], body: { ...overSteps(conversions.timeOfSteps), isTime: true } }],
  ['pi', { parameters: [], body: overSteps(conversions.circleConstant) }],
  ['scalar', { parameters: ['instant vector'], body: overSteps(conversions.scalarOfVector) }],
  ['vector', { parameters: ['scalar'], body: overVector({ evaluate: conversions.vectorOfScalar }) }],
  ['max_of', ofScalars(conversions.greaterOfScalars)],
  ['min_of', ofScalars(conversions.lesserOfScalars)],
  ['start', { parameters: [], isExperimental: true, body: overSteps(queryTimes.startOfQuery) }],
  ['end', { parameters: [], isExperimental: true, body: overSteps(queryTimes.endOfQuery) }],
  ['range', { parameters: [], isExperimental: true, body: overSteps(queryTimes.rangeOfQuery) }],
  ['step', { parameters: [], isExperimental: true, body: overSteps(queryTimes.stepOfQuery) }],
];

function overVector({
  evaluate,
  keepsName = false,
}: Pick<OverVector, 'evaluate'> & Partial<Pick<OverVector, 'keepsName'>>): OverVector {
  return { kind: 'over-vector', evaluate, keepsName };
}

function ordering(evaluate: OverVector['evaluate']): OverVector {
  return { kind: 'over-vector', evaluate, keepsName: true, orders: true };
}

function overSteps(evaluate: OverSteps['evaluate']): OverSteps {
  return { kind: 'over-steps', evaluate };
}

function ofScalars(evaluate: OverSteps['evaluate']): FunctionDefinition {
  return { parameters: ['scalar', 'scalar'], isExperimental: true, body: overSteps(evaluate) };
}
