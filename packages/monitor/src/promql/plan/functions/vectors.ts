// Functions of whole instant vectors, their labels and their order, and of time.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { scalarOfVector, timeOfSteps, vectorOfScalar } from '../../evaluate/functions/conversions.ts';
import { labelReplace } from '../../evaluate/functions/label-replace.ts';
import type { FunctionDefinition } from '../function-definition.ts';

export const VECTOR_FUNCTIONS: readonly (readonly [name: string, FunctionDefinition])[] = [
  [
    'label_replace',
    {
      parameters: ['instant vector', 'string', 'string', 'string', 'string'],
      body: { kind: 'over-vector', evaluate: labelReplace, keepsName: true },
    },
  ],

  ['time', { parameters: [], body: { kind: 'over-steps', evaluate: timeOfSteps, isTime: true } }],
  ['scalar', { parameters: ['instant vector'], body: { kind: 'over-steps', evaluate: scalarOfVector } }],
  ['vector', { parameters: ['scalar'], body: { kind: 'over-vector', evaluate: vectorOfScalar, keepsName: false } }],
];
